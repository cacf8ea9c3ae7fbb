"""Acts beside a step, as the people at posts reach them: the menu offers what is theirs, and the address refuses others."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from waiban.core.audit.models import Event
from waiban.core.casework.actions.accept import accept
from waiban.core.casework.actions.add_desk import countersign
from waiban.core.casework.actions.claim import claim
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.models import Case, Decision, Pause, WorkItem
from waiban.core.papers.actions.draw_number import draw_number
from waiban.core.papers.models import NumberSeries, Paper
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.models import Role
from waiban.core.people.personas import People
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def at_review(people: People) -> Trip:
    world.ready(people)
    trip = world.submitted(people, world.draft(people))
    with people.as_("desk_officer"):
        accept(world.open_item(trip, "accept").pk)
    return trip


def item_id(people: People, trip: Trip, step: str) -> uuid.UUID:
    with people.as_system():
        return WorkItem.objects.get(case=trip.case_id, step=step, nature="step", state="open").pk


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def case_page(people: People, who: str, trip: Trip) -> str:
    return text(people.client(who), reverse("outbound:case", args=[trip.pk]))


def asked(people: People, *who: str, workdays: int | None = None) -> tuple[Trip, list[WorkItem]]:
    trip = at_review(people)
    with people.as_("desk_officer"):
        item = world.open_item(trip, "desk_review")
        posts = [people.city.posts[one].pk for one in who]
        return trip, list(countersign(item.pk, posts, question="邀请方可靠吗", workdays=workdays))


# --- 转办 ---------------------------------------------------------------------------------------


def test_a_desk_passes_its_item_on_and_may_take_it_back_until_it_is_taken_up(people: People) -> None:
    trip = at_review(people)
    item = item_id(people, trip, "desk_review")
    client, address = people.client("desk_officer"), reverse("acts:pass_on", args=[item])
    assert address in case_page(people, "desk_officer", trip)
    assert address in text(client, reverse("outbound:decide", args=[item]))
    assert address in text(client, reverse("inbox"))
    assert "科长" in text(client, address)
    assert client.post(address, {"post": ""}).status_code == 422
    answer = client.post(address, {"post": people.city.posts["section_head"].pk, "reason": "出差"}, follow=True)
    page = answer.content.decode()
    assert "已转给科长" in page
    passed = item_id(people, trip, "desk_review")
    undo = reverse("acts:take_back", args=[passed])
    assert undo in page
    assert undo not in text(client, reverse("inbox")), "the offer to undo stands once"
    assert text(client, address, 404)
    assert client.post(undo).status_code == 302
    with people.as_system():
        assert world.open_item(trip, "desk_review").post_id == people.city.posts["desk_officer"].pk


def test_what_somebody_has_taken_up_is_not_taken_back(people: People) -> None:
    trip = at_review(people)
    address = reverse("acts:pass_on", args=[item_id(people, trip, "desk_review")])
    people.client("desk_officer").post(address, {"post": people.city.posts["section_head"].pk})
    passed = item_id(people, trip, "desk_review")
    undo = reverse("acts:take_back", args=[passed])
    for who in ("designated_officer", "office_head", "section_head"):
        assert people.client(who).post(undo).status_code == 403, who
    with people.as_("section_head"):
        claim(passed)
    assert people.client("desk_officer").post(undo).status_code == 403
    with people.as_system():
        assert world.open_item(trip, "desk_review").post_id == people.city.posts["section_head"].pk


def test_accepting_goes_to_an_equal_desk_alone_and_without_one_the_page_says_so(people: People) -> None:
    world.ready(people)
    trip = world.submitted(people, world.draft(people))
    address = reverse("acts:pass_on", args=[item_id(people, trip, "accept")])
    client = people.client("desk_officer")
    assert "没有能接办的岗位" in text(client, address)
    head = people.city.posts["section_head"].pk
    assert client.post(address, {"post": head}).status_code == 422
    with people.as_system():
        other = add_post(people.city.units["office"], role=Role.DESK_OFFICER, name="经办二")
    assert "经办二" in text(client, address)
    assert client.post(address, {"post": other.pk}).status_code == 302


def test_who_may_not_pass_on(people: People) -> None:
    trip = at_review(people)
    address = reverse("acts:pass_on", args=[item_id(people, trip, "desk_review")])
    for who in set(people.personas) - {"desk_officer"}:
        client = people.client(who)
        assert client.get(address).status_code in (403, 404), who
        assert client.post(address, {"post": people.city.posts["office_head"].pk}).status_code in (403, 404), who
    assert address not in case_page(people, "section_head", trip)


# --- 加签, 会签 --------------------------------------------------------------------------------


def test_a_desk_asks_two_posts_each_answers_and_the_decider_reads_both(people: People) -> None:
    trip = at_review(people)
    item = item_id(people, trip, "desk_review")
    client, address = people.client("desk_officer"), reverse("acts:ask", args=[item])
    posts = [people.city.posts[who].pk for who in ("personnel_body", "unit_head")]
    assert address in case_page(people, "desk_officer", trip)
    for wrong in (
        {"post": [], "question": "可靠吗"},
        {"post": posts, "question": " "},
        {"post": posts, "question": "可靠吗", "workdays": "很快"},
        {"post": posts, "question": "可靠吗", "workdays": "0"},
        {"post": [uuid.uuid4()], "question": "可靠吗"},
    ):
        assert client.post(address, wrong).status_code == 422, wrong
    sent = {"post": [*posts, ""], "question": "邀请方可靠吗", "workdays": "3"}
    assert client.post(address, sent).status_code == 302
    with people.as_system():
        items = list(WorkItem.objects.filter(case=trip.case_id, nature="opinion").order_by("id"))
    assert [one.post_id for one in items] == posts
    assert all(one.due and one.workdays == 3 for one in items)
    for who, one, outcome, words in (
        ("personnel_body", items[0], "agree", "往来多年，可靠。"), ("unit_head", items[1], "refuse", "宜换协会出面。"),
    ):  # fmt: skip
        reply = reverse("acts:answer", args=[one.pk])
        asked_client = people.client(who)
        assert reply in case_page(people, who, trip)
        assert "邀请方可靠吗" in text(asked_client, reply)
        assert asked_client.get(reverse("outbound:decide", args=[one.pk])).headers["Location"] == reply
        if outcome == "refuse":
            assert asked_client.post(reply, {"outcome": "refuse", "words": ""}).status_code == 422
        assert asked_client.post(reply, {"outcome": "nonsense"}).status_code == 422
        assert asked_client.post(reply, {"outcome": outcome, "words": words}).status_code == 302
        assert text(asked_client, reply, 404)
    page = text(client, reverse("outbound:decide", args=[item]))
    assert "往来多年，可靠。" in page
    assert "宜换协会出面。" in page
    with people.as_system():
        assert Decision.objects.filter(case=trip.case_id, nature="opinion").count() == 2
        assert world.open_item(trip, "desk_review").pk == item, "an opinion never moves the case"


def test_a_question_is_taken_back_by_who_asked(people: People) -> None:
    trip, (question,) = asked(people, "unit_head")
    address = reverse("acts:withdraw_question", args=[question.pk])
    assert address in case_page(people, "desk_officer", trip)
    assert address not in case_page(people, "section_head", trip)
    for who in ("unit_head", "section_head", "office_head", "designated_officer"):
        assert people.client(who).post(address).status_code == 403, who
    for who in ("outsider", "outside_office"):
        assert people.client(who).post(address).status_code == 404, who
    client = people.client("desk_officer")
    assert "邀请方可靠吗" in text(client, address)
    assert client.post(address).status_code == 302
    assert text(people.client("unit_head"), reverse("acts:answer", args=[question.pk]), 404)


def test_only_who_is_asked_answers_and_the_applicant_is_never_offered(people: People) -> None:
    trip, (question,) = asked(people, "unit_head")
    address = reverse("acts:answer", args=[question.pk])
    for who in ("desk_officer", "section_head", "designated_officer"):
        assert people.client(who).post(address, {"outcome": "agree"}).status_code == 403, who
    choices = text(people.client("desk_officer"), reverse("acts:ask", args=[item_id(people, trip, "desk_review")]))
    assert str(people.city.posts["designated_officer"].pk) not in choices
    assert str(people.city.posts["unit_head"].pk) not in choices, "is asked already"


# --- 撤团 ---------------------------------------------------------------------------------------


def test_the_applicant_ends_its_case_with_a_reason(people: People) -> None:
    trip = at_review(people)
    client, address = people.client("designated_officer"), reverse("acts:cancel", args=[trip.case_id])
    assert address in case_page(people, "designated_officer", trip)
    assert address not in case_page(people, "desk_officer", trip)
    page = text(client, address)
    assert "撤团，办件结束" in page
    assert "审核团组" in page
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "邀请方改期"}).status_code == 302
    with people.as_system():
        assert Case.objects.get(pk=trip.case_id).result == "cancelled"
        assert Trip.objects.get(pk=trip.pk).state == Trip.State.WITHDRAWN
    assert text(client, address, 404)


def test_who_may_not_end_a_case_and_when_it_is_too_late(people: People) -> None:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    address = reverse("acts:cancel", args=[trip.case_id])
    for who in set(people.personas) - {"designated_officer"}:
        assert people.client(who).post(address, {"reason": "不去了"}).status_code in (403, 404), who
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    client = people.client("designated_officer")
    assert client.post(address, {"reason": "不去了"}).status_code == 404
    assert address not in case_page(people, "designated_officer", trip)
    with people.as_system():
        assert not Case.objects.get(pk=trip.case_id).result


# --- 外部办理 -----------------------------------------------------------------------------------


def test_the_desk_says_who_outside_has_it_and_that_it_is_back(people: People) -> None:
    trip = at_review(people)
    client, address = people.client("desk_officer"), reverse("acts:outside", args=[trip.case_id])
    assert address in case_page(people, "desk_officer", trip)
    assert client.post(address, {"act": "back"}).status_code == 422
    assert client.post(address, {"act": "hold", "holder": ""}).status_code == 422
    assert client.post(address, {"act": "hold", "holder": "省外办"}).status_code == 302
    assert "已暂停" in case_page(people, "desk_officer", trip)
    assert client.post(address, {"act": "hold", "holder": "省外办一处", "number": "鲁-77"}).status_code == 302
    page = text(client, address)
    assert "省外办一处" in page
    assert "鲁-77" in page
    assert client.post(address, {"act": "back"}).status_code == 302
    with people.as_system():
        pause = Pause.objects.get(case=trip.case_id)
    assert (pause.holder, pause.outside_number) == ("省外办一处", "鲁-77")
    assert pause.until


def test_who_may_not_stop_the_clock(people: People) -> None:
    trip = at_review(people)
    address = reverse("acts:outside", args=[trip.case_id])
    for who in set(people.personas) - {"desk_officer"}:
        assert people.client(who).post(address, {"act": "hold", "holder": "省外办"}).status_code in (403, 404), who
        if who in ("designated_officer", "section_head", "office_head"):
            assert address not in case_page(people, who, trip)
    with people.as_system():
        assert not Pause.objects.filter(case=trip.case_id).exists()


# --- 作废 ---------------------------------------------------------------------------------------


def approved(people: People) -> tuple[Trip, Paper]:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
        return trip, Paper.objects.get(case_id=trip.case_id, kind="task_approval")


def test_a_voided_paper_says_why_and_its_number_is_never_given_again(people: People) -> None:
    trip, paper = approved(people)
    client, address = people.client("office_head"), reverse("acts:void", args=[paper.pk])
    assert address in case_page(people, "office_head", trip)
    assert address not in case_page(people, "desk_officer", trip)
    page = text(client, address)
    assert paper.document_number in page
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "文字有误"}).status_code == 302
    assert "已作废：文字有误" in case_page(people, "desk_officer", trip)
    assert client.post(address, {"reason": "再来"}).status_code == 422
    assert "文字有误" in text(client, address)
    with people.as_system():
        again = draw_number(people.office.pk, "task_approval", paper.year)
        assert Paper.objects.get(pk=paper.pk).serial == paper.serial
        assert NumberSeries.objects.get(kind="task_approval", year=paper.year).last > (paper.serial or 0)
    assert again > (paper.serial or 0)
    with people.as_("auditor"):
        assert Event.objects.filter(name="paper.void", data__reason="文字有误").exists()


def test_who_may_not_void(people: People) -> None:
    _trip, paper = approved(people)
    address = reverse("acts:void", args=[paper.pk])
    for who in set(people.personas) - {"office_head"}:
        assert people.client(who).post(address, {"reason": "不要了"}).status_code in (403, 404), who
    with people.as_system():
        assert Paper.objects.get(pk=paper.pk).state != Paper.State.VOID
