"""The papers as the main job draws them: from rows, by the real acts."""

import pytest
from django.utils import translation

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.files.blobs import read_blob
from waiban.core.papers.models import Paper
from waiban.core.papers.queries import paper_in_force, papers_of_case
from waiban.core.papers.tests.reading import pdf_glyphs, pdf_words, squeezed
from waiban.core.people.personas import People
from waiban.domains.outbound.models import InternalNotice, Trip
from waiban.domains.outbound.papers.sheets import decision_sheet_pdf, notice_sheet_pdf
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def words_of(paper: Paper) -> str:
    return pdf_words(read_blob(paper.pdf.sha256))


def test_an_approval_under_a_grant_prints_the_task_approval(people: People) -> None:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        item = world.open_item(trip, "approve")
        with translation.override("en"):
            sheet = decision_sheet_pdf(trip, item, today())
            decide(item.pk, "agree", opinion="同意。")
        paper = Paper.objects.get(case_id=trip.case_id)
        assert paper_in_force(trip.case_id, "task_approval").id == paper.pk  # type: ignore[union-attr, arg-type]
        words = words_of(paper)
    assert paper.document_number == f"澄外批〔{today().year}〕1\N{NO-BREAK SPACE}号"
    assert paper.grant_id is not None
    assert paper.version_id is not None
    for said in (
        "程知远等2人",
        "唐一苇",
        "商请〔2027〕3号",
        "测授〔2025〕1号",
        "¥20,690.00。请财政核对现行标准",
        "未盖章",
    ):
        assert squeezed(said) in words
    assert squeezed("余同意。") not in words, "what the unit's finance said is not for the approval"
    page = pdf_words(sheet)
    for said in (
        "未盖章",
        "请您知道",
        "程知远",
        "同意，请领导审批",
        "请经办人确认",
        "批示",
        "签名和日期",
        "请财政核对现行标准",
    ):
        assert squeezed(said) in page
    assert not any(word in words + page for word in ("Agree", "people", "days", "Budget")), "papers are Chinese"
    assert 0 not in {glyph for _font, glyph in pdf_glyphs(sheet)}


def test_without_a_grant_opinion_and_request_go_upward_together(people: People) -> None:
    world.ready(people, grant=False)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("desk_officer"):
        with translation.override("en"):
            decide(world.open_item(trip, "report_upward").pk, "done")
        review, request = (
            Paper.objects.get(case_id=trip.case_id, kind=kind) for kind in ("review_opinion", "upward_request")
        )
        assert [face.kind for face in papers_of_case(trip.case_id)] == ["review_opinion", "upward_request"]  # type: ignore[arg-type]
        opinion, asked = words_of(review), words_of(request)
    assert squeezed(review.document_number) in asked
    assert "签发人：许令仪" in asked
    assert "妥否，请批示。" in asked
    assert "其余事项" in opinion or "全部事项" in opinion
    assert "由有审批权的机关批准" not in opinion
    assert squeezed("同意，请领导审批。") not in opinion + asked, "words said inside the office stay there"
    assert "任务批件" not in opinion + asked


def test_the_notice_prints_what_it_showed_and_says_when_the_dossier_has_moved_on(people: People) -> None:
    world.ready(people)
    trip = world.through_unit(people, world.draft(people))
    unit = people.city.units["unit"]
    with people.as_("designated_officer"):
        notice = InternalNotice.objects.get(trip=trip)
        same = pdf_words(notice_sheet_pdf(trip, notice, unit))
        trip.dossier["purpose"] = "另一件事。"
        other = pdf_words(notice_sheet_pdf(trip, notice, unit))
    assert "程知远" in same
    assert "公示地点：内网" in same
    assert "须重新公示" not in same
    assert "公示后已改：任务。" in other


def test_outsiders_see_no_paper(people: People) -> None:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
        assert Trip.objects.filter(pk=trip.pk).exists()
    for who in ("outsider", "outside_office"):
        with people.as_(who):
            assert papers_of_case(trip.case_id) == []  # type: ignore[arg-type]
