"""A promise from its making to another post's word; reviews are work in the inbox from their day on."""

import uuid
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from waiban.core.casework.actions.publish_release import publish_release
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.people.personas import People
from waiban.domains.partners import api
from waiban.domains.partners.actions.answer_promise import answer_promise
from waiban.domains.partners.actions.confirm_promise import confirm_promise
from waiban.domains.partners.actions.open_review import open_due_reviews
from waiban.domains.partners.contracts import NewPromise
from waiban.domains.partners.models import Promise, PromiseEvidence, PromiseReview
from waiban.domains.partners.processes import RELEASED, bpmn_of
from waiban.kernel.dates import add_months

pytestmark = pytest.mark.django_db(databases=["default", "register"])
ORIGIN = uuid.uuid4()


def made(people: People, **other: object) -> NewPromise:
    unit = people.city.units["unit"]
    new = NewPromise(0, "ours", "大阪湾岸产业振兴会", "寄样品 3 箱", today(), unit.pk, due=today() + timedelta(days=30))
    return replace(new, **other)  # type: ignore[arg-type]


@pytest.fixture
def promise(people: People) -> Promise:
    with people.as_("office_head"):
        for process in RELEASED:
            publish_release(people.office.pk, process, bpmn_of(process), reason="启用")
    with people.as_("designated_officer"):
        (row,) = api.record(people.office, "trip_report", ORIGIN, 1, [made(people)])
    return row


def test_the_same_version_twice_is_one_promise_and_a_newer_one_supersedes(people: People, promise: Promise) -> None:
    with people.as_("designated_officer"):
        api.record(people.office, "trip_report", ORIGIN, 1, [made(people, what="别的")])
        assert Promise.objects.get().what == "寄样品 3 箱"
        api.record(people.office, "trip_report", ORIGIN, 2, [made(people, what="寄样品 5 箱"), made(people, place=1)])
        assert list(Promise.objects.order_by("origin_place").values_list("what", flat=True)) == [
            "寄样品 5 箱",
            "寄样品 3 箱",
        ]
        api.record(people.office, "trip_report", ORIGIN, 3, [made(people, what="寄样品 5 箱")])
        gone = Promise.objects.get(origin_place=1)
        assert (gone.state, bool(gone.reason)) == ("withdrawn", True)
        assert Promise.objects.get(pk=promise.pk).version == 3
        with pytest.raises(CannotError, match="早于作出日"):
            api.record(people.office, "trip_report", ORIGIN, 4, [made(people, due=today() - timedelta(days=1))])


def test_kept_needs_evidence_and_ends_only_by_another_posts_word(people: People, promise: Promise) -> None:
    with people.as_("unit_head"), pytest.raises(CannotError, match="责任岗位"):
        answer_promise(promise.pk, "kept", reason="已寄")
    with people.as_("designated_officer"):
        with pytest.raises(CannotError, match="请写明理由"):
            answer_promise(promise.pk, "kept", reason=" ")
        with pytest.raises(CannotError, match="附证明"), transaction.atomic():
            answer_promise(promise.pk, "kept", reason="已寄")
        row = answer_promise(promise.pk, "kept", reason="已寄到", link="https://example.org/mail/1")
        assert row.state == "answered"
        with pytest.raises(CannotError, match="另一个岗位"):
            confirm_promise(promise.pk, agree=True)
    with people.as_("desk_officer"):
        with pytest.raises(CannotError, match="理由"):
            confirm_promise(promise.pk, agree=False)
        row = confirm_promise(promise.pk, agree=False, words="单号查不到")
        assert row.state == "open"
        assert PromiseEvidence.objects.get(promise=promise).confirmed is False
    with people.as_("designated_officer"):
        scan = SimpleUploadedFile("proof.png", _picture(), "image/png")
        stored = admit(scan, office_id=people.office.pk, readers=promise.readers, kind="promise_evidence")
        answer_promise(promise.pk, "kept", reason="换单号重寄", file=stored)
    with people.as_("desk_officer"):
        row = confirm_promise(promise.pk, agree=True)
        assert (row.state, row.ended_on) == ("kept", today())
        assert row.confirmed_by_post_id not in (row.owner_post_id, row.answered_by_post_id)
        assert set(PromiseEvidence.objects.values_list("confirmed", flat=True)) == {False, True}
        assert not PromiseReview.objects.filter(promise=promise, dropped_on=None, done_on=None).exists()
        assert api.kept_of("trip_report", [ORIGIN]).share == 1


def test_the_database_itself_wants_another_post(people: People, promise: Promise) -> None:
    with people.as_("designated_officer"), pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(
            state="kept", reason="好", ended_on=today(), confirmed_by_post_id=promise.owner_post_id
        )


