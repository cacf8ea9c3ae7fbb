"""A trip that may go, and the desks that it passes; the days move with today so that no test grows old."""

import io
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from waiban.core.casework.actions.accept import accept
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.publish_release import publish_release
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.offices.actions.record_grant import record_grant
from waiban.core.people.personas import People
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound.actions.add_attachment import add_attachment
from waiban.domains.outbound.actions.attest import attest
from waiban.domains.outbound.actions.close_notice import close_notice
from waiban.domains.outbound.actions.create_draft import create_draft
from waiban.domains.outbound.actions.post_notice import post_notice
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.check import STAGE_OF_STEP, check, waits_for
from waiban.domains.outbound.models import Attachment, InternalNotice, Trip
from waiban.domains.outbound.processes import RELEASED, bpmn_of
from waiban.domains.partners import processes as promises


def page(words: str = "scan") -> bytes:
    """A small real picture, each with other bytes."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (240, 120), "white")
    ImageDraw.Draw(picture).text((10, 40), words, fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def scan(name: str = "scan.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, page(name), "image/png")


def ready(people: People, *, grant: bool = True) -> None:
    """The process published, and the office's authority on record."""
    with people.as_("office_head"):
        for process in RELEASED:
            publish_release(people.office.pk, process, bpmn_of(process), reason="启用")
        for process in promises.RELEASED:
            publish_release(people.office.pk, process, promises.bpmn_of(process), reason="启用")
        if grant:
            record_grant(
                people.office, number="测授〔2025〕1号", by="省外办", granted_on=date(2025, 1, 1), since=date(2025, 1, 1),
                ranks=["county", "deputy_county", "section", "deputy_section", "staff"],
            )  # fmt: skip


def workday_from(day: date) -> date:
    while not work_calendar().is_workday(day):
        day += timedelta(days=1)
    return day


def monday_after(days: int) -> date:
    day = today() + timedelta(days=days)
    return day + timedelta(days=-day.weekday() % 7)


def dossier(people: People, *, rank: str | None = None) -> dict[str, Any]:
    """Five days in Osaka for two: everything that the unit can state, stated."""
    depart = monday_after(70)
    days = [depart + timedelta(days=n) for n in range(5)]
    leader, member = people.city.travellers["leader"], people.city.travellers["member"]
    iso = [day.isoformat() for day in days]
    return {
        "title": "赴日本经贸洽谈",
        "kind": "negotiation",
        "organising": "own",
        "purpose": "与 3 家机电企业谈二期扩产选址，签 1 份供货备忘录。",
        "plan": {"in_annual_plan": True, "item": "第 7 项", "unit_quota": 4, "unit_used": 1},
        "depart": iso[0],
        "return": iso[4],
        "members": [
            {"id": str(leader.pk), "unit": leader.unit.name, "post": "局长", "rank": rank or "county", "category": "official",
             "status": "serving", "role": "leader", "managed_by": "city", "heads_unit": True,
             "leadership_of": "澄江市商务局党组", "in_charge_of": ["commerce"]},
            {"id": str(member.pk), "unit": member.unit.name, "post": "科长", "rank": "section", "category": "official",
             "status": "serving", "role": "member", "managed_by": "unit", "heads_unit": False},
        ],
        "stops": [{"country": "JP", "city": "大阪", "arrive": iso[0], "leave": iso[4], "transit": False}],
        "legs": [
            {"from": "上海", "to": "大阪", "departs": f"{iso[0]}T09:00", "arrives": f"{iso[0]}T12:10", "mode": "air", "carrier": "MU"},
            {"from": "大阪", "to": "上海", "departs": f"{iso[4]}T13:00", "arrives": f"{iso[4]}T14:40", "mode": "air", "carrier": "MU"},
        ],
        "programme": [
            {"date": iso[0], "part": "day", "city": "大阪", "text": "上海—大阪", "nature": "travel"},
            {"date": iso[1], "part": "day", "city": "大阪", "text": "与机电企业洽谈扩产选址", "host": "大阪湾岸产业振兴会", "nature": "official"},
            {"date": iso[2], "part": "day", "city": "大阪", "text": "洽谈供货备忘录", "host": "大阪湾岸产业振兴会", "nature": "official"},
            {"date": iso[3], "part": "day", "city": "大阪", "text": "签署供货备忘录", "host": "大阪湾岸产业振兴会", "nature": "official"},
            {"date": iso[4], "part": "day", "city": "大阪", "text": "大阪—上海", "nature": "travel"},
        ],
        "invitations": [
            {"country": "JP", "inviter": "大阪湾岸产业振兴会", "inviter_kind": "association", "issued_in": "JP",
             "issued_on": (today() - timedelta(days=40)).isoformat(), "translated": True,
             "states": ["members", "units", "posts", "purpose", "dates", "days", "place", "costs", "signature", "contact", "letterhead"],
             "names_every_member": True, "profile_attached": True, "no_intermediary_statement": True},
        ],
        "budget": {
            "lines": [
                {"item": "airfare", "currency": "CNY", "unit_price": 4000, "people": 2, "amount": 8000, "cabin": "economy", "payer": "own_unit"},
                {"item": "lodging", "country": "JP", "city": "大阪", "currency": "JPY", "unit_price": 15000, "people": 2, "days": 4, "amount": 120000, "payer": "own_unit"},
                {"item": "meals", "country": "JP", "city": "大阪", "currency": "JPY", "unit_price": 10000, "people": 2, "days": 5, "amount": 100000, "payer": "own_unit"},
                {"item": "incidentals", "country": "JP", "city": "大阪", "currency": "JPY", "unit_price": 5000, "people": 2, "days": 5, "amount": 50000, "payer": "own_unit"},
            ],
            "rates_to_cny": {"JPY": 0.047},
            "rate_date": (today() - timedelta(days=10)).isoformat(),
            "rate_source": "财政部门",
            "total_cny": 20690,
            "source": "市商务局年度因公出国经费",
        },
    }  # fmt: skip


