"""What a change is, read off the difference between two versions: its kinds, who decides, what follows.

Nobody chooses a kind. The table of kinds is the law's (`regulations/cn/nation/change_kinds.yaml`); where the fact
base is silent the table's own value is a default that an office may set (`change.<kind>.…`).
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from waiban.core.casework.clocks import today
from waiban.core.offices.models import Office
from waiban.core.offices.queries import setting
from waiban.core.people.models import Post, Traveller, Unit
from waiban.core.people.queries import personnel_post_for
from waiban.domains.outbound.authority import authority_of
from waiban.domains.outbound.check import check
from waiban.domains.outbound.differing import Difference, difference, reads
from waiban.domains.outbound.dossier import channel_of, countries_of, project, value_of
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Trip, TripChange
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.relevant import changed_since, shown_in_notice
from waiban.dossiers.check import Finding, Judgement


def difference_of(change: TripChange) -> Difference:
    return difference(change.base.dossier, change.dossier, cancels=change.cancels)


@dataclass(frozen=True)
class KindRow:
    """One kind in the table in force, with the office's own word where it has one."""

    kind: str
    name: str
    decides: str
    """office or original: the office itself, or whoever has the authority for the version asked for."""
    paper: str
    """keep, annotate, replace or void: what becomes of the approval paper."""
    follows: tuple[str, ...]
    default: bool
    """Whether `decides` is our default and not the office's own setting."""
    entries: tuple[str, ...]


def kind_rows(office: Office, kinds: Iterable[str], on: date) -> list[KindRow]:
    english = (get_language() or "").startswith("en")
    table = _in_force(law_of(office).data["trip_changes"]["dated"], on)
    rows = []
    for kind in kinds:
        row = table["kinds"][kind]
        own = setting(office, f"change.{kind}.decides")
        rows.append(
            KindRow(
                kind=kind,
                name=row["en" if english else "zh"],
                decides=own or row["decides"],
                paper=setting(office, f"change.{kind}.paper") or row["paper"],
                follows=tuple(row["follows"]),
                default=not own,
                entries=tuple(row["entries"]),
            )
        )
    return rows


def kind_names(office: Office, kinds: Iterable[str]) -> list[str]:
    return [row.name for row in kind_rows(office, kinds, today())]


def decides(change: TripChange) -> str:
    """office, leader or upward: the heaviest of what its kinds ask for."""
    rows = kind_rows(change.trip.office, change.kinds, change.submitted or today())
    if all(row.decides == "office" for row in rows):
        return "office"
    return "leader" if authority_for(change).own else "upward"


def authority_for(change: TripChange) -> Any:
    countries = countries_of(change.dossier)
    day = date.fromisoformat(change.dossier["depart"]) if change.dossier.get("depart") else today()
    return authority_of(value_of(change.dossier), change.trip.office, channel_of(countries), day)


def notice_units(change: TripChange, on: date) -> list[Unit]:
    """The units whose notice would say something else: before the departure only, since afterwards the post-trip
    notice tells what really happened. A cut inside the total that was shown asks for none.
    """
    found = difference_of(change)
    depart = change.base.dossier.get("depart")
    if "cancel_trip" in found.kinds or (depart and date.fromisoformat(depart) <= on):
        return []
    if not changed_since(shown_in_notice(change.base.dossier), change.dossier):
        return []
    if set(found.kinds) == {"drop_member"} and not _shown_otherwise(change):
        return []
    ids = [found for found in map(traveller_id, change.dossier.get("members") or []) if found]
    others = Unit.objects.filter(travellers__in=Traveller.objects.filter(pk__in=ids)).distinct().order_by("name")
    return [change.trip.unit, *(unit for unit in others if unit.pk != change.trip.unit_id)]


def _shown_otherwise(change: TripChange) -> bool:
    """Whether more than the leaver's own line differs from the notice (readings: fewer people, less money)."""
    shown, now = shown_in_notice(change.base.dossier), shown_in_notice(change.dossier)
    people = ("members", "units", "posts", "budget")
    return any(shown[name] != value for name, value in now.items() if name not in people)


def bodies_to_file(change: TripChange) -> list[Post]:
    """Personnel posts competent for those who join: whoever was filed stays filed."""
    joined = difference_of(change).joined
    managed = {str(m.get("id")): str(m.get("managed_by") or "") for m in change.dossier.get("members") or []}
    ids = [found for found in (traveller_id({"id": member}) for member in joined) if found]
    posts: dict[uuid.UUID, Post] = {}
    for traveller in Traveller.objects.filter(pk__in=ids).select_related("unit"):
        post = personnel_post_for(traveller.unit, managed.get(str(traveller.pk), ""))
        if post is not None:
            posts[post.pk] = post
    return list(posts.values())


def asked_trip(change: TripChange) -> Trip:
    """The trip as it would be: never saved. Forms and the check read it as they read any trip."""
    trip = Trip.objects.select_related("unit", "office", "case").get(pk=change.trip_id)
    trip.dossier = dict(change.dossier)
    trip.unread = dict(change.unread)
    trip.recheck = list(change.recheck)
    trip.revision = change.revision
    trip.editable = change.editable
    trip.saved_at = change.saved_at
    project(trip)
    return trip


def check_change(change: TripChange, stage: str = "approve") -> Judgement:
    """The asked version before the law: what its difference touches by the law of the day on which the change is
    submitted, every other rule as it was judged for the approved version.
    """
    trip = asked_trip(change)
    submitted = change.submitted or today()
    trip.dossier["submitted"] = submitted.isoformat()
    return check(trip, stage)


@dataclass(frozen=True)
class ChangeFindings:
    """`fresh` are judged anew; `pinned` stay as they were when the trip was approved."""

    fresh: list[Finding]
    pinned: list[Finding]

    @property
    def stops(self) -> list[Finding]:
        return [finding for finding in self.fresh if finding.bites]


def judge_change(change: TripChange, stage: str = "approve") -> ChangeFindings:
    """See `check_change`. A rule is touched when it reads a path that the difference changes."""
    touched = difference_of(change).paths
    anew = check_change(change, stage)
    before = _judged_before(change, stage)
    fresh = [finding for finding in anew.all_findings if reads(finding, touched)]
    pinned = [finding for finding in before.all_findings if not reads(finding, touched)]
    return ChangeFindings(fresh, pinned)


def _judged_before(change: TripChange, stage: str) -> Judgement:
    """The approved version by the law of its own submission, as the posts decided then."""
    trip = Trip.objects.select_related("unit", "office", "case").get(pk=change.trip_id)
    trip.dossier = dict(change.base.dossier)
    project(trip)
    return check(trip, stage)


def _in_force(dated: Iterable[Mapping[str, Any]], on: date) -> Mapping[str, Any]:
    """The last row that began; one whose start isn't known holds until another begins."""
    found: Mapping[str, Any] | None = None
    for row in dated:
        start = row.get("from")
        if start is None or date.fromisoformat(str(start)) <= on:
            found = row
    if found is None:
        raise LookupError("no table of changes was in force")
    return found
