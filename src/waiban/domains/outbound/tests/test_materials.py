"""Everything that a unit hands in is filled from what was typed once; what is never stored is blank."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from waiban.core.audit.models import Event
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import CannotError as SettingError
from waiban.core.papers.tests.reading import docx_lines, pdf_words
from waiban.core.people import identity
from waiban.core.people.models import Traveller
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.handle_paper import handle_paper
from waiban.domains.outbound.checklist import wanted
from waiban.domains.outbound.models import PaperHandling, Trip
from waiban.domains.outbound.outside_form import BOXES, boxes_of
from waiban.domains.outbound.papers.forms import (
    BLANK,
    CATALOGUE,
    boxes_for_the_hand,
    bundle,
    cards_of,
    filled,
    printed,
    sex_of,
    sheets_of,
)
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])
NUMBER = "11010519491231002X"


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    leader = people.city.travellers["leader"]
    with people.as_system():
        Traveller.objects.filter(pk=leader.pk).update(
            identity_number=identity.encrypt(NUMBER), identity_masked=identity.masked(NUMBER), born_on="1949-12-31"
        )
    return world.draft(people)


def text_of(trip: Trip, code: str, *, whole: bool = False) -> str:
    sheet = next(sheet for sheet in sheets_of(trip) if sheet.form.code == code)
    made = printed(sheet, cards_of(trip, whole_numbers=whole))
    assert made.pdf is not None
    shown, written = pdf_words(made.pdf), "\n".join(docx_lines(made.docx))
    assert "{{" not in written
    return re.sub(r"\s", "", shown) + "\n" + re.sub(r"\s", "", written)


def test_one_dossier_fills_every_paper(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        codes = {sheet.form.code for sheet in sheets_of(trip)}
        assert codes == {
            "request", "task_application", "review_form", "member_list", "programme_sheet", "budget_sheet",
            "invitation_translation", "filing_form", "pledge", "passport_application",
        }  # fmt: skip
        assert [sheet.form.code for sheet in sheets_of(trip)].count("pledge") == 2
        request = text_of(trip, "request")
        for said in ("赴日本经贸洽谈", "大阪湾岸产业振兴会", "供货备忘录", "未通过中介", "上海—大阪—上海"):
            assert request.count(said) >= 2, said
        form = text_of(trip, "task_application")
        for said in ("经贸洽谈", "自行组团", "20,690.00", "县处级正职", "列入年度计划（第7项）"):
            assert said in form, said
        budget = text_of(trip, "budget_sheet")
        for said in ("国际旅费", "120,000JPY", "5,640.00", "1JPY=0.047人民币", "270,000JPY"):
            assert said in budget, said


def test_what_is_not_stated_is_blank_and_nothing_is_guessed(people: People) -> None:
    world.ready(people)
    trip = world.draft(people, {"title": "赴外"})
    with people.as_("designated_officer"):
        for sheet in sheets_of(trip):
            printed(sheet, cards_of(trip))
        sheet = next(sheet for sheet in sheets_of(trip) if sheet.form.code == "task_application")
        given = filled(sheet, cards_of(trip))
        assert given["purpose"] == BLANK
        assert given["depart"] == BLANK


def test_sex_and_age_come_from_the_card_by_arithmetic(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        leader = Traveller.objects.get(pk=people.city.travellers["leader"].pk)
        assert sex_of(leader) == "女"
        assert sex_of(None) is None
        assert "1949.12" in text_of(trip, "member_list")


def test_identity_numbers_are_masked_until_asked_for_and_that_is_on_record(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        assert NUMBER not in text_of(trip, "member_list")
        assert "110105" in text_of(trip, "member_list")
        assert NUMBER in text_of(trip, "member_list", whole=True)
    client = people.client("designated_officer")
    answer = client.post(f"/trips/{trip.pk}/materials/bundle/", {"whole": "yes"})
    assert answer.status_code == 200
    with people.as_system():
        event = Event.objects.get(name="trip.print_papers")
        assert event.data["whole_numbers"] is True


def test_the_bundle_never_holds_a_decision(people: People, trip: Trip) -> None:
    approved = world.through_office(people, world.submitted(people, trip))
    with people.as_("city_leader"):
        decide(world.open_item(approved, "approve").pk, "agree", opinion="同意。")
    with people.as_("designated_officer"):
        trip = Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
        names = zipfile.ZipFile(io.BytesIO(bundle(trip, whole_numbers=False))).namelist()
    assert len(names) > 20
    assert not [name for name in names if any(word in name for word in ("批件", "通知书", "确认件", "审核意见"))]


def test_what_is_never_stored_has_no_field_and_is_printed_empty() -> None:
    boxes = " ".join(box for _paper, box in boxes_for_the_hand())
    for word in ("家庭成员", "涉密等级", "长期居留", "处分", "政治面貌"):
        assert word in boxes
    sources = Path(__file__).parents[3]
    kept = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*sources.glob("**/models/*.py"), sources / "dossiers/trip.schema.json"]
    )
    for word in ("家庭成员", "涉密等级", "政治面貌", "配偶", "foreign_residence", "party_discipline", "secrecy_grade"):
        assert word not in kept, word


def test_the_checklist_says_why_and_by_which_rule(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        found = {row.paper: row for row in wanted(trip)}
        assert "516" in found["review_form"].cite
        assert found["request"].there is False
        assert "nature" not in found
        world.attach(trip, "request", "商请〔2027〕3 号")
        assert {row.paper: row for row in wanted(trip)}["request"].there is True


def test_the_page_to_copy_from_is_the_offices_own_order_and_words(people: People, trip: Trip) -> None:
    with people.as_("office_head"):
        set_setting(people.office, BOXES, "团名|title_text\n去哪里|places", reason="按省系统")
        with pytest.raises(SettingError, match="第 1 行"):
            set_setting(people.office, BOXES, "团名|password", reason="试")
    with people.as_("designated_officer"):
        boxes = [(box.label, box.value) for box in boxes_of(trip)]
        assert boxes == [("团名", "赴日本经贸洽谈"), ("去哪里", "日本（大阪）")]
    client = people.client("designated_officer")
    address = f"/trips/{trip.pk}/materials/copy/"
    assert "去哪里" in client.get(address).content.decode()
    assert client.get(address + "?as=xlsx").content[:2] == b"PK"
    assert client.post(address, {"number": " 省系统-88 "}).status_code == 302
    assert "省系统-88" in client.get(address).content.decode()
    assert client.post(address, {"number": ""}).status_code == 422


def test_stamps_and_collections_are_added_to_and_never_changed(people: People, trip: Trip) -> None:
    trip = world.submitted(people, trip)
    with people.as_("desk_officer"):
        with pytest.raises(CannotError) as error:
            handle_paper(trip.pk, "stamp", person="", copies=2, happened_on=today(), what="任务批件")
        assert error.value.pointer == "person"  # type: ignore[attr-defined]
        row = handle_paper(trip.pk, "stamp", person="沈经办", copies=2, happened_on=today(), what="请示")
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperHandling.objects.filter(pk=row.pk).update(copies=9)
    with people.as_("designated_officer"), pytest.raises(PermissionDenied):
        handle_paper(trip.pk, "collect", person="李", copies=1, happened_on=today(), what="请示")
    desk = people.client("desk_officer")
    assert "沈经办" in desk.get("/trips/handlings/").content.decode()
    assert "沈经办" not in desk.get("/trips/handlings/", {"act": "collect"}).content.decode()
    assert desk.get("/trips/handlings/", {"as": "xlsx"}).content[:2] == b"PK"


def test_who_may_not_see_the_trip_gets_none_of_its_papers(people: People, trip: Trip) -> None:
    client = people.client("outsider")
    for address in ("materials/", "materials/copy/", "materials/form/?paper=request&of="):
        assert client.get(f"/trips/{trip.pk}/{address}").status_code == 404
    assert (
        people.client("designated_officer").get(f"/trips/{trip.pk}/materials/form/?paper=task_approval&of=").status_code
        == 404
    )
    assert "task_approval" not in CATALOGUE
