"""Figures over a year's trips by departure, as the reader sees them: approved ones, those of former years imported too.

Every figure is of rows that a list can show: `query` is that list's filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Func, IntegerField, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Decision, StepTime
from waiban.core.casework.processes import current_release, parsed
from waiban.core.offices.models import Office
from waiban.core.people.models import TravellerRecord
from waiban.domains.outbound.contracts import Figure, StepFigure, YearFigures
from waiban.domains.outbound.models import Settlement, Trip, TripMember
from waiban.domains.outbound.queries import WENT
from waiban.domains.outbound.texts import kind_text, place_name

ENDED = (*WENT, Trip.State.REFUSED)


@dataclass(frozen=True, slots=True)
class Span:
    """A year by the day of departure."""

    year: int

    @property
    def query(self) -> str:
        return f"view=went&since={self.year}-01-01&until={self.year}-12-31"

    @property
    def days(self) -> tuple[date, date]:
        return date(self.year, 1, 1), date(self.year, 12, 31)


def year_figures(office: Office, year: int) -> YearFigures:
    span = Span(year)
    went = _went(span)
    total = _sum(went, _("全部"), span.query)
    return YearFigures(
        year=year,
        total=total,
        by_unit=tuple(
            _figure(row, row["unit__name"], f"{span.query}&unit={row['unit']}")
            for row in _grouped(went, "unit", "unit__name")
        ),
        by_kind=tuple(
            _figure(row, kind_text(row["kind"]) if row["kind"] else "", f"{span.query}&kind={row['kind']}")
            for row in _grouped(went, "kind")
        ),
        by_rank=_by_rank(span),
        by_place=_by_place(went, span),
        asked=_asked(span).count(),
        refused=_asked(span).filter(state=Trip.State.REFUSED).count(),
        refused_query=f"state=refused&since={year}-01-01&until={year}-12-31",
        reasons=_reasons(span),
        settled_cny=_settled(span),
        steps=_steps(office),
        trip_ids=tuple(went.values_list("pk", flat=True)[:20_000]),
    )


def _went(span: Span) -> "QuerySet[Trip]":
    return Trip.objects.filter(state__in=WENT, depart__range=span.days)


def _asked(span: Span) -> "QuerySet[Trip]":
    """What was decided on, either way; a withdrawn trip was never refused."""
    return Trip.objects.filter(state__in=ENDED, depart__range=span.days, imported=False)


# Written out: PostgreSQL counts the days between two dates as a whole number, Django would ask it for an interval.
DAYS = Func(
    F("return_on"), F("depart"), template="(%(expressions)s + 1)", arg_joiner=" - ", output_field=IntegerField()
)
PERSON_DAYS = DAYS * F("head_count")
SUMS: Mapping[str, Any] = {
    "groups": Count("pk"), "people": Sum("head_count"), "days": Sum(DAYS), "person_days": Sum(PERSON_DAYS),
    "cny": Sum("total_cny"), "priced_days": Sum(PERSON_DAYS, filter=Q(total_cny__isnull=False)),
}  # fmt: skip


def _grouped(went: "QuerySet[Trip]", *keys: str) -> list[dict[str, Any]]:
    return list(went.values(*keys).annotate(**SUMS).order_by("-groups", *keys))


def _sum(went: "QuerySet[Trip]", name: str, query: str) -> Figure:
    return _figure(went.aggregate(**SUMS), name, query)


def _figure(row: Mapping[str, Any], name: str, query: str) -> Figure:
    """A cost a person and day only over trips whose budget is known: what isn't stated is left out on both sides."""
    cny, days = row["cny"], row["priced_days"]
    return Figure(
        name=name or _("未说明"),
        groups=row["groups"] or 0,
        people=row["people"] or 0,
        days=row["days"] or 0,
        cny=cny,
        cny_a_day=(cny / days).quantize(Decimal("0.01")) if cny is not None and days else None,
        query=query,
    )


def _by_rank(span: Span) -> tuple[Figure, ...]:
    """By the leader's rank. A trip without a leader named counts as not stated."""
    leaders = TripMember.objects.filter(role="leader", trip__in=_went(span))
    named = dict(leaders.values_list("trip", "rank"))
    rows: dict[str, list[Any]] = {}
    for pk, *figures in _went(span).values_list("pk", "head_count", "depart", "return_on", "total_cny"):
        rows.setdefault(named.get(pk, ""), []).append(figures)
    found = []
    for rank, trips in sorted(rows.items(), key=lambda item: -len(item[1])):
        lasting = [(people, (back - out).days + 1, cny) for people, out, back, cny in trips if out and back]
        priced = [(people * days, cny) for people, days, cny in lasting if cny is not None]
        cny = sum((cost for _days, cost in priced), Decimal(0)) if priced else None
        days = sum(count for count, _cost in priced)
        found.append(
            Figure(
                name=str(dict(TravellerRecord.Rank.choices).get(rank, rank)) or _("未说明"),
                groups=len(trips),
                people=sum(people for people, *_rest in trips),
                days=sum(count for _people, count, _cost in lasting),
                cny=cny,
                cny_a_day=(cny / days).quantize(Decimal("0.01")) if cny is not None and days else None,
                query=f"{span.query}&rank={rank}" if rank else span.query,
            )
        )
    return tuple(found)


def _by_place(went: "QuerySet[Trip]", span: Span) -> tuple[Figure, ...]:
    """Countries and regions; a trip to three counts in each, so this column adds up to more than the whole."""
    rows: dict[str, dict[str, Any]] = {}
    values = went.values_list("countries", "head_count", "depart", "return_on")
    for places, people, out, back in values:
        for place in places:
            row = rows.setdefault(place, {"groups": 0, "people": 0, "days": 0, "cny": None, "priced_days": None})
            row["groups"] += 1
            row["people"] += people
            row["days"] += (back - out).days + 1 if out and back else 0
    ordered = sorted(rows.items(), key=lambda item: (-item[1]["groups"], item[0]))
    return tuple(_figure(row, place_name(place), f"{span.query}&country={place}") for place, row in ordered)


def _reasons(span: Span) -> tuple[str, ...]:
    """In the deciders' own words, the newest first."""
    refused = Decision.objects.filter(
        case__in=_asked(span).filter(state=Trip.State.REFUSED).values("case"), outcome="refuse", nature="step"
    )
    return tuple(refused.order_by("-id").values_list("opinion", flat=True)[:20])


def _settled(span: Span) -> Decimal | None:
    confirmed = Settlement.objects.filter(trip__in=_went(span), state=Settlement.State.CONFIRMED)
    found = confirmed.aggregate(total=Sum(F("total_cny") - F("refused_cny")))["total"]
    return Decimal(found) if found is not None else None


def _steps(office: Office) -> tuple[StepFigure, ...]:
    try:
        process = parsed(current_release(office.pk, "trip").bpmn)
    except CannotError:
        return ()
    rows = {row.step: row for row in StepTime.objects.filter(office=office, process="trip")}
    return tuple(
        StepFigure(node.name, rows[step].closed, rows[step].p50, rows[step].p90)
        for step, node in process.tasks.items()
        if step in rows
    )
