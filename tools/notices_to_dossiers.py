"""
Make dossiers out of collected trip notices (one JSON object a line) and say what the law finds in them.

    tools/notices_to_dossiers.py NOTICES.jsonl OUT/ [--anonymous]

A row becomes a dossier if it has both dates and a destination. What the notice doesn't state is left out: the
collector's guesses (of a rank) aren't facts. `--anonymous` also leaves out every word that could point at a unit or a
person.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from waiban.dossiers.check import check_trip
from waiban.dossiers.load import load_trip
from waiban.rulebook.law import load_law

UNIT_KINDS = {
    "university": "university",
    "research": "research_institute",
    "gov": "government",
    "SOE": "state_enterprise",
}
COSTS = {
    "住宿费": "lodging",
    "伙食费": "meals",
    "公杂费": "incidentals",
    "国际旅费": "airfare",
    "城市间交通费": "intercity",
}


def dossier(row: dict[str, Any], *, anonymous: bool) -> dict[str, Any] | None:
    """The row as a dossier; None without dates or destination."""
    countries = [place["iso2"] for place in row.get("destinations") or [] if place.get("iso2")]
    if not (row.get("start_date") and row.get("end_date") and countries):
        return None
    result: dict[str, Any] = {
        "schema": "waiban/trip/1",
        "reference": row["id"],
        "unit_kind": UNIT_KINDS.get(row.get("org_type") or ""),
        "depart": row["start_date"],
        "return": row["end_date"],
        "head_count": row.get("headcount_stated"),
        "members": _members(row, anonymous=anonymous),
        "stops": [{"country": country} for country in countries],
        "programme": _programme(row, anonymous=anonymous),
        "invitations": _invitations(row, anonymous=anonymous),
        "budget": _budget(row),
    }
    if not anonymous:
        result |= {"title": row.get("title"), "unit": row.get("org"), "purpose": row.get("purpose")}
    return {key: value for key, value in result.items() if value not in (None, [], {})}


def _members(row: dict[str, Any], *, anonymous: bool) -> list[dict[str, Any]]:
    named = row.get("members") or [{"id": "M1"}]
    if anonymous:
        return [{"id": member["id"]} for member in named]
    return [{"id": member["id"], "post": member.get("position")} for member in named]


def _programme(row: dict[str, Any], *, anonymous: bool) -> list[dict[str, Any]]:
    days = [(day, text) for day, text in row.get("itinerary") or [] if _is_day(day)]
    return [{"date": day, "part": "day", "text": "日程" if anonymous else text} for day, text in days]


def _is_day(text: Any) -> bool:
    return isinstance(text, str) and len(text) == len("2018-10-30")


def _invitations(row: dict[str, Any], *, anonymous: bool) -> list[dict[str, Any]]:
    inviters = row.get("inviter") or []
    return [{"inviter": f"邀请方{n}" if anonymous else inviter} for n, inviter in enumerate(inviters, 1)]


def _budget(row: dict[str, Any]) -> dict[str, Any] | None:
    budget = row.get("budget")
    if not isinstance(budget, dict):
        return None
    lines = []
    for item in budget.get("items") or []:
        line = {
            "item": COSTS.get(item["item"], "other"),
            "currency": item["cur"],
            "unit_price": item.get("unit"),
            "people": item.get("persons"),
            "days": item.get("days"),
            "amount": item["amount"],
        }
        lines.append({key: value for key, value in line.items() if value is not None})
    foreign = {line["currency"] for line in lines} - {"CNY"}
    rates = dict.fromkeys(foreign, budget["fx"]) if budget.get("fx") and len(foreign) == 1 else None
    result = {"lines": lines, "rates_to_cny": rates, "total_cny": budget.get("total_cny")}
    return {key: value for key, value in result.items() if value}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notices", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--anonymous", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    law, made, rows = load_law(), 0, 0
    for text in options.notices.read_text("utf-8").splitlines():
        rows += 1
        value = dossier(json.loads(text), anonymous=options.anonymous)
        if value is None:
            continue
        made += 1
        raw = json.dumps(value, ensure_ascii=False, indent=1)
        (options.out / f"{value['reference']}.json").write_text(raw + "\n", "utf-8")
        judgement = check_trip(load_trip(raw), law)
        found = [f"{finding.rule}: {finding.text_zh}" for finding in judgement.findings if finding.answer == "not_met"]
        print(f"{value['reference']} {judgement.verdict} {'; '.join(found)}")
    print(f"{made} dossiers of {rows} rows", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
