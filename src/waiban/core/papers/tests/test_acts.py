from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import PUBLIC, acting_as
from waiban.core.files.actions.keep import keep
from waiban.core.files.blobs import read_blob
from waiban.core.files.models import StoredFile
from waiban.core.offices.models import Office
from waiban.core.papers.actions.change_readers import change_readers
from waiban.core.papers.actions.draw_paper import draw_paper
from waiban.core.papers.actions.file_stamped_scan import file_stamped_scan
from waiban.core.papers.actions.void_paper import void_paper
from waiban.core.papers.models import Paper
from waiban.core.papers.queries import paper_in_force, papers_of_case
from waiban.core.papers.source import PaperError, Values
from waiban.core.papers.tests.conftest import make_office
from waiban.core.papers.tests.example import DAY, source, values
from waiban.core.people.principals import system
from waiban.kernel.ids import uuid7

CASE = uuid7()
PATTERN = "云外批〔{year}〕{number} 号"


@contextmanager
def acting(office: Office, *permissions: Permission) -> Iterator[None]:
    """With the office's own keys and just these permissions."""
    with acting_as(replace(system(office.pk, "test"), kind="account", permissions=frozenset(permissions))):
        yield


def given(number: str | None, **changes: object) -> Values:
    return values(number=number, **changes)


def draw(office: Office, **changes: object) -> Paper:
    return draw_paper(
        source(),
        lambda number: given(number, **changes),
        office=office,
        day=DAY,
        readers=readers(office.pk, office=True),
        case_id=CASE,
        number_pattern=PATTERN,
    )


def scan(office: Office, data: bytes = b"%PDF-1.7 scan") -> StoredFile:
    return keep(data, name="scan.pdf", content_type="application/pdf", office_id=office.pk, readers=readers(office.pk))


def test_a_drawn_paper_has_number_files_and_no_stamp_yet(office: Office) -> None:
    with acting(office, Permission.PAPER_DRAW):
        paper = draw(office)
        assert paper.document_number == "云外批〔2027〕1\N{NO-BREAK SPACE}号"
        assert (paper.state, paper.serial, paper.year) == (Paper.State.UNSTAMPED, 1, 2027)
        pdf = read_blob(paper.pdf.sha256)
        assert pdf.startswith(b"%PDF")
        assert sha256(pdf).hexdigest() == paper.pdf.sha256
        assert read_blob(paper.docx.sha256).startswith(b"PK")
        assert paper.pdf.name == "云外批〔2027〕1号.pdf"
        (face,) = papers_of_case(CASE)
        assert (face.number, face.state_zh, face.scan) == (paper.document_number, "未盖章", None)


def test_a_missing_fact_stops_the_act_and_gives_the_number_back(office: Office) -> None:
    with acting(office, Permission.PAPER_DRAW):
        with pytest.raises(PaperError, match="样例还缺：任务。"), transaction.atomic():
            draw(office, purpose=None)
        with pytest.raises(PaperError, match="☐没有字形"), transaction.atomic():
            draw(office, purpose="☐")
        assert not Paper.objects.exists()
        assert draw(office).serial == 1


def test_who_may_not_draw_draws_nothing(office: Office) -> None:
    with acting(office, Permission.PAPER_FILE, Permission.CASE_DECIDE):
        with pytest.raises(PermissionError, match=r"paper\.draw"), transaction.atomic():
            draw(office)
        assert not Paper.objects.exists()


def test_a_void_paper_keeps_its_number_and_is_no_longer_in_force(office: Office) -> None:
    with acting(office, Permission.PAPER_DRAW, Permission.PAPER_VOID):
        first = draw(office)
        with pytest.raises(PaperError, match="作废原因"), transaction.atomic():
            void_paper(first.pk, reason=" ", on=DAY)
        void_paper(first.pk, reason="人员有误", on=DAY)
        assert paper_in_force(CASE, "example") is None
        second = draw(office)
        assert second.serial == 2
        assert paper_in_force(CASE, "example").id == second.pk  # type: ignore[union-attr]
        with pytest.raises(PaperError, match="已于2027-01-19作废"), transaction.atomic():
            void_paper(first.pk, reason="再作废", on=DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Paper.objects.filter(pk=second.pk).update(serial=first.serial)


def test_voiding_and_filing_ask_for_their_own_permissions(office: Office) -> None:
    with acting(office, Permission.PAPER_DRAW, Permission.CASE_DECIDE):
        paper = draw(office)
        with pytest.raises(PermissionError, match=r"paper\.void"), transaction.atomic():
            void_paper(paper.pk, reason="x", on=DAY)
        with pytest.raises(PermissionError, match=r"paper\.file"), transaction.atomic():
            file_stamped_scan(paper.pk, scan(office), stamped_on=DAY)
        paper.refresh_from_db()
        assert paper.state == Paper.State.UNSTAMPED


def test_the_scan_is_the_copy_to_rely_on_and_is_replaced_only_with_a_reason(office: Office) -> None:
    with acting(office, Permission.PAPER_DRAW, Permission.PAPER_FILE, Permission.PAPER_VOID):
        paper = draw(office)
        with pytest.raises(PaperError, match="不能早于成文日期 2027-01-19"), transaction.atomic():
            file_stamped_scan(paper.pk, scan(office), stamped_on=date(2027, 1, 18))
        one = scan(office)
        assert file_stamped_scan(paper.pk, one, stamped_on=DAY).state == Paper.State.STAMPED
        (face,) = papers_of_case(CASE)
        assert (face.scan, face.state_zh) == (one.pk, "已盖章")
        other = scan(office, b"%PDF-1.7 better scan")
        with pytest.raises(PaperError, match="请写明原因"), transaction.atomic():
            file_stamped_scan(paper.pk, other, stamped_on=DAY)
        assert file_stamped_scan(paper.pk, other, stamped_on=DAY, reason="更清楚").stamped_scan_id == other.pk
        void_paper(paper.pk, reason="任务取消", on=DAY)
        with pytest.raises(PaperError, match="不再存盖章件"), transaction.atomic():
            file_stamped_scan(paper.pk, one, stamped_on=DAY, reason="x")


def test_the_database_refuses_a_stamp_without_a_scan_and_a_void_without_a_reason(office: Office) -> None:
    with acting(office, Permission.PAPER_DRAW):
        paper = draw(office)
        for wrong in (
            {"state": "stamped"},
            {"state": "void"},
            {"void_reason": "x"},
            {"serial": None},
            {"document_number": ""},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Paper.objects.filter(pk=paper.pk).update(**wrong)


def test_papers_are_seen_by_their_readers_only(office: Office) -> None:
    other = make_office("ly", "临渡市人民政府外事办公室")
    with acting(office, Permission.PAPER_DRAW):
        paper = draw(office)
    for principal in (PUBLIC, system(other.pk, "test")):
        with acting_as(principal):
            assert papers_of_case(CASE) == []
            with pytest.raises(Paper.DoesNotExist):
                void_paper(paper.pk, reason="x", on=DAY)
    with acting(office):
        change_readers(CASE, sorted({*readers(office.pk, office=True), *readers(other.pk)}))
    with acting_as(system(other.pk, "test")):
        assert papers_of_case(CASE)[0].pdf == paper.pdf_id
        assert StoredFile.objects.filter(pk__in=[paper.pdf_id, paper.docx_id]).count() == 2
