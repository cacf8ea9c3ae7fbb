"""The demo's drawer: documents registered, drawn and handed in, visas on their way, by the real actions.

Numbers are invented. No entry requirement is entered: what a country really asks isn't the demo's to make up.
"""

import uuid
from datetime import date, timedelta

from waiban.core.casework.clocks import today
from waiban.core.people.personas import City
from waiban.domains.outbound import debts
from waiban.domains.outbound.actions import progress_need as progress
from waiban.domains.outbound.actions.attest_need import attest_needs
from waiban.domains.outbound.actions.hand_over import hand_over
from waiban.domains.outbound.actions.progress_need import Issued
from waiban.domains.outbound.actions.record_briefing import record_briefing
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.actions.take_stock import take_stock
from waiban.domains.outbound.actions.visa_batches import open_batch, send_batch
from waiban.domains.outbound.keeping import next_slip
from waiban.domains.outbound.models import CustodyEvent, PaperNeed, TravelDocument, Trip
from waiban.domains.outbound.needs import refresh_needs
from waiban.domains.outbound.versions import approved_value

HIGH = ("bureau", "deputy_bureau", "county", "deputy_county")
LASTS = (900, 1300, 1700, 640, 1500, 110)
"""Days that a passport still lasts, in turn; one in six is about to run out."""
Why = CustodyEvent.Why


def fill_papers(city: City) -> None:
    """Once, on an office that has no document yet."""
    with city.as_("desk_officer"):
        if TravelDocument.objects.exists():
            return
        _register(city)
        on_the_way = {str(trip): trip for trip in Trip.objects.filter(state__in=["approved", "away"])}
        if trip := on_the_way.get("赴印度尼西亚渔业合作"):
            _away(trip)
        if trip := on_the_way.get("赴西班牙冷链合作"):
            _ready(trip)
        if trip := on_the_way.get("赴马来西亚港口合作"):
            _on_its_way(trip)
        codes = list(TravelDocument.objects.filter(place="drawer").order_by("code").values_list("code", flat=True))
        take_stock(city.office, codes[1:], words="季度清点，一本正在核对去向")
    debts.refresh_office(city.office.pk, today())


def _register(city: City) -> None:
    """Whoever travels on an official passport or a permit has it in the drawer, on one slip."""
    day = today() - timedelta(days=400)
    slip = next_slip(city.office.pk, day)
    kinds: dict[str, set[str]] = {}
    for trip in Trip.objects.exclude(state__in=["draft", "in_unit", "withdrawn", "refused"]).order_by("number"):
        for member in trip.dossier.get("members") or []:
            abroad = set(trip.countries) - {"HK", "MO", "TW"}
            passport = "service" if member.get("rank") in HIGH else "public_affairs"
            held = kinds.setdefault(str(member["id"]), set())
            held |= ({passport} if abroad else set()) | (
                {"hk_macao_permit"} if set(trip.countries) & {"HK", "MO"} else set()
            )
    place = 0
    for traveller in sorted(city.travellers.values(), key=lambda one: str(one.pk)):
        for kind in sorted(kinds.get(str(traveller.pk), ())):
            place += 1
            register_document(
                traveller.pk, kind=kind, number=f"{'SE' if kind == 'service' else 'PE'}{7300000 + place * 37}",
                issuer="省人民政府外事办公室（演示）", issued_on=day - timedelta(days=60),
                expires_on=today() + timedelta(days=LASTS[place % len(LASTS)]), on=day, slip=slip,
            )  # fmt: skip


def _documents(trip: Trip) -> list[TravelDocument]:
    value = approved_value(trip)
    members = [uuid.UUID(member.id) for member in (value.members or [] if value else []) if member.id]
    return list(
        TravelDocument.objects.filter(holder__in=members, state="valid", kind__in=TravelDocument.PASSPORTS).order_by(
            "code"
        )
    )


def _needs(trip: Trip, kind: str) -> list[PaperNeed]:
    refresh_needs(trip.pk, trip.office_id)
    return list(PaperNeed.objects.filter(trip=trip, kind=kind).order_by("traveller__name", "id"))


def _send(trip: Trip, consulate: str, day: date) -> list[PaperNeed]:
    """Every visa of the trip attested, in one batch through the province."""
    rows = _needs(trip, PaperNeed.Kind.VISA)
    ids = [row.pk for row in rows]
    attest_needs(ids, needed=True, words="已向上级护签部门问明", on=day)
    batch = open_batch(ids, consulate=consulate, country=rows[0].countries[0], on=day)
    send_batch(batch.pk, outside_number=f"演示签〔{day.year}〕{batch.serial}", on=day)
    return rows


def _issue(trip: Trip, rows: list[PaperNeed], day: date) -> None:
    assert trip.depart is not None
    assert trip.return_on is not None
    for row in rows:
        printed = Issued("", trip.depart - timedelta(days=5), trip.return_on + timedelta(days=60), 1, 15)
        progress.issue(row.pk, printed, on=day)


def _away(trip: Trip) -> None:
    """Visas in hand, papers with the travellers."""
    assert trip.depart is not None
    rows = _send(trip, "印度尼西亚驻华使领馆（演示）", trip.depart - timedelta(days=14))
    _issue(trip, rows, trip.depart - timedelta(days=6))
    documents = _documents(trip)
    hand_over(
        [one.pk for one in documents], Why.RELEASE, trip_id=trip.pk, taken_by="单位专办员",
        on=trip.depart - timedelta(days=1),
    )  # fmt: skip


def _ready(trip: Trip) -> None:
    """Visas in hand, one member hasn't signed the briefing yet."""
    assert trip.depart is not None
    rows = _send(trip, "西班牙驻华使领馆（演示）", today() - timedelta(days=12))
    _issue(trip, rows, today() - timedelta(days=3))
    value = approved_value(trip)
    signed = [
        row.traveller_id for row in rows if value and value.members and str(row.traveller_id) == value.members[0].id
    ]
    record_briefing(trip.pk, signed, signed_on=today() - timedelta(days=1))


def _on_its_way(trip: Trip) -> None:
    """Passports at the consulate, more asked of one."""
    rows = _send(trip, "马来西亚驻华使领馆（演示）", today() - timedelta(days=5))
    documents = _documents(trip)
    hand_over(
        [one.pk for one in documents], Why.VISA, trip_id=trip.pk, words="马来西亚驻华使领馆（演示）",
        on=today() - timedelta(days=5),
    )  # fmt: skip
    progress.ask_more([rows[0].pk], words="补单位在职证明英文件", on=today() - timedelta(days=1))