@pytest.mark.parametrize("outcome", ["broken", "overtaken"])
def test_broken_and_overtaken_have_a_reason_too(people: People, promise: Promise, outcome: str) -> None:
    with people.as_("designated_officer"):
        answer_promise(promise.pk, outcome, reason="对方机构已撤销")
    with people.as_("desk_officer"):
        row = confirm_promise(promise.pk, agree=True)
        assert (row.state, row.reason) == (outcome, "对方机构已撤销")


def test_reviews_come_to_the_owners_inbox_on_their_day(people: People, promise: Promise) -> None:
    with people.as_("designated_officer"):
        days = list(PromiseReview.objects.order_by("on").values_list("kind", "months", "on"))
        assert days == [
            ("due", None, promise.due),
            ("follow_up", 6, add_months(promise.made_on, 6)),
            ("follow_up", 12, add_months(promise.made_on, 12)),
        ]
    assert open_due_reviews(people.office.pk, today()) == 0
    assert promise.due is not None
    assert open_due_reviews(people.office.pk, promise.due) == 1
    assert open_due_reviews(people.office.pk, promise.due) == 0
    with people.as_("designated_officer"):
        item = WorkItem.objects.get(case__subject_id=promise.pk, state="open")
        assert (item.post_id, item.step) == (promise.owner_post_id, "answer")
        answer_promise(promise.pk, "continue", reason="样品在报关", on=promise.due)
        review = PromiseReview.objects.get(kind="due")
        assert (review.outcome, review.words) == ("continue", "样品在报关")
        assert Case.objects.get(subject_id=promise.pk).result == "noted"
        assert Promise.objects.get().state == "open"
    assert open_due_reviews(people.office.pk, add_months(promise.made_on, 6)) == 1


def test_the_owner_unit_sees_it_and_others_do_not(people: People, promise: Promise) -> None:
    for who, sees in (
        ("designated_officer", True),
        ("unit_head", True),
        ("desk_officer", True),
        ("city_leader", True),
        ("outsider", False),
        ("outside_office", False),
    ):
        with people.as_(who):
            assert Promise.objects.filter(pk=promise.pk).exists() is sees, who


def test_the_list_filters_and_its_export_honours_them(people: People, promise: Promise) -> None:
    with people.as_("designated_officer"):
        api.record(people.office, "trip_report", uuid.uuid4(), 1, [made(people, by="theirs", what="派 2 人回访")])
    client = people.client("desk_officer")
    page = client.get(reverse("partners:promises"), {"by": "ours"}).content.decode()
    assert "寄样品 3 箱" in page
    assert "派 2 人回访" not in page
    answer = client.get(reverse("partners:export"), {"by": "theirs"})
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[3] for row in rows[1:]] == ["派 2 人回访"]
    empty = client.get(reverse("partners:promises"), {"q": "没有这样的"}).content.decode()
    assert "没有合这些条件的承诺" in empty


def test_answer_and_confirm_by_the_page(people: People, promise: Promise) -> None:
    url = reverse("partners:promise", args=[promise.pk])
    client = people.client("designated_officer")
    assert 'name="outcome"' in client.get(url).content.decode()
    answer = client.post(reverse("partners:answer", args=[promise.pk]), {"outcome": "kept", "reason": "已寄"})
    assert answer.status_code == 422
    client.post(
        reverse("partners:answer", args=[promise.pk]),
        {"outcome": "kept", "reason": "已寄", "link": "https://example.org/1"},
    )
    assert client.post(reverse("partners:confirm", args=[promise.pk]), {"do": "agree"}).status_code == 403
    client = people.client("desk_officer")
    assert 'value="agree"' in client.get(url).content.decode()
    client.post(reverse("partners:confirm", args=[promise.pk]), {"do": "agree"})
    with people.as_("desk_officer"):
        assert Promise.objects.get(pk=promise.pk).state == "kept"


def test_nobody_confirms_what_is_not_answered(people: People, promise: Promise) -> None:
    with people.as_("desk_officer"), pytest.raises((CannotError, NotAllowedError)):
        confirm_promise(promise.pk, agree=True)


def _picture() -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    return out.getvalue()


def test_the_list_asks_the_database_no_more_for_many_rows(people: People, promise: Promise) -> None:
    client = people.client("desk_officer")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("partners:promises")).status_code == 200
        return len(queries)

    asked()
    one = asked()
    with people.as_("designated_officer"):
        api.record(people.office, "trip_report", uuid.uuid4(), 1, [made(people, place=n) for n in range(8)])
    assert asked() == one
    assert one <= 16
