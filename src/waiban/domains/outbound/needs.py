"""Which papers each member of an approved trip needs: suggested from the office's dated table, attested by the desk."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.principals import acting_as
from waiban.core.casework.clocks import today
from waiban.core.offices.settings import Kind as SettingKind
from waiban.core.offices.settings import Setting
from waiban.core.people.principals import system
from waiban.domains.outbound.backward import last_safe_day
from waiban.domains.outbound.entering import stays_in
from waiban.domains.outbound.models import EntryRule, PaperNeed, TravelDocument, Trip, TripMember, VisaBatch
from waiban.domains.outbound.versions import approved_value
from waiban.dossiers.trip import Member, Stop
from waiban.dossiers.trip import Trip as TripValue
from waiban.kernel.dates import add_months

VIA = "visas.via"
SETTINGS = (
    # Authority is granted, never assumed (readings §9): through the province until the office settles it otherwise.
    Setting(
        VIA, SettingKind.CHOICE, VisaBatch.Via.PROVINCE, gettext_lazy("送签途径"), gettext_lazy("证照"),
        choices=tuple(VisaBatch.Via.choices), help=gettext_lazy("本办送签的才出照会"),
    ),
)  # fmt: skip
Kind, Answer, State = PaperNeed.Kind, PaperNeed.Answer, PaperNeed.State
REGIONS = ("HK", "MO", "TW")
HIGH = ("minister", "vice_minister", "bureau", "deputy_bureau", "county", "deputy_county")
"""County rank and above: service passport (passport_types_by_rank)."""
NO_RANK = ("senior_title", "other")
SIX_MONTHS = 6
"""passport_validity_six_months, counted from the return."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`by` is what the suggestion rests on: a code with its values, put into words by the page."""

    kind: str
    countries: tuple[str, ...]
    answer: str
    by: str = ""


def places_of(value: TripValue) -> list[str]:
    """Where the delegation enters, each once; an airside transit isn't a visit."""
    entered = [
        stop.country
        for stop in value.stops or []
        if stop.country and stop.country != "CN" and not (stop.transit and stop.leaves_airport is not True)
    ]
    return list(dict.fromkeys(entered))


def wanted_papers(
    value: TripValue, member: Member, held: Sequence[TravelDocument], rules: Sequence[EntryRule]
) -> list[Wanted]:
    """For one member. Hong Kong and Macao: permit and endorsement; Taiwan: its permit, and nothing of ours."""
    places = places_of(value)
    if "TW" in places:
        return [Wanted(Kind.TAIWAN_PERMIT, ("TW",), *_held(value, held, ("taiwan_permit",)))]
    found: list[Wanted] = []
    regions = tuple(place for place in places if place in REGIONS)
    if regions:
        found.append(Wanted(Kind.HK_MACAO_PERMIT, (), *_held(value, held, ("hk_macao_permit",))))
        found.append(Wanted(Kind.ENDORSEMENT, regions, Answer.NEEDED, "regions"))
    abroad = [place for place in places if place not in REGIONS]
    if abroad:
        found.append(Wanted(Kind.PASSPORT, (), *_held(value, held, TravelDocument.PASSPORTS)))
        paper = _paper_of(member, held)
        visas = [_visa(value, place, paper, rules) for place in abroad]
        found += [one for one, _need in visas]
        found.append(_exit_certificate(abroad, [need for _one, need in visas]))
    return found


def _held(value: TripValue, held: Sequence[TravelDocument], kinds: Iterable[str]) -> tuple[str, str]:
    """Not needed where a valid one lasts six months beyond the return; else a new one."""
    mine = [one for one in held if one.kind in set(kinds) and one.state == TravelDocument.State.VALID]
    if not mine:
        return Answer.NEEDED, "none_held"
    if value.return_ is None or mine[0].expires_on is None:
        return Answer.NOT_STATED, "expiry_unknown"
    needed = add_months(value.return_, SIX_MONTHS)
    return (Answer.NOT_NEEDED, "held") if mine[0].expires_on >= needed else (Answer.NEEDED, "expires_soon")


def _paper_of(member: Member, held: Sequence[TravelDocument]) -> str:
    """The kind of passport that the entry rule is looked up by: the one held, else the one of the rank; else unknown."""
    mine = [one.kind for one in held if one.kind in TravelDocument.PASSPORTS and one.state != "cancelled"]
    if mine:
        return str(mine[0])
    if member.rank is None or member.rank in NO_RANK:
        return ""
    return "service" if member.rank in HIGH else "public_affairs"


def _visa(value: TripValue, place: str, paper: str, rules: Sequence[EntryRule]) -> tuple[Wanted, str]:
    rule = next((one for one in rules if one.country == place and one.paper == paper), None)
    if rule is None:
        return Wanted(Kind.VISA, (place,), Answer.NOT_STATED, "no_rule"), ""
    by = f"{rule.get_need_display()}：{rule.source}"[:200]
    if rule.need in (EntryRule.Need.VISA, EntryRule.Need.E_VISA):
        return Wanted(Kind.VISA, (place,), Answer.NEEDED, by), rule.need
    if rule.longest_stay is not None:
        stays = stays_in(value.stops or [], [place])
        lengths = [stay.days for stay in stays or []]
        if stays is None or None in lengths or any(one > rule.longest_stay for one in lengths if one):
            return Wanted(Kind.VISA, (place,), Answer.NOT_STATED, by), ""
    return Wanted(Kind.VISA, (place,), Answer.NOT_NEEDED, by), rule.need


