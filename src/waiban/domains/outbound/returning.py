"""After the trip: what really happened as a version of its own, and where it is otherwise than approved.

A change made without leave is never approved afterwards: it is recorded, explained, and the office says whether
force majeure clears it. Days inside the approved ones are no deviation (facts: change_procedure, later start).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from waiban.core.people.models import Traveller
from waiban.core.ui.format import joined, span_text
from waiban.domains.outbound.differing import difference
from waiban.domains.outbound.dossier import countries_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Deviation, Trip, TripVersion
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.versions import approved_version, pin
from waiban.kernel.dates import DateRange

PEOPLE = ("drop_member", "swap_member", "add_member")
DAYS = ("move_dates", "extend_stay", "shorten_stay")


@dataclass(frozen=True)
class Place:
    """A place where they really were, in order."""

    country: str
    city: str
    arrive: date | None = None
    leave: date | None = None

    def as_stop(self) -> dict[str, Any]:
        stop: dict[str, Any] = {"country": self.country, "city": self.city}
        if self.arrive:
            stop["arrive"] = self.arrive.isoformat()
        if self.leave:
            stop["leave"] = self.leave.isoformat()
        return stop


def actual_dossier(
    approved: Mapping[str, Any],
    *,
    left: date,
    came_back: date,
    places: Sequence[Place] | None,
    members: Iterable[str] | None,
) -> dict[str, Any]:
    """The approved dossier with the days, places and people as they really were; None keeps what was approved."""
    dossier = {key: value for key, value in approved.items() if key != "after"}
    dossier["depart"], dossier["return"] = left.isoformat(), came_back.isoformat()
    if places is not None:
        dossier["stops"] = [place.as_stop() for place in places]
    if members is not None:
        went = set(members)
        known = [str(member.get("id")) for member in approved.get("members") or []]
        if not went:
            raise CannotError(_("请勾选实际出访的人员"), "/after/members")
        if went - set(known):
            raise CannotError(_("只能勾选已批准的人员"), "/after/members")
        dossier["members"] = [m for m in approved.get("members") or [] if str(m.get("id")) in went]
    return dossier


def after_of(trip: Trip, actual: Mapping[str, Any]) -> dict[str, Any]:
    """What the rules after the trip look at."""
    return {
        **(trip.dossier.get("after") or {}),
        "left": actual["depart"],
        "came_back": actual["return"],
        "countries": [code for code in countries_of(actual) if code != "CN"],
        "members": [str(member.get("id")) for member in actual.get("members") or []],
    }


def pin_actual(trip: Trip, actual: Mapping[str, Any], item_id: Any, on: date) -> TripVersion:
    return pin(trip, TripVersion.Of.ACTUAL, actual, source=TripVersion.Source.RETURN, cause=item_id, since=on)


def note_deviations(trip: Trip, actual: Mapping[str, Any]) -> list[Deviation]:
    """Rows for what is otherwise than approved. A row that says the same as before stays, with its explanation."""
    version = approved_version(trip)
    if version is None:
        return []
    wanted = {kind: (old, new) for kind, old, new in deviations_of(version.dossier, actual)}
    kept: list[Deviation] = []
    for row in Deviation.objects.select_for_update().filter(trip=trip, replaced=False):
        if wanted.get(row.kind) == (row.approved, row.actual):
            kept.append(row)
            del wanted[row.kind]
        else:
            row.replaced = True
            row.save(update_fields=["replaced"])
    fresh = [
        Deviation(trip=trip, kind=kind, approved=old, actual=new, readers=trip.readers)
        for kind, (old, new) in wanted.items()
    ]
    Deviation.objects.bulk_create(fresh)
    return [*kept, *fresh]


def deviations_of(approved: Mapping[str, Any], actual: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(kind, approved, actual) in codes: days as a range, people by id, places by code and city."""
    found = difference(approved, actual)
    within = _within(approved, actual)
    rows = []
    for kind in found.kinds:
        if kind in PEOPLE:
            rows.append((kind, ",".join(found.left), ",".join(found.joined)))
        elif kind in DAYS and not within:
            rows.append((kind, _days(approved), _days(actual)))
        elif kind == "reroute":
            rows.append((kind, _route(approved), _route(actual)))
    return [(kind, old[:400], new[:400]) for kind, old, new in rows]


def _within(approved: Mapping[str, Any], actual: Mapping[str, Any]) -> bool:
    return str(actual["depart"]) >= str(approved.get("depart")) and str(actual["return"]) <= str(approved.get("return"))


def _days(dossier: Mapping[str, Any]) -> str:
    return f"{dossier.get('depart')}/{dossier.get('return')}"


def _route(dossier: Mapping[str, Any]) -> str:
    return ";".join(
        f"{stop.get('country') or ''} {stop.get('city') or ''}".strip() for stop in dossier.get("stops") or []
    )


# How a deviation is said ---------------------------------------------------------------------------------------------


def deviation_texts(row: Deviation) -> tuple[str, str]:
    """(approved, actual) in the reader's words."""
    if row.kind in DAYS:
        return _span(row.approved), _span(row.actual)
    if row.kind == "reroute":
        return _places(row.approved), _places(row.actual)
    names = names_of_ids([*row.approved.split(","), *row.actual.split(",")])
    left = joined(names.get(member, "") for member in row.approved.split(",") if member)
    came = joined(names.get(member, "") for member in row.actual.split(",") if member)
    return left, came or _("没有成行")


def _span(text: str) -> str:
    first, _slash, last = text.partition("/")
    try:
        return span_text(DateRange(date.fromisoformat(first), date.fromisoformat(last)))
    except ValueError:
        return text


def _places(text: str) -> str:
    said = []
    for stop in text.split(";"):
        code, _space, city = stop.partition(" ")
        said.append(" ".join(part for part in (place_name(code), city) if part))
    return " → ".join(said)


def names_of_ids(members: Iterable[str]) -> dict[str, str]:
    ids = [pk for pk in (traveller_id({"id": member}) for member in members if member) if pk]
    return {str(pk): name for pk, name in Traveller.objects.filter(pk__in=ids).values_list("pk", "name")}
