"""Complete dossiers as offices get them: every fact filled in, here and there a fault. The same for every run of a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from waiban.dossiers.load import trip_from
from waiban.dossiers.trip import Trip

DAY = timedelta(days=1)
COUNTRIES = {
    "JP": ("东京", "JPY"),
    "KR": ("首尔", "USD"),
    "DE": ("柏林", "EUR"),
    "FR": ("巴黎", "EUR"),
    "SG": ("新加坡", "USD"),
}
RATES = {"JPY": 1, "USD": 7, "EUR": 8}
"""Whole numbers, because one of the peers doesn't mix whole and broken ones; their level doesn't matter here."""
RANKS = ["county", "deputy_county", "section", "deputy_section", "staff"]
CONTENTS = [
    "members", "units", "posts", "countries", "task", "programme", "route", "invitation", "host_profile", "funding", "budget",
]  # fmt: skip
LETTER = [
    "members",
    "units",
    "posts",
    "purpose",
    "dates",
    "days",
    "place",
    "costs",
    "signature",
    "contact",
    "letterhead",
]
FAULT = 0.06


def dossiers(count: int, seed: int = 1) -> Iterator[Trip]:
    chance = random.Random(seed)
    for number in range(count):
        yield trip_from(dossier(chance, number))


def dossier(chance: random.Random, number: int) -> dict[str, Any]:
    def fault() -> bool:
        return chance.random() < FAULT

    countries = chance.sample(sorted(COUNTRIES), chance.choice([1, 1, 1, 2, 2, 3]))
    allowed = {1: 5, 2: 8, 3: 10}[len(countries)]
    days = allowed + 1 if fault() else chance.randint(allowed - 1, allowed)
    depart = date(2024, 3, 1) + DAY * chance.randrange(200)
    back = depart + DAY * (days - 1)
    submitted = depart - DAY * chance.randint(65, 90)
    heads = 7 if fault() else chance.randint(2, 6)
    members = [member(chance, n, depart, back) for n in range(heads)]
    return {
        "schema": "waiban/trip/1",
        "reference": f"bench-{number}",
        "title": "经贸洽谈",
        "unit": "云汀市商务局",
        "unit_kind": "government",
        "organising": "own",
        "kind": "negotiation",
        "purpose": "商谈合作项目",
        "plan": {"in_annual_plan": not fault(), "item": "商务出访", "unit_quota": 6, "unit_used": 7 if fault() else 2},
        "submitted": submitted.isoformat(),
        "depart": depart.isoformat(),
        "return": back.isoformat(),
        "head_count": heads,
        "members": members,
        "stops": stops(countries, depart, back),
        "programme": programme(depart, days),
        "invitations": [invitation(country, submitted, complete=not fault()) for country in countries],
        "budget": budget(chance, countries, heads, days, submitted),
        "notices": [notice(chance, submitted)],
        "approval": approval(members, countries, depart, back),
        "unit_trips": [],
        "after": after(members, countries, depart, back),
    }


def member(chance: random.Random, number: int, depart: date, back: date) -> dict[str, Any]:
    expires = back + DAY * (100 if chance.random() < FAULT else 700)
    return {
        "id": f"M{number + 1}",
        "unit": "云汀市商务局",
        "post": "科员",
        "rank": "county" if number == 0 else chance.choice(RANKS),
        "category": "official",
        "status": "serving",
        "role": "leader" if number == 0 else "member",
        "heads_unit": number == 0,
        "in_charge_of": ["commerce"] if number == 0 else [],
        "leadership_of": "商务局" if number == 0 else "无",
        "term_from": "2022-01-10",
        "managed_by": "city" if number == 0 else "unit",
        "personnel_review": review(depart - DAY * 50),
        "briefed_on": (depart - DAY * 3).isoformat(),
        "passport": {
            "kind": "service" if number == 0 else "public_affairs",
            "expires": expires.isoformat(),
            "returned_on": (back + DAY * (9 if chance.random() < FAULT else 4)).isoformat(),
        },
        "more_papers": [],
        "earlier_trips": [],
    }


def review(day: date) -> dict[str, Any]:
    return {"body": "组织部", "on": day.isoformat(), "number": "2024-12", "result": "agree"}


def stops(countries: list[str], depart: date, back: date) -> list[dict[str, Any]]:
    step = ((back - depart) // len(countries)).days
    found = []
    for n, country in enumerate(countries):
        leave = back if n == len(countries) - 1 else depart + DAY * step * (n + 1)
        arrive = depart + DAY * step * n
        found.append(
            {
                "country": country,
                "city": COUNTRIES[country][0],
                "arrive": arrive.isoformat(),
                "leave": leave.isoformat(),
                "transit": False,
                "leaves_airport": True,
            }
        )
    return found


def programme(depart: date, days: int) -> list[dict[str, Any]]:
    parts = []
    for n in range(days):
        crossing = n in (0, days - 1)
        for part in ("morning", "afternoon"):
            nature = "travel" if crossing else "official"
            parts.append(
                {"date": (depart + DAY * n).isoformat(), "part": part, "text": "会谈", "host": "外方", "nature": nature}
            )
    return parts


def invitation(country: str, submitted: date, *, complete: bool) -> dict[str, Any]:
    return {
        "country": country,
        "inviter": "市政府",
        "inviter_kind": "government",
        "issued_in": country,
        "issued_on": (submitted - DAY * 20).isoformat(),
        "rank_matches": True,
        "counterpart_matches": True,
        "translated": True,
        "states": LETTER if complete else LETTER[2:],
        "names_every_member": True,
        "profile_attached": True,
        "no_intermediary_statement": True,
    }


def budget(chance: random.Random, countries: list[str], heads: int, days: int, submitted: date) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    first = countries[0]
    city, currency = COUNTRIES[first]
    nights = days if chance.random() < FAULT else days - 1
    for item, price, count in (("lodging", 90, nights), ("meals", 40, days), ("incidentals", 30, days)):
        lines.append(
            {
                "item": item,
                "country": first,
                "city": city,
                "currency": currency,
                "unit_price": price,
                "people": heads,
                "days": count,
                "amount": price * heads * count,
                "payer": "own_unit",
            }
        )
    fare = {"item": "airfare", "currency": "CNY", "amount": 6000 * heads, "cabin": "economy", "payer": "own_unit"}
    lines.append(fare)
    lines.append({"item": "visa", "currency": "CNY", "amount": 500 * heads, "payer": "own_unit"})
    rate = RATES[currency]
    total = sum(line["amount"] * (1 if line["currency"] == "CNY" else rate) for line in lines)
    return {
        "lines": lines,
        "host_provides": [],
        "rates_to_cny": {currency: rate},
        "rate_date": submitted.isoformat(),
        "rate_source": "中间价",
        "total_cny": total,
        "finance_review": review(submitted - DAY * 8),
        "source": "本级财政",
    }


def notice(chance: random.Random, submitted: date) -> dict[str, Any]:
    start = submitted - DAY * (4 if chance.random() < FAULT else 12)
    return {
        "unit": "云汀市商务局",
        "by": "organising",
        "places": ["intranet", "notice_board"],
        "from": start.isoformat(),
        "to": (submitted - DAY).isoformat(),
        "contents": CONTENTS,
        "objections": False,
    }


def approval(members: list[dict[str, Any]], countries: list[str], depart: date, back: date) -> dict[str, Any]:
    return {
        "document": "task_approval",
        "number": "云批〔2024〕12号",
        "on": (depart - DAY * 30).isoformat(),
        "by": "云汀市外办",
        "members": [member["id"] for member in members],
        "countries": countries,
        "depart": depart.isoformat(),
        "return": back.isoformat(),
        "days": (back - depart).days + 1,
    }


def after(members: list[dict[str, Any]], countries: list[str], depart: date, back: date) -> dict[str, Any]:
    return {
        "left": depart.isoformat(),
        "came_back": back.isoformat(),
        "countries": countries,
        "members": [member["id"] for member in members],
        "changes": [],
        "report_filed": (back + DAY * 12).isoformat(),
        "report_published": (back + DAY * 14).isoformat(),
    }