def _exit_certificate(abroad: Sequence[str], needs: Sequence[str]) -> Wanted:
    """For visa-free and e-visa countries (exit_certificate)."""
    free = tuple(
        place
        for place, need in zip(abroad, needs, strict=True)
        if need in (EntryRule.Need.VISA_FREE, EntryRule.Need.E_VISA)
    )
    if free:
        return Wanted(Kind.EXIT_CERTIFICATE, (), Answer.NEEDED, "visa_free")
    if all(need == EntryRule.Need.VISA for need in needs):
        return Wanted(Kind.EXIT_CERTIFICATE, (), Answer.NOT_NEEDED, "all_visas")
    return Wanted(Kind.EXIT_CERTIFICATE, (), Answer.NOT_STATED, "no_rule")


def refresh_needs(trip_id: uuid.UUID, office_id: uuid.UUID) -> int:
    """Make the rows fit the approved route. What the desk attested or began stays; what nobody touched follows the
    route. By the platform: a post that approves sees no passports. Gives the number of rows added.
    """
    with acting_as(system(office_id, "needs")):
        trip = Trip.objects.select_related("office").get(pk=trip_id)
        value = approved_value(trip)
        return _refresh(trip, value) if value is not None else 0


def refresh_holder(holder: uuid.UUID, office_id: uuid.UUID) -> None:
    """After a document came or went: what is suggested for the approved trips that its holder is to leave on."""
    with acting_as(system(office_id, "needs")):
        trips = TripMember.objects.filter(traveller=holder, trip__state=Trip.State.APPROVED, trip__imported=False)
        ids = list(trips.values_list("trip", flat=True))
    for trip_id in ids:
        refresh_needs(trip_id, office_id)


@transaction.atomic
def _refresh(trip: Trip, value: TripValue) -> int:
    known = {str(pk) for pk in TripMember.objects.filter(trip=trip).values_list("traveller_id", flat=True)}
    members = [member for member in value.members or [] if member.id in known]
    ids = [uuid.UUID(str(member.id)) for member in members]
    held: dict[str, list[TravelDocument]] = {}
    for document in TravelDocument.objects.filter(holder__in=ids).exclude(state__in=["cancelled", "lost"]):
        held.setdefault(str(document.holder_id), []).append(document)
    rules = rules_on(trip.office_id, value.depart or today())
    rows = list(PaperNeed.objects.select_for_update().filter(trip=trip))
    added = 0
    for member in members:
        mine = [row for row in rows if str(row.traveller_id) == member.id]
        for wanted in wanted_papers(value, member, held.get(str(member.id), []), rules):
            added += _fit(trip, member, wanted, mine)
        _drop_unwanted(value, mine)
    gone = [row for row in rows if str(row.traveller_id) not in {member.id for member in members}]
    for row in gone:
        if _untouched(row):
            row.delete()
    return added


def _fit(trip: Trip, member: Member, wanted: Wanted, mine: list[PaperNeed]) -> int:
    covering = [
        row
        for row in mine
        if row.kind == wanted.kind and (not wanted.countries or set(wanted.countries) <= set(row.countries))
    ]
    if covering:
        row = covering[0]
        single = len(row.countries) <= 1 or row.kind != Kind.VISA
        if single and (row.suggested, row.suggested_by) != (wanted.answer, wanted.by):
            row.suggested, row.suggested_by = wanted.answer, wanted.by
            row.save(update_fields=["suggested", "suggested_by"])
        return 0
    row = PaperNeed.objects.create(
        trip=trip, traveller_id=uuid.UUID(str(member.id)), kind=wanted.kind, countries=list(wanted.countries),
        suggested=wanted.answer, suggested_by=wanted.by, readers=trip.readers,
    )  # fmt: skip
    mine.append(row)
    return 1


def _drop_unwanted(value: TripValue, mine: list[PaperNeed]) -> None:
    places = set(places_of(value))
    for row in mine:
        if row.countries and not set(row.countries) & places and _untouched(row):
            row.delete()


def _untouched(row: PaperNeed) -> bool:
    return row.answer == Answer.NOT_STATED and row.state == State.TO_DO


def rules_on(office: uuid.UUID, day: date) -> list[EntryRule]:
    return list(
        EntryRule.objects.filter(office=office, since__lte=day).filter(Q(until=None) | Q(until__gte=day))
    )  # fmt: skip


def is_stale(row: PaperNeed, value: TripValue | None) -> bool:
    """Begun for places or a person that the approved route has no more: the desk calls it off or keeps it."""
    if value is None or row.state == State.CALLED_OFF:
        return False
    if str(row.traveller_id) not in {member.id for member in value.members or []}:
        return True
    return bool(row.countries) and not set(row.countries) & set(places_of(value))


def route_of(value: TripValue | None) -> Sequence[Stop]:
    return (value.stops or []) if value else ()


def safe_days(trips: Iterable[Trip]) -> dict[uuid.UUID, date | None]:
    """The planner's last safe day of 办理护照签证, by trip."""
    return {trip.pk: last_safe_day(trip, "travel_papers") for trip in trips}


def is_late(row: PaperNeed, safe: date | None, on: date) -> bool:
    waits = row.answer != Answer.NOT_NEEDED and row.state in PaperNeed.OPEN
    before = row.trip.state == Trip.State.APPROVED  # who has left has left
    return bool(waits and before and safe is not None and on > safe)
