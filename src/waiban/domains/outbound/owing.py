"""What earlier trips still owe, for the next one: past due only, of its members or its organising unit, each once."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from waiban.core.casework.clocks import today
from waiban.core.ui.format import joined
from waiban.domains.outbound.debts import overdue_of
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Debt, Trip, TripMember, TripReport
from waiban.domains.partners import api as partners


@dataclass(frozen=True)
class OwedView:
    text: str
    trip_title: str
    url: str
    members: frozenset[str]
    """Ids of the members that it concerns; empty for the unit's own."""
    report: bool


def owed_before(trip: Trip) -> list[OwedView]:
    """Row security leaves out what the reader may not know of; the trip itself owes nothing to itself."""
    ids = _members(trip)
    day = today()
    of_members = Debt.objects.filter(
        ended_on=None, due_on__lt=day, trip__in=TripMember.objects.filter(traveller__in=ids, counts=True).values("trip")
    ).filter(Q(owing_traveller=None) | Q(owing_traveller__in=ids))
    found = {row.pk: row for row in overdue_of(trip.unit_id, ids, day)}
    found |= {row.pk: row for row in of_members.select_related("owing_unit", "owing_traveller", "trip")}
    rows = [row for row in found.values() if row.trip_id != trip.pk]
    trips = {one.pk: one for one in Trip.objects.filter(pk__in={row.trip_id for row in rows})}
    went = _went({row.trip_id for row in rows}, ids)
    return [
        _view(row, trips.get(row.trip_id), went.get(row.trip_id, frozenset()), (day - row.due_on).days)
        for row in sorted(rows, key=lambda row: (row.due_on, str(row.pk)))
    ]


def _view(row: Debt, trip: Trip | None, members: frozenset[str], late: int) -> OwedView:
    concerned = frozenset({str(row.owing_traveller_id)}) if row.owing_traveller_id else members
    who = row.owing_traveller.name if row.owing_traveller else row.owing_unit.short_name or row.owing_unit.name
    said = {"who": who, "what": row.get_kind_display(), "n": late}
    return OwedView(
        text=_("%(who)s的%(what)s逾期 %(n)d 天没有办") % said,
        trip_title=trip.title if trip else "",
        url=reverse("outbound:case", args=[trip.pk]) if trip and trip.case_id else "",
        members=concerned,
        report=row.kind == Debt.Kind.REPORT,
    )


def _went(trips: set[uuid.UUID], travellers: list[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    rows = TripMember.objects.filter(trip__in=trips, traveller__in=travellers, counts=True)
    found: dict[uuid.UUID, set[str]] = {}
    for trip, traveller in rows.values_list("trip_id", "traveller_id"):
        found.setdefault(trip, set()).add(str(traveller))
    return {trip: frozenset(members) for trip, members in found.items()}


def reports_owed(owed: Iterable[OwedView], member: str) -> int:
    return sum(1 for one in owed if one.report and member in one.members)


@dataclass(frozen=True)
class BroughtView:
    """What an earlier trip of the unit came to."""

    url: str
    title: str
    done: str
    promises: str


def brought_before(trip: Trip, most: int = 3) -> list[BroughtView]:
    """The organising unit's last trips that have reported, with their promises."""
    reports = (
        TripReport.objects.filter(trip__unit=trip.unit_id, filed_on__isnull=False)
        .exclude(trip=trip)
        .select_related("trip")
        .order_by("-filed_on", "-id")[:most]
    )
    found = []
    for report in reports:
        kept = partners.kept_of("trip_report", [report.pk])
        said = [
            text
            for count, text in (
                (kept.kept, _("已履行 %(n)d 项") % {"n": kept.kept}),
                (kept.broken, _("未履行 %(n)d 项") % {"n": kept.broken}),
                (kept.overtaken, _("不再适用 %(n)d 项") % {"n": kept.overtaken}),
                (kept.open, _("履行中 %(n)d 项") % {"n": kept.open}),
                (kept.overdue, _("其中过期 %(n)d 项") % {"n": kept.overdue}),
            )
            if count
        ]
        found.append(
            BroughtView(
                url=reverse("outbound:value", args=[report.trip_id]),
                title=report.trip.title,
                done=report.done,
                promises=joined(said, "，") or _("没有承诺事项"),
            )
        )
    return found


def _members(trip: Trip) -> list[uuid.UUID]:
    return [pk for pk in map(traveller_id, trip.dossier.get("members") or []) if pk]
