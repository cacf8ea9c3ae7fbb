"""What stands on a trip card, and how it is kept: frozen, renewed when a change is granted, dead after the return."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy

from waiban.core.casework.clocks import today
from waiban.core.offices.queries import settings_for
from waiban.core.offices.settings import Kind, Setting
from waiban.core.people.models import Traveller
from waiban.domains.outbound.dossier import countries_of
from waiban.domains.outbound.models import Trip, TripCard
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.versions import approved_value
from waiban.dossiers.load import trip_to
from waiban.kernel.ids import as_uuid
from waiban.rulebook.law import Law

PHONES = "card.phones"
SETTINGS = (
    Setting(
        PHONES, Kind.TEXT, "", gettext_lazy("使领馆和应急电话"), gettext_lazy("行程卡"), longest=8000,
        help=gettext_lazy("一行一个：国家或地区代码、空格、名称和电话，如 JP 某馆 +81…；不写代码的每张卡都印"),
    ),
)  # fmt: skip
RULES = (
    "submit_to_mission",
    "no_gambling_or_improper_venues",
    "standing_protocol_restraint",
    "meals_modest",
    "no_charter_flights",
)
"""Entries of the law that say what to do, printed where the office's law has them; ten lines with the two dates."""
MOST_RULES = 10
DAY = timedelta(days=1)


def content_of(trip: Trip) -> dict[str, Any]:
    """Programme, hosts, phones, rules. No talking points, no numbers, of people name and role alone."""
    value = approved_value(trip)
    if value is None:
        return {}
    dossier, law = trip_to(value), law_of(trip.office)
    kept = settings_for(trip.office_id, [PHONES, "paper.contact"])
    places = countries_of(dossier)
    return {
        "title": trip.title,
        "depart": dossier.get("depart"),
        "return": dossier.get("return"),
        "places": [place_name(code) for code in places],
        "people": _people(dossier, law),
        "stops": [_stop(stop) for stop in dossier.get("stops") or []],
        "legs": [_leg(leg) for leg in dossier.get("legs") or []],
        "programme": [
            {key: item.get(key) or "" for key in ("date", "part", "city", "text", "host")}
            for item in dossier.get("programme") or []
        ],
        "phones": phones_for(str(kept[PHONES] or ""), places),
        "contact": str(kept["paper.contact"] or ""),
        "rules": rules_of(law),
    }


def _people(dossier: Mapping[str, Any], law: Law) -> list[dict[str, str]]:
    members = dossier.get("members") or []
    names = dict(
        Traveller.objects.filter(
            pk__in=[public_id for one in members if (public_id := as_uuid(one.get("id")))]
        ).values_list("pk", "name")
    )
    found = []
    for member in members:
        known = as_uuid(member.get("id"))
        name = names.get(known) if known else None
        role = law.labels.get(f"role.{member.get('role')}") or law.labels.get(str(member.get("role"))) or {}
        found.append({"name": name or "", "role": role.get("zh", "")})
    return found


def _stop(stop: Mapping[str, Any]) -> dict[str, str]:
    return {
        "place": place_name(str(stop.get("country") or "")), "city": str(stop.get("city") or ""),
        "arrive": str(stop.get("arrive") or ""), "leave": str(stop.get("leave") or ""),
    }  # fmt: skip


def _leg(leg: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(leg.get(key) or "") for key in ("from", "to", "departs", "arrives", "carrier", "number")}


def phones_for(text: str, places: list[str]) -> list[str]:
    """Lines of these places and lines of none; a place for which nothing is kept gets no invented number."""
    found = []
    for line in text.splitlines():
        head, _space, rest = line.strip().partition(" ")
        coded = len(head) == 2 and head.isascii() and head.isupper()
        if line.strip() and (not coded or head in places):
            found.append(rest.strip() if coded else line.strip())
    return found


def rules_of(law: Law) -> list[str]:
    lines = []
    for rule in RULES:
        entry = law.entry(rule)
        text = (entry or {}).get("text") or {}
        said = text.get("info")
        if said:
            lines.append(said["zh"])
    return lines[:MOST_RULES]


def withdraw(trip: Trip) -> None:
    """The trip was called off: nobody needs a card any more."""
    TripCard.objects.filter(trip=trip, revoked_at=None).update(revoked_at=timezone.now(), content={})


def renew(trip: Trip) -> None:
    """After a granted change: who doesn't go any more loses the card, the others' cards say what is approved now."""
    value = approved_value(trip)
    going = {str(member.id) for member in (value.members or [])} if value else set()
    fresh = content_of(trip)
    until = value.return_ if value else None
    for card in TripCard.objects.select_for_update().filter(trip=trip, revoked_at=None):
        if str(card.holder_id) not in going or until is None:
            card.revoked_at, card.content = timezone.now(), {}
        else:
            card.content, card.until, card.renewed_at = fresh, until, timezone.now()
        card.save()


def empty_old(on: date | None = None) -> int:
    """Nightly, as the system: a card whose journey is over holds nothing any more."""
    old = TripCard.objects.filter(until__lt=on or today()).exclude(content={})
    return old.update(content={})


def erase_of(traveller: uuid.UUID) -> None:
    """What cards keep of a person who is erased: their own card, and their name on the others'."""
    own = TripCard.objects.filter(holder=traveller)
    trips = list(own.values_list("trip", flat=True))
    TripCard.objects.filter(trip__in=trips).update(content={}, revoked_at=timezone.now())


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def read_card(token: str, device: str) -> tuple[str, dict[str, Any], date | None]:
    """As nobody in particular: (fresh, open, elsewhere or gone), the content, the last day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, content::text, until FROM outbound_card(%s, %s, %s)",
            [digest(token), digest(device) if device else "", today()],
        )
        row = cursor.fetchone()
    if row is None:
        return "gone", {}, None
    return row[0], json.loads(row[1]) if row[1] else {}, row[2]


def bind_card(token: str, device: str) -> bool:
    """The first device that opens the link keeps it. False where another did before, or the card is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outbound_bind_card(%s, %s, %s)", [digest(token), digest(device), today()])
        (bound,) = cursor.fetchone()
    return bool(bound)