def draft(people: People, content: dict[str, Any] | None = None) -> Trip:
    with people.as_("designated_officer"):
        return create_draft(people.city.units["unit"], content or dossier(people))


def open_item(trip: Trip, step: str, entry: str = "") -> WorkItem:
    return WorkItem.objects.get(case_id=trip.case_id, step=step, entry=entry, state=WorkItem.State.OPEN)


def through_unit(people: People, trip: Trip) -> Trip:
    """From 发起 to the day before 申报."""
    with people.as_("designated_officer"):
        trip = start_trip(trip.pk)
    with people.as_("unit_finance"):
        decide(open_item(trip, "finance_review").pk, "agree", opinion="余同意。")
    with people.as_("designated_officer"):
        unit = people.city.units["unit"]
        post_notice(
            trip.pk, unit.pk, since=today() - timedelta(days=20), until=today() - timedelta(days=1), places=["intranet"]
        )
        close_notice(notice_of(trip).pk, objections=False, result="无异议", proof=attach(trip, "notice_proof"))
    with people.as_("unit_head"):
        decide(open_item(trip, "unit_approval").pk, "agree", opinion="同意。请按规定程序报批。")
    with people.as_("designated_officer"):
        return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def notice_of(trip: Trip) -> InternalNotice:
    return InternalNotice.objects.get(trip=trip, replaced=False)


def attach(trip: Trip, kind: str, number: str = "") -> Attachment:
    stored = admit(scan(), office_id=trip.office_id, readers=trip.readers, kind=kind)
    return add_attachment(trip.pk, kind, stored, number=number, dated=today())


def submitted(people: People, trip: Trip) -> Trip:
    trip = through_unit(people, trip)
    with people.as_("designated_officer"):
        attach(trip, "request", "商请〔2027〕3 号")
        return submit_trip(trip.pk)


def attest_all(trip: Trip, step: str, *posts: str) -> None:
    for finding in waits_for(
        check(Trip.objects.select_related("unit", "office").get(pk=trip.pk), STAGE_OF_STEP[step]), *posts
    ):
        attest(trip.pk, finding.rule, answer=True)


def through_office(people: People, trip: Trip) -> Trip:
    """From 受理 to the desk of whoever decides."""
    with people.as_("desk_officer"):
        accept(open_item(trip, "accept").pk)
        attest_all(trip, "desk_review", "desk")
        decide(open_item(trip, "desk_review").pk, "agree", opinion="材料齐备，拟同意。")
    with people.as_("section_head"):
        decide(open_item(trip, "section_review").pk, "agree", opinion="拟同意。")
    with people.as_("office_head"):
        decide(open_item(trip, "head_review").pk, "agree", opinion="同意，请领导审批。")
        return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
