"""The office prints by its own DOCX: from the head's screen to the approval, and what an open case keeps."""

import io
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from waiban.core.casework.actions.decide import decide
from waiban.core.files.blobs import read_blob
from waiban.core.papers.known import papers
from waiban.core.papers.models import Paper, PaperTemplate
from waiban.core.papers.word import docx_template
from waiban.core.people.personas import People
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture(autouse=True)
def _ready(people: People) -> None:
    world.ready(people)


def own(extra: str = "本办自己的模板") -> bytes:
    document = docx.Document(io.BytesIO(docx_template(papers()["task_approval"])))
    document.add_paragraph(extra)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def replace(people: People, data: bytes, name: str = "批件.docx", who: str = "office_head") -> Any:
    return people.client(who).post(
        "/papers/templates/task_approval/",
        {"file": SimpleUploadedFile(name, data), "reason": "市里的格式"},
    )


def approved(people: People, trip: Trip) -> Paper:
    trip = world.through_office(people, trip)
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        return Paper.objects.select_related("docx", "pdf", "template").get(case_id=trip.case_id, kind="task_approval")


def words(paper: Paper) -> str:
    document = docx.Document(io.BytesIO(read_blob(paper.docx.sha256)))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_a_case_keeps_what_it_began_with_and_the_next_takes_the_new(people: People) -> None:
    before = world.submitted(people, world.draft(people))
    assert replace(people, own()).status_code == 302
    with people.as_("office_head"):
        assert PaperTemplate.objects.get().version == 1
    shipped = approved(people, before)
    assert shipped.pdf is not None
    assert shipped.template is None

    after = world.submitted(people, world.draft(people))
    drawn = approved(people, after)
    assert drawn.template is not None
    assert drawn.pdf is None
    assert "本办自己的模板" in words(drawn)
    assert drawn.document_number.replace("\N{NO-BREAK SPACE}", " ") in words(drawn).replace("\N{NO-BREAK SPACE}", " ")
    assert drawn.serial == (shipped.serial or 0) + 1

    client = people.client("desk_officer")
    page = client.get(reverse("outbound:case", args=[after.pk])).content.decode()
    assert "本办模板，只出 Word" in page
    assert client.get(reverse("outbound:paper", args=[drawn.pk])).status_code == 302


def test_a_hostile_template_changes_nothing_and_says_why(people: People) -> None:
    answer = replace(people, own("{{ cycler.__init__.__globals__ }}"))
    assert answer.status_code == 200
    assert "只能写名称" in answer.content.decode()
    assert replace(people, own(), name="批件.docm").status_code == 200
    with people.as_("office_head"):
        assert not PaperTemplate.objects.exists()


def test_back_to_the_shipped_one(people: People) -> None:
    replace(people, own())
    client = people.client("office_head")
    page = client.get("/papers/templates/task_approval/").content.decode()
    assert "本办模板第 1 版" in page
    assert client.post("/papers/templates/task_approval/", {"restore": "yes", "reason": "改回"}).status_code == 302
    assert "随附模板" in client.get("/papers/templates/").content.decode()
    assert approved(people, world.submitted(people, world.draft(people))).pdf is not None


def test_only_the_head_replaces(people: People) -> None:
    for who in ("desk_officer", "designated_officer", "city_leader"):
        assert replace(people, own(), who=who).status_code == 403
    with people.as_("office_head"):
        assert not PaperTemplate.objects.exists()
