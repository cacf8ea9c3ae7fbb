"""The pages of documents, visas and debts, as the desk, the unit and a stranger open them."""

import io
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.files.models import StoredFile
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.personas import People
from waiban.domains.outbound import debts
from waiban.domains.outbound.actions.hand_over import hand_over
from waiban.domains.outbound.actions.record_briefing import record_briefing
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.models import CustodyEvent, Debt, Explanation, PaperNeed, Stocktake, TravelDocument, Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])
NUMBER = "PE1234567"


@pytest.fixture
def approved(people: People) -> Trip:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        return Trip.objects.select_related("office", "unit", "case").get(pk=trip.pk)


@pytest.fixture
def passport(people: People) -> TravelDocument:
    with people.as_("desk_officer"):
        return register_document(
            people.city.travellers["member"].pk, kind="public_affairs", number=NUMBER,
            expires_on=today() + timedelta(days=100),
        )  # fmt: skip


def text(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"outbound:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def test_the_drawer_its_views_and_its_export(people: People, passport: TravelDocument) -> None:
    desk = people.client("desk_officer")
    assert passport.code in text(desk, "documents")
    assert passport.code in text(desk, "documents", view="expiring")
    assert passport.code not in text(desk, "documents", view="out")
    assert passport.code in text(desk, "documents", q="唐一苇", sort="expires")
    assert NUMBER not in text(desk, "documents")
    answer = desk.get(reverse("outbound:documents_export"), {"view": "expiring"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()  # type: ignore[call-overload]
    assert [row[0] for row in rows[1:]] == [passport.code]
    assert NUMBER not in str(rows)
    with people.as_("desk_officer"):
        for n in range(31):
            TravelDocument.objects.create(
                office=people.office, holder=people.city.travellers["leader"], keeping_unit=people.city.units["unit"],
                kind="service", code=f"P{n:05d}", state="cancelled", state_since=today(), place="drawer",
                place_since=today(), readers=passport.readers,
            )  # fmt: skip
    page = text(desk, "documents")
    assert "下一页" in page
    following = page.split("after=")[1].split('"')[0].replace("&amp;", "&").replace("%7E", "~")
    assert "第一页" in text(desk, "documents", after=following)


def test_a_unit_sees_its_own_people_and_a_stranger_nothing(people: People, passport: TravelDocument) -> None:
    assert passport.code in text(people.client("designated_officer"), "documents")
    assert passport.code not in text(people.client("outsider"), "documents")
    assert people.client("outsider").get(reverse("outbound:document", args=[passport.pk])).status_code == 404
    assert people.client("city_leader").get(reverse("outbound:documents")).status_code == 403


def test_a_hand_over_from_the_page_gives_a_slip(people: People, approved: Trip, passport: TravelDocument) -> None:
    desk = people.client("desk_officer")
    where = reverse("outbound:documents")
    asked = {"document": [passport.pk], "why": "release", "trip": approved.pk, "on": today().isoformat(), "here": where}
    answer = desk.post(reverse("outbound:custody_move"), asked, follow=True)
    assert "还没签行前教育" in answer.content.decode()
    member = people.city.travellers["member"].pk
    board = reverse("outbound:papers_visas", args=[approved.pk])
    signed = desk.post(
        reverse("outbound:record_briefing", args=[approved.pk]),
        {"member": [member], "signed_on": today().isoformat()},
        follow=True,
    )
    assert signed.redirect_chain[-1][0] == board
    assert "已交接 1 本" in desk.post(reverse("outbound:custody_move"), asked, follow=True).content.decode()
    with people.as_("desk_officer"):
        event = CustodyEvent.objects.filter(document=passport).order_by("-step").first()
        assert event is not None
    slip = desk.get(reverse("outbound:custody_slip", args=[event.pk]))
    assert slip.content.startswith(b"%PDF")
    assert "本人持有" in text(desk, "document", passport.pk)
    away = desk.post(reverse("outbound:custody_move"), asked | {"here": "https://elsewhere.example/"})
    assert away["Location"] == where


def test_a_document_out_for_a_task_that_was_called_off_is_to_be_called_back(
    people: People, approved: Trip, passport: TravelDocument
) -> None:
    desk = people.client("desk_officer")
    with people.as_("desk_officer"):
        record_briefing(approved.pk, [people.city.travellers["member"].pk], signed_on=today())
        hand_over([passport.pk], "release", trip_id=approved.pk)
    assert passport.code not in text(desk, "documents", view="recall")
    with people.as_system():
        # A granted 撤团 leaves the trip so; how it is asked for and granted is test_changes' matter.
        Trip.objects.filter(pk=approved.pk).update(state=Trip.State.WITHDRAWN)
    assert passport.code in text(desk, "documents", view="recall")


def test_the_documents_of_who_moved_retired_or_left_are_listed(people: People, passport: TravelDocument) -> None:
    desk, member = people.client("desk_officer"), people.city.travellers["member"]
    assert passport.code not in text(desk, "documents", view="left")
    with people.as_system():
        save_traveller(
            people.city.units["unit"], name=member.name, facts=Facts(rank="section", status="retired"),
            since=today() - timedelta(days=1), traveller_id=member.pk,
        )  # fmt: skip
    page = text(desk, "documents", view="left")
    assert passport.code in page
    assert "已退休" in page
    with people.as_system():
        save_traveller(
            people.city.units["elsewhere"], name=member.name, facts=Facts(rank="section", status="serving"),
            since=today(), traveller_id=member.pk,
        )  # fmt: skip
    assert "已调离" in text(desk, "documents", view="left")
    assert people.client("outsider").get(reverse("outbound:document", args=[passport.pk])).status_code == 404
    desk.post(reverse("outbound:transfer_document", args=[passport.pk]))
    assert passport.code not in text(desk, "documents", view="left")
    assert passport.code in text(people.client("outsider"), "documents")
    assert people.client("designated_officer").get(reverse("outbound:document", args=[passport.pk])).status_code == 404


def test_the_number_is_shown_once_for_a_reason(people: People, passport: TravelDocument) -> None:
    desk = people.client("desk_officer")
    url = reverse("outbound:document_number", args=[passport.pk])
    assert NUMBER not in desk.post(url, {"reason": ""}).content.decode()
    assert NUMBER in desk.post(url, {"reason": "填签证表"}).content.decode()
    assert NUMBER not in text(desk, "document", passport.pk)
    found = desk.post(reverse("outbound:look_up_document"), {"number": NUMBER.lower()})
    assert found["Location"] == reverse("outbound:document", args=[passport.pk])
    assert people.client("designated_officer").post(url, {"reason": "x"}).status_code == 403


def ledger(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for n, row in enumerate((("姓名", "单位", "证照种类", "证照号码", "签发日期", "有效期至", "所在"), *rows)):
        sheet.write_row(n, 0, row)
    book.close()
    return SimpleUploadedFile(
        "台账.xlsx", out.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


def test_a_ledger_is_previewed_saved_whole_and_its_file_erased(people: People, passport: TravelDocument) -> None:
    desk = people.client("desk_officer")
    bad = ledger(
        ("程知远", "市商务局", "公务护照", "SE1111111", "2025-01-02", "2024-01-01", "外办保管"),
        ("查无此人", "市商务局", "公务护照", "SE2222222", "2025-01-02", "2030-01-01", ""),
        ("唐一苇", "市商务局", "公务护照", "SE3333333", "2025-01-02", "2030-01-01", "在家"),
    )
    answer = desk.post(reverse("outbound:documents_import"), {"file": bad}, follow=True)
    page = answer.content.decode()
    for said in ("不能早于签发日期", "没有录入“查无此人”", "已有一本有效的", "应为 外办保管"):
        assert said in page
    assert "SE1111111" not in page
    assert "全部登记" not in page
    good = ledger(
        ("程知远", "市商务局", "公务护照", "SE1111111", "2025-01-02", "2030-01-01", "外办保管"),
        ("唐一苇", "市商务局", "公务普通护照", NUMBER, "2025-01-02", "2030-01-01", "外办保管"),
    )
    answer = desk.post(reverse("outbound:documents_import"), {"file": good}, follow=True)
    where = answer.redirect_chain[-1][0]
    assert "1 本早已登记" in answer.content.decode()
    assert "已登记 1 本" in desk.post(where, {"act": "save"}, follow=True).content.decode()
    with people.as_("desk_officer"):
        assert TravelDocument.objects.count() == 2
        assert StoredFile.objects.filter(kind="document_ledger").count() == 1  # the bad one, until it is dropped
    assert desk.get(where).status_code == 404


def test_a_count_from_the_page(people: People, passport: TravelDocument) -> None:
    desk = people.client("desk_officer")
    assert passport.code in text(desk, "stock")
    wrong = desk.post(reverse("outbound:stock"), {"scanned": "ABC"})
    assert "读不通的袋号" in wrong.content.decode()
    answer = desk.post(reverse("outbound:stock"), {"scanned": passport.code.lower()}, follow=True)
    assert "账物相符" in answer.content.decode()
    with people.as_("desk_officer"):
        assert Stocktake.objects.count() == 1
    labels = desk.get(reverse("outbound:pouch_labels"), {"document": str(passport.pk)})
    assert labels.content.startswith(b"%PDF")
    assert "清点证照" in text(people.client("designated_officer"), "stock")


def test_the_boards_of_papers(people: People, approved: Trip, passport: TravelDocument) -> None:
    desk = people.client("desk_officer")
    for view in ("open", "ask", "doing", "more", "late", "refused", "issued", "all"):
        text(desk, "visa_board", view=view)
    assert "唐一苇" in text(desk, "visa_board", view="ask")
    with people.as_("desk_officer"):
        need = PaperNeed.objects.get(trip=approved, kind="visa", traveller=people.city.travellers["member"])
    act = reverse("outbound:need_act")
    board = reverse("outbound:papers_visas", args=[approved.pk])
    for posted in (
        {"act": "needed"},
        {"act": "book", "on": (today() + timedelta(days=2)).isoformat(), "words": "采指纹"},
        {"act": "batch", "consulate": "日本驻上海总领事馆", "country": "JP", "via": "own"},
    ):
        page = desk.post(act, {"need": [need.pk], "here": board, **posted}, follow=True).content.decode()
        assert "已登记 1 项" in page or "已编入批次" in page, posted
    assert "日本驻上海总领事馆" in text(desk, "visa_batches")
    with people.as_("desk_officer"):
        batch = PaperNeed.objects.get(pk=need.pk).batch
        assert batch is not None
    sent = desk.post(reverse("outbound:send_batch", args=[batch.pk]), {"note_verbale": "外照字 1 号"}, follow=True)
    assert "已送出" in sent.content.decode()
    page = reverse("outbound:paper_need", args=[need.pk])
    assert approved.depart
    printed = {
        "name": "",
        "valid_from": approved.depart.isoformat(),
        "valid_until": approved.depart.isoformat(),
        "entries": "1",
    }
    assert "和行程不符" in desk.post(page, printed).content.decode()
    assert approved.return_on
    done = desk.post(page, printed | {"valid_until": approved.return_on.isoformat()}, follow=True)
    assert "已登记签发" in done.content.decode()
    assert "和批准的行程核对" in text(desk, "paper_need", need.pk)
    unit = people.client("designated_officer")
    assert "唐一苇" in text(unit, "papers_visas", approved.pk)
    assert unit.post(act, {"need": [need.pk], "act": "call_off"}).status_code == 403
    answer = desk.get(reverse("outbound:visa_export"), {"view": "all"})
    assert b"".join(answer).startswith(b"PK")  # type: ignore[call-overload]


def test_a_refused_visa_leads_to_a_change(people: People, approved: Trip) -> None:
    desk = people.client("desk_officer")
    with people.as_("desk_officer"):
        need = PaperNeed.objects.get(trip=approved, kind="visa", traveller=people.city.travellers["member"])
        PaperNeed.objects.filter(pk=need.pk).update(
            answer="needed", answered_on=today(), state="refused", ended_words="未说明"
        )
    page = text(desk, "papers_visas", approved.pk)
    assert "减员或改期" in page
    assert reverse("outbound:changes", args=[approved.pk]) in page


def test_entry_rules_are_entered_with_their_source(people: People) -> None:
    desk = people.client("desk_officer")
    assert "还没有录入入境要求" in text(desk, "entry_rules")
    posted = {
        "country": "FR", "paper": "service", "need": "visa_free", "longest_stay": "30", "since": "2026-01-01",
        "source": "协定一览 2026-01", "read_on": today().isoformat(),
    }  # fmt: skip
    assert desk.post(reverse("outbound:new_entry_rule"), posted).status_code == 302
    assert "协定一览 2026-01" in text(desk, "entry_rules")
    posted["since"] = "2025-01-01"
    assert "要晚于现行的" in desk.post(reverse("outbound:new_entry_rule"), posted).content.decode()


def test_what_is_owed_is_listed_explained_and_answered(
    people: People, approved: Trip, passport: TravelDocument
) -> None:
    with people.as_("desk_officer"):
        record_briefing(approved.pk, [people.city.travellers["member"].pk], signed_on=today())
        hand_over([passport.pk], "release", trip_id=approved.pk)
    assert approved.return_on
    debts.refresh_office(people.office.pk, approved.return_on + timedelta(days=1))
    unit, desk = people.client("designated_officer"), people.client("desk_officer")
    for view in ("open", "late", "leader", "ended"):
        text(desk, "debts", view=view)
    assert "唐一苇" in text(unit, "debts")
    assert "唐一苇" not in text(people.client("outsider"), "debts")
    with people.as_("desk_officer"):
        debt = Debt.objects.get(trip=approved, kind="documents", key=str(passport.pk))
    where = reverse("outbound:explain_debt", args=[debt.pk])
    assert unit.get(where).status_code == 200
    assert "证明材料" in unit.post(where, {"words": "航班取消"}).content.decode()
    assert unit.post(where, {"words": "航班取消", "proof": world.scan()}).status_code == 302
    assert "航班取消" in text(desk, "debts")
    with people.as_("desk_officer"):
        given = Explanation.objects.get()
    answer = reverse("outbound:answer_explanation", args=[given.pk])
    assert unit.post(answer, {"answer": "accept"}).status_code == 403
    assert desk.post(answer, {"answer": "accept"}).status_code == 302
    assert "已说明" in text(desk, "debts", view="ended")
    answer_ = desk.get(reverse("outbound:debts_export"))
    assert b"".join(answer_).startswith(b"PK")  # type: ignore[call-overload]


def test_the_units_own_errands(people: People, approved: Trip, passport: TravelDocument) -> None:
    unit = people.client("designated_officer")
    assert "先签行前教育" not in text(unit, "errands")  # the departure is more than sixty days ahead
    with people.as_system():
        Trip.objects.filter(pk=approved.pk).update(depart=today() + timedelta(days=30))
    assert "先签行前教育" in text(unit, "errands")
    with people.as_("desk_officer"):
        record_briefing(approved.pk, [people.city.travellers["member"].pk], signed_on=today())
    assert "可以领" in text(unit, "errands")


def test_register_issue_cancel_and_lose_from_the_pages(people: People, approved: Trip) -> None:
    desk, member = people.client("desk_officer"), people.city.travellers["member"].pk
    desk.post(
        reverse("outbound:apply_document", args=[approved.pk]),
        {"traveller": member, "kind": "public_affairs", "issuer": "省外办"},
    )
    with people.as_("desk_officer"):
        applied = TravelDocument.objects.get(holder=member)
    issued = {
        "number": NUMBER, "issuer": "省外办", "issued_on": today().isoformat(),
        "expires_on": (today() + timedelta(days=1825)).isoformat(),
    }  # fmt: skip
    assert desk.post(reverse("outbound:issue_document", args=[applied.pk]), issued).status_code == 302
    second = {
        "holder": member,
        "kind": "service",
        "number": "SE7777777",
        "expires_on": issued["expires_on"],
        "place": "drawer",
    }
    assert "已有一本有效" in desk.post(reverse("outbound:register_document"), second).content.decode()
    lost = desk.post(
        reverse("outbound:lose_document", args=[applied.pk]), {"words": "被窃", "proof": world.scan()}, follow=True
    )
    assert "遗失" in lost.content.decode()
    assert desk.post(reverse("outbound:register_document"), second).status_code == 302
    with people.as_("desk_officer"):
        other = TravelDocument.objects.get(kind="service")
    gone = desk.post(reverse("outbound:cancel_document", args=[other.pk]), {"reason": "退休"}, follow=True)
    assert "已注销" in gone.content.decode()
    page = text(desk, "documents_of", member)
    assert applied.code in page
    assert other.code in page


@pytest.mark.parametrize(("name", "most"), [("documents", 40), ("debts", 30), ("visa_board", 45), ("errands", 30)])
def test_the_lists_keep_their_query_budget(
    people: People,
    approved: Trip,
    passport: TravelDocument,
    *,
    django_assert_max_num_queries: Any,
    name: str,
    most: int,
) -> None:
    """However many rows: what a row shows beside itself is read for the page at once."""
    with people.as_("desk_officer"):
        for n in range(12):
            TravelDocument.objects.create(
                office=people.office, holder=people.city.travellers["leader"], keeping_unit=people.city.units["unit"],
                kind="service", code=f"P{n:05d}", state="cancelled", state_since=today(), place="drawer",
                place_since=today(), readers=passport.readers,
            )  # fmt: skip
            Debt.objects.create(
                office=people.office, trip=approved, owing_unit=people.city.units["unit"], kind="documents", key=str(n),
                came_back=today(), due_on=today() + timedelta(days=n), readers=passport.readers,
            )  # fmt: skip
    client = people.client("designated_officer" if name == "errands" else "desk_officer")
    client.get(reverse(f"outbound:{name}"))
    with django_assert_max_num_queries(most):
        assert client.get(reverse(f"outbound:{name}")).status_code == 200
