"""The main job by its doors: from a draft to the paper, and the ways beside it."""

import pytest

from waiban.core.casework.actions.ask_supplement import answer_supplement, ask_supplement
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.queries import opinions
from waiban.core.papers.models import Paper
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.record_outside_approval import record_outside_approval
from waiban.domains.outbound.actions.save_draft import save_draft
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.casing import case_page
from waiban.domains.outbound.drafting import item_to_hand_over
from waiban.domains.outbound.models import Trip, TripMember
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def test_from_a_draft_to_the_approval_under_a_grant(people: People) -> None:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    assert trip.state == Trip.State.IN_APPROVAL
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
        trip = Trip.objects.get(pk=trip.pk)
        paper = Paper.objects.get(case_id=trip.case_id, kind="task_approval")
    assert trip.state == Trip.State.APPROVED
    assert trip.dossier["approval"]["number"] == paper.document_number
    with people.as_("designated_officer"):
        assert TripMember.objects.filter(trip=trip, counts=True).count() == 2


def test_without_a_grant_it_goes_upward_and_only_the_outside_paper_approves(people: People) -> None:
    world.ready(people, grant=False)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("desk_officer"):
        decide(world.open_item(trip, "report_upward").pk, "done")
        trip = Trip.objects.select_related("case").get(pk=trip.pk)
        assert trip.state == Trip.State.FORWARDED
        assert trip.case.paused_for
        assert set(Paper.objects.filter(case_id=trip.case_id).values_list("kind", flat=True)) == {
            "review_opinion",
            "upward_request",
        }
        scan = world.attach(trip, "outside_approval")
        trip = record_outside_approval(trip.pk, number="鲁外批〔2027〕88 号", dated=today(), by="省外办", scan=scan)
    assert trip.state == Trip.State.APPROVED
    assert trip.dossier["approval"]["number"] == "鲁外批〔2027〕88 号"
    assert not trip.case.paused_for


def test_a_blocked_trip_is_not_submitted_and_says_why(people: People) -> None:
    world.ready(people)
    content = world.dossier(people)
    content["return"] = content["depart"][:8] + "28"
    trip = world.through_unit(people, world.draft(people, content))
    with people.as_("designated_officer"):
        world.attach(trip, "request", "商请〔2027〕3 号")
        with pytest.raises(CannotError, match="在外"):
            submit_trip(trip.pk)


def test_what_the_notice_showed_and_then_changed_asks_for_a_new_notice(people: People) -> None:
    world.ready(people)
    trip = world.through_unit(people, world.draft(people))
    with people.as_("designated_officer"):
        world.attach(trip, "request", "商请〔2027〕3 号")
        save_draft(trip.pk, [("/purpose", ["换一个任务"])], revision=trip.revision)
        with pytest.raises(CannotError, match="公示后改了：任务"):
            submit_trip(trip.pk)


def test_a_draft_keeps_what_was_not_understood(people: People) -> None:
    trip = world.draft(people, {"title": "赴日本"})
    with people.as_("designated_officer"):
        saved = save_draft(trip.pk, [("/depart", ["明年三月"]), ("/purpose", ["谈合作"])], revision=trip.revision)
        assert saved.trip.unread == {"/depart": "明年三月"}
        assert saved.trip.depart is None
        assert saved.trip.dossier["purpose"] == "谈合作"
        with pytest.raises(CannotError):
            start_trip(trip.pk)


def test_the_outsider_sees_nothing(people: People) -> None:
    world.ready(people)
    world.submitted(people, world.draft(people))
    for who in ("outsider", "outside_office", "inspector"):
        with people.as_(who):
            assert not Trip.objects.exists(), who


def test_a_correction_opens_the_dossier_and_handing_it_back_closes_it(people: People) -> None:
    world.ready(people)
    trip = world.submitted(people, world.draft(people))
    with people.as_("desk_officer"):
        ask_supplement(world.open_item(trip, "accept").pk, defects=["邀请函译文缺署名"])
        trip = Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
        page = case_page(trip)
        assert page.holder.startswith("补正材料，在专办员")
        assert not [act for act in page.acts if act.label == "受理"]
    assert (trip.state, trip.editable) == (Trip.State.CORRECTION, True)
    with people.as_("designated_officer"):
        save_draft(trip.pk, [("/budget/source", ["市商务局外事经费"])], revision=trip.revision)
        answer_supplement(item_to_hand_over(trip).pk)
        trip = Trip.objects.select_related("case").get(pk=trip.pk)
    assert (trip.state, trip.editable) == (Trip.State.SUBMITTED, False)


def test_a_line_saved_from_the_form_has_its_amount_and_the_budget_its_total(people: People) -> None:
    trip = world.draft(people)
    with people.as_("designated_officer"):
        posted = [("/budget/lines/1/unit_price", ["12000"]), ("/budget/lines/1/amount", [""])]
        saved = save_draft(trip.pk, posted, revision=trip.revision)
    budget = saved.trip.dossier["budget"]
    assert budget["lines"][1]["amount"] == 12000 * 2 * 4
    assert budget["total_cny"] == 8000 + (96000 + 100000 + 50000) * 47 // 1000


def test_one_body_has_filed_while_another_has_not(people: People) -> None:
    world.ready(people)
    with people.as_("designated_officer"):
        trip = start_trip(world.draft(people).pk)
    for who in ("personnel_body", "unit_personnel"):
        with people.as_(who):
            item = WorkItem.objects.get(
                case=trip.case_id, step="personnel_filing", post=people.city.posts[who], state="open"
            )
            decide(item.pk, "agree", opinion="已备案。")
        with people.as_("unit_head"):
            filed = [
                one.in_force
                for one in opinions(Case.objects.get(pk=trip.case_id))
                if one.decision.step == "personnel_filing"
            ]
        assert all(filed), who
    assert len(filed) == 2
