"""What a trip is found by, and how: its own words, and the people who travel, where the asker sees them."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language

from waiban.core.access.order import walked
from waiban.core.search.queries import Matching, among, ids, narrowed
from waiban.core.search.registry import Hit, Indexed
from waiban.core.ui.format import people_text, short_day_text
from waiban.domains.outbound.models import Attachment, Trip, TripMember
from waiban.domains.outbound.texts import case_number, destination_text

KIND = "trip"
LOOK = 1000
"""Newest trips that are looked at before the index is asked: a surname is found among them."""


def texts(trip: Trip) -> list[str]:
    """Never a traveller's name: whoever may not see the person would find the trip by it."""
    return [
        case_number(trip),
        f"{trip.year}-{trip.number:04d}",
        f"{trip.year}-{trip.number}",
        trip.title,
        trip.unit.name,
        trip.unit.short_name,
        destination_text(trip, "zh"),
        destination_text(trip, "en"),
        *trip.inviters,
        str((trip.dossier.get("approval") or {}).get("number") or ""),
    ]


INDEXED = Indexed(
    KIND, "outbound.Trip", texts, related=("unit", "office"), deferred=("unread",), depends={"unit": "unit"}, mark="t"
)


def numbers(paper: Attachment) -> list[str]:
    """The 文号 of a paper in the file, such as the unit's request; what was taken out is found no more."""
    return [] if paper.removed_at else [paper.number]


PAPERS = Indexed("attachment", "outbound.Attachment", numbers, mark="a")


def matching(asked: str) -> Matching:
    """Trips whose own words hold what was asked, or a paper of whose file has its number, or on which somebody travels
    whose name holds it.
    """

    def everything(most: int | None) -> Sequence[UUID]:
        travellers = _beside("traveller", asked, most)
        going = TripMember.objects.filter(traveller__in=travellers).order_by("-trip").values_list("trip", flat=True)
        by_name = list(going.distinct()[:most]) if travellers else []
        papers = _beside("attachment", asked, most)
        by_number = Attachment.objects.filter(pk__in=papers).values_list("trip", flat=True) if papers else ()
        return list(dict.fromkeys([*ids(KIND, asked, most), *by_number, *by_name]))

    def some(given: Sequence[UUID]) -> set[UUID]:
        found = among(KIND, asked, given)
        filed = list(
            Attachment.objects.filter(trip__in=set(given) - found).exclude(number="").values_list("trip", "pk")
        )
        numbered = among("attachment", asked, [paper for _trip, paper in filed])
        found |= {trip for trip, paper in filed if paper in numbered}
        going = list(TripMember.objects.filter(trip__in=set(given) - found).values_list("trip", "traveller"))
        named = among("traveller", asked, {traveller for _trip, traveller in going})
        return found | {trip for trip, traveller in going if traveller in named}

    return Matching(everything, some)


def _beside(kind: str, asked: str, most: int | None) -> list[UUID]:
    """All of them where there are many (a surname, a year): the newest don't tell which trips they belong to."""
    found = ids(kind, asked, most)
    return ids(kind, asked) if most is not None and len(found) >= most else found


def find(asked: str, most: int) -> list[Hit]:
    newest = Trip.objects.order_by(*walked("-id")).values_list("pk")
    wanted = [pk for (pk,) in narrowed(newest, matching(asked), most, LOOK)[:most]]
    trips = Trip.objects.filter(pk__in=wanted).select_related("unit", "office", "case")
    return [_hit(trip) for trip in trips.defer("dossier", "unread", "case__marking").order_by("-id")]


def _detail(trip: Trip) -> str:
    day = short_day_text(trip.depart) if trip.depart else ""
    return "·".join(
        part for part in (destination_text(trip, get_language() or "zh"), people_text(trip.head_count), day) if part
    )


def _hit(trip: Trip) -> Hit:
    case = trip.case
    return Hit(
        of=trip.pk,
        label=str(trip.get_state_display()),
        number=case_number(trip),
        title=trip.title or str(trip),
        unit=trip.unit.short_name or trip.unit.name,
        detail=_detail(trip),
        url=reverse("outbound:case" if trip.case_id or trip.imported else "outbound:draft", args=[trip.pk]),
        due=case.due if case else None,
        paused_for=case.paused_for if case else "",
        closed_on=case.ended_on if case else None,
    )
