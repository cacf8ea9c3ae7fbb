"""Cases walked by people at posts, under row security, as the app's role."""

import re
import uuid
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from waiban.core.access.keys import reader_key
from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import PUBLIC, acting_as
from waiban.core.audit import sentences
from waiban.core.audit.models import Event
from waiban.core.casework import moves, queries
from waiban.core.casework.actions.add_desk import add_desk, countersign, withdraw_question
from waiban.core.casework.actions.ask_supplement import answer_supplement, ask_supplement
from waiban.core.casework.actions.claim import claim, unclaim
from waiban.core.casework.actions.decide import MemberAnswer, decide
from waiban.core.casework.actions.decide_from_paper import confirm_paper, decide_from_paper, reject_paper
from waiban.core.casework.actions.fire_timers import fire_timers
from waiban.core.casework.actions.hold_by_outside import back_from_outside, hold_by_outside
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.actions.pass_on import pass_on
from waiban.core.casework.actions.publish_release import publish_release, reorder_steps
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.actions.watch import unwatch, watch
from waiban.core.casework.actions.withdraw import cancel_case, withdraw
from waiban.core.casework.clocks import face, keep_promise, promise
from waiban.core.casework.errors import AlreadyDoneError, CannotError, NotAllowedError
from waiban.core.casework.models import (
    Case,
    Deadline,
    Decision,
    DossierVersion,
    MemberDecision,
    PaperEntry,
    Pause,
    ProcessRelease,
    WorkItem,
)
from waiban.core.casework.moves import _CHILDREN
from waiban.core.casework.readers import readers_of
from waiban.core.casework.tests.build import Seq, Task, bpmn
from waiban.core.casework.tests.world import MONDAY, TO_APPROVAL, TO_OFFICE, TRIP, Memo, World, add_account, substitute
from waiban.core.files.actions.keep import keep
from waiban.core.notify.models import Notice
from waiban.core.people.models import Post
from waiban.core.people.principals import system
from waiban.kernel.ids import uuid7

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def scanned(world: World, case: Case) -> uuid.UUID:
    """A scan of the paper, kept with the case."""
    case = world.fresh(case)
    with world.as_("desk"):
        return keep(
            b"%PDF-1.7 scan", name="批示.pdf", content_type="application/pdf", office_id=case.office_id,
            readers=case.readers,
        ).pk  # fmt: skip


def open_steps(world: World, case: Case) -> list[str]:
    with world.as_system():
        items = WorkItem.objects.filter(case=case, state="open").order_by("id")
        return sorted(f"{i.step}:{i.nature}" if i.nature != "step" else i.step for i in items)


def events(world: World, case: Case) -> list[str]:
    with world.as_system():
        return [event.name for event in queries.timeline(case)]


def test_a_case_from_start_to_close(world: World) -> None:
    case = world.open()
    assert open_steps(world, case) == ["start"]
    world.walk(case, *TO_APPROVAL)
    assert open_steps(world, case) == ["approve", "personnel_filing"]
    world.walk(case, "approve", "issue_permit", "personnel_filing", "travel_papers", "depart", "come_back", "report")
    world.walk(case, "close", on=date(2026, 12, 1))
    case = world.fresh(case)
    assert (case.result, case.ended_on, case.due) == ("closed", date(2026, 12, 1), None)
    assert open_steps(world, case) == []
    assert [move.ended for move in world.memo(case).moves][-1] == "closed"
    with world.as_system():
        assert Decision.objects.filter(case=case).count() == 17
        first = Decision.objects.get(case=case, step="approve")
    assert (first.known["law_sha256"], first.version, first.policy) == ("ab" * 32, 1, "case.decide")
    assert events(world, case)[:2] == ["case.open", "case.decide"]


def test_work_goes_to_the_post_and_nobody_else(world: World) -> None:
    case = world.open()
    world.walk(case, "start")
    item = world.item(case, "finance_review")
    for who in ("officer", "head"):
        with pytest.raises(NotAllowedError), world.as_(who):
            decide(item.pk, "agree")
    for who in ("stranger", "leader", "desk"):
        with pytest.raises(Case.DoesNotExist), world.as_(who):
            decide(item.pk, "agree")
    # Written on the second connection, so that the rollback of the refused act doesn't take them along.
    with acting_as(system(world.office.pk, "test"), using="register"):
        refusals = Event.objects.using("register").filter(kind="refusal", case_id=case.pk)
        assert [event.name for event in refusals] == ["case.decide", "case.decide"]


def test_who_sees_a_case_grows_with_the_posts_that_it_reaches(world: World) -> None:
    case = world.open()

    def seen_by() -> set[str]:
        found = set()
        for who in world.posts:
            with world.as_(who):
                if Case.objects.filter(pk=case.pk).exists():
                    found.add(who)
        return found

    unit = {"officer", "finance", "head"}
    assert seen_by() == unit
    world.walk(case, "start")
    assert seen_by() == unit | {"personnel"}
    world.walk(case, "finance_review", "notice", "unit_approval", "submit")
    office = {"desk", "desk2", "section", "director"}
    assert seen_by() == unit | office | {"personnel"}
    world.walk(case, "accept", "desk_review", "section_review", "head_review")
    assert seen_by() == unit | office | {"personnel", "leader"}
    with acting_as(PUBLIC):
        assert not Case.objects.exists()
    with world.as_system():
        case = world.fresh(case)
        assert readers_of(case) == case.readers
        for model, path in _CHILDREN.items():
            for row in model.objects.filter(**{path: case}):
                assert row.readers == case.readers, model


def test_lost_readers_are_found_and_rebuilt(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    kept = world.fresh(case).readers
    call_command("rebuild_case_readers", "--check")
    with world.as_system():
        Case.objects.filter(pk=case.pk).update(readers=kept[:1])
    with pytest.raises(SystemExit):
        call_command("rebuild_case_readers", "--check")
    call_command("rebuild_case_readers")
    assert world.fresh(case).readers == kept


def test_each_post_is_told_of_its_work_and_the_applicant_of_the_end(world: World) -> None:
    case = world.open()
    world.walk(case, "start", "finance_review", "notice")
    with world.as_("head"):
        assert [(n.event, n.data["verb"]) for n in Notice.objects.filter(thread=case.pk)] == [("case.work", "单位审批")]
    with pytest.raises(CannotError):
        world.do(case, "head", "unit_approval", "refuse")
    world.do(case, "head", "unit_approval", "refuse", opinion="不必去")
    with world.as_("officer"):
        assert "case.refused" in Notice.objects.filter(thread=case.pk).values_list("event", flat=True)


def test_a_refusal_needs_a_reason_and_ends_the_case(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    with pytest.raises(CannotError, match="不同意须写明理由"):
        world.do(case, "leader", "approve", "refuse")
    world.do(case, "leader", "approve", "refuse", opinion="任务不实")
    case = world.fresh(case)
    assert case.result == "refused"
    assert open_steps(world, case) == []
    with world.as_system():
        assert WorkItem.objects.get(case=case, step="personnel_filing").state == "voided"


def test_the_database_itself_asks_for_the_reason(world: World) -> None:
    case = world.open()
    world.walk(case, "start", "finance_review")
    with world.as_system():
        row = Decision.objects.filter(case=case).first()
        row.pk, row.outcome, row.opinion, row.item_id, row.round = uuid7(), "refuse", "", uuid7(), 9
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)


def test_no_decision_release_or_version_is_ever_changed(world: World) -> None:
    case = world.open()
    world.walk(case, "start")
    with world.as_system():
        for query in (
            Decision.objects.all(), DossierVersion.objects.all(), ProcessRelease.objects.all(),
        ):  # fmt: skip
            field = {"Decision": "opinion", "DossierVersion": "content", "ProcessRelease": "bpmn"}[query.model.__name__]
            with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
                query.update(**{field: "x"})
            with pytest.raises(DatabaseError), transaction.atomic():
                query.delete()


def test_an_item_is_decided_once(world: World) -> None:
    case = world.open()
    world.walk(case, "start")
    item = world.item(case, "finance_review")
    world.do(case, "finance", "finance_review")
    with pytest.raises(AlreadyDoneError), world.as_("finance"):
        decide(item.pk, "agree")


def test_an_outcome_that_the_step_does_not_have_changes_nothing(world: World) -> None:
    case = world.open()
    world.walk(case, "start")
    with pytest.raises(CannotError, match="没有结论 maybe"):
        world.do(case, "finance", "finance_review", "maybe")
    assert open_steps(world, case) == ["finance_review", "personnel_filing"]
    with world.as_system():
        assert Decision.objects.filter(case=case, step="finance_review").count() == 0


def test_a_variable_that_is_not_stated_stops_the_case_with_a_sentence(world: World) -> None:
    case = world.open(memo=Memo(authority=None))
    world.walk(case, *TO_APPROVAL[:-1])
    with pytest.raises(CannotError, match="还没有填报：authority"):
        world.walk(case, "head_review")
    world.memo(case).authority = "upward"
    world.walk(case, "head_review")
    assert "report_upward" in open_steps(world, case)


def test_a_substitute_acts_for_the_post_on_record_and_never_for_the_own_case(world: World) -> None:
    case = world.open()
    world.walk(case, "start")
    substitute(world, "head", "finance")
    decision = world.do(case, "head", "finance_review")
    assert (decision.post, decision.own_post_id, decision.standing_in) == (
        world.posts["finance"], world.posts["head"].pk, True,
    )  # fmt: skip
    with world.as_("officer"):
        (opinion,) = [o for o in queries.opinions(world.fresh(case)) if o.decision == decision]
        assert opinion.who == "head某 代 finance岗"
        assert [e.for_post for e in queries.timeline(case)][-1] == "finance岗"
    world.walk(case, "notice")
    substitute(world, "officer", "head")
    with pytest.raises(NotAllowedError, match="申报人不能办理自己的申报"):
        world.do(case, "officer", "unit_approval")


def test_decisions_differ_per_member(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    with pytest.raises(CannotError, match="逐人写明理由"):
        world.do(case, "leader", "approve", members=[MemberAnswer("m3", "refuse")])
    decision = world.do(case, "leader", "approve", members=[MemberAnswer("m3", "refuse", "年度次数已满")])
    with world.as_system():
        assert [(m.member, m.outcome) for m in MemberDecision.objects.filter(decision=decision)] == [("m3", "refuse")]


def test_a_return_voids_what_is_ahead_and_resumes_only_if_nothing_relevant_changed(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE, "accept")
    item = world.item(case, "desk_review")
    with world.as_("desk"):
        assert next(step for step, _name in queries.targets(item)) == "accept"
        with pytest.raises(CannotError, match="请写明理由"):
            send_back(item.pk, "submit", reason=" ")
        with pytest.raises(CannotError, match="不能退回"):
            send_back(item.pk, "approve", reason="x")
        send_back(item.pk, "submit", reason="请示没有盖章", on=MONDAY)
    assert open_steps(world, case) == ["personnel_filing", "submit"]
    world.memo(case).text = "补了盖章扫描件"
    with world.as_("officer"):
        assert queries.may_resume(world.item(case, "submit"))
    world.do(case, "officer", "submit", resume=True)
    assert open_steps(world, case) == ["desk_review", "personnel_filing"]
    assert world.fresh(case).round == 2

    with world.as_("desk"):
        send_back(world.item(case, "desk_review").pk, "submit", reason="天数不对", on=MONDAY)
    world.memo(case).figure = 9
    with pytest.raises(CannotError, match="须按流程重走"):
        world.do(case, "officer", "submit", resume=True)
    world.do(case, "officer", "submit")
    assert open_steps(world, case) == ["accept", "personnel_filing"]
    with world.as_system():
        assert list(queries.versions(case).values_list("number", flat=True)) == [1, 2, 3]
        marked = {(o.decision.step, o.decision.round): o.in_force for o in queries.opinions(world.fresh(case))}
    assert marked[("accept", 1)] is False
    assert marked[("submit", 3)] is True


def test_a_return_across_a_parallel_block_keeps_what_was_voided_on_record(world: World) -> None:
    case = world.open()
    world.walk(case, "start", "finance_review", "notice")
    with world.as_("head"):
        send_back(world.item(case, "unit_approval").pk, "start", reason="任务写得太空", on=MONDAY)
    assert open_steps(world, case) == ["start"]
    with world.as_system():
        assert WorkItem.objects.get(case=case, step="personnel_filing").state == "voided"
    world.walk(case, "start")
    assert open_steps(world, case) == ["finance_review", "personnel_filing"]


def test_withdraw_takes_an_undecided_case_back(world: World) -> None:
    case = world.open()
    with pytest.raises(CannotError, match="不用撤回"), world.as_("officer"):
        withdraw(case.pk)
    world.walk(case, *TO_OFFICE)
    with pytest.raises(NotAllowedError), world.as_("head"):
        withdraw(case.pk)
    with world.as_("officer"):
        withdraw(case.pk, reason="改日期", on=MONDAY)
    assert open_steps(world, case) == ["start"]
    world.walk(case, *TO_APPROVAL, "approve")
    with pytest.raises(CannotError, match="已经审批"), world.as_("officer"):
        withdraw(case.pk)
    with world.as_("officer"):
        cancel_case(case.pk, reason="对方推迟", on=MONDAY)
    assert world.fresh(case).result == "cancelled"


def test_withdrawing_a_case_that_is_being_corrected_starts_its_clock_again(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE)
    with world.as_("desk"):
        ask_supplement(world.item(case, "accept").pk, defects=["缺译文"], on=MONDAY)
    with world.as_("officer"):
        withdraw(case.pk, on=date(2026, 11, 4))
    assert world.fresh(case).paused_for == ""
    assert open_steps(world, case) == ["start"]
    with world.as_system():
        assert Pause.objects.get(case=case).until == date(2026, 11, 4)


def test_the_applicants_steps_come_back_to_the_applicants_own_post(world: World) -> None:
    with world.as_system():
        other = Post.objects.create(
            office=world.office, unit=world.units["unit"], role="designated_officer", name="A 岗",
            readers=world.posts["officer"].readers,
        )  # fmt: skip
    case = world.open()
    world.walk(case, "start", "finance_review", "notice", "unit_approval")
    assert world.item(case, "submit").post_id == world.posts["officer"].pk != other.pk


def test_timers_fire_on_their_day(world: World) -> None:
    text = bpmn(Seq((Task("a"), Task("b")))).replace(
        'waiban:post="desk"', 'waiban:post="designated_officer" waiban:scope="unit"'
    )
    text = text.replace(
        "</process>",
        """<boundaryEvent id="late" attachedToRef="a" waiban:workdays="3">
        <timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>
        <sequenceFlow id="over" sourceRef="late" targetRef="m"/><exclusiveGateway id="m"/></process>""",
    )
    flow = next(f for f in re.findall(r"<sequenceFlow [^>]*>", text) if 'targetRef="b"' in f)
    text = text.replace(flow, flow.replace('targetRef="b"', 'targetRef="m"')).replace(
        "</process>", '<sequenceFlow id="on" sourceRef="m" targetRef="b"/></process>'
    )
    with world.as_system():
        publish_release(world.office.pk, "timed", text, reason="试")
    subject_id = uuid7()
    world.memos[subject_id] = Memo()
    with world.as_("officer"):
        case = open_case(
            "memo",
            subject_id,
            applicant_post=world.posts["officer"],
            number="t1",
            title="计时",
            process="timed",
            on=MONDAY,
        )
    with world.as_system():
        assert [(t.timer, t.due) for t in case.timers.all()] == [("late", date(2026, 11, 5))]
        assert fire_timers(date(2026, 11, 4)) == 0
        assert fire_timers(date(2026, 11, 5)) == 1
        assert fire_timers(date(2026, 11, 6)) == 0
    assert open_steps(world, case) == ["b"]
    assert events(world, case) == ["case.open", "case.timer"]


def test_a_second_case_for_the_same_subject_is_refused(world: World) -> None:
    case = world.open()
    with pytest.raises(CannotError), world.as_("officer"):
        open_case("memo", case.subject_id, applicant_post=world.posts["officer"], number="x", title="y")


def test_a_supplement_tells_all_at_once_and_stops_the_clock(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE, on=date(2026, 11, 2))
    item = world.item(case, "accept")
    assert item.due == date(2026, 11, 4)
    with world.as_("desk"):
        asked = ask_supplement(item.pk, defects=["邀请函没有译文", "日程缺第 3 天"], on=date(2026, 11, 3))
        with pytest.raises(CannotError, match="补正还没有交回"):
            decide(item.pk, "done")
    assert world.fresh(case).paused_for == "unit"
    world.memo(case).text = "补齐"
    with world.as_("officer"):
        assert "补正材料" in [item.verb for item in queries.my_items(world.fresh(case))]
        answer_supplement(asked.pk, on=date(2026, 11, 6))
    case = world.fresh(case)
    assert (case.paused_for, case.due, case.version) == ("", date(2026, 11, 9), 2)
    assert world.item(case, "accept").due == date(2026, 11, 9)
    with world.as_("desk"), pytest.raises(CannotError, match="只能通知一次"):
        ask_supplement(item.pk, defects=["还有一项"])
    world.walk(case, "accept", on=date(2026, 11, 9))
    assert world.fresh(case).accepted_on == date(2026, 11, 9)
    with world.as_system():
        assert Deadline.objects.get(item=item).met_on == date(2026, 11, 9)


def test_the_clock_stands_still_while_the_province_holds_the_case(world: World) -> None:
    case = world.open(memo=Memo(authority="upward"))
    world.walk(case, *TO_APPROVAL, "report_upward", on=date(2026, 11, 2))
    assert world.fresh(case).paused_for == "上级外事部门"
    with world.as_("desk"):
        hold_by_outside(case.pk, holder="省外办", outside_number="鲁外〔2026〕7号", on=date(2026, 11, 2))
    assert world.fresh(case).paused_for == "省外办"
    with world.as_system():
        assert Pause.objects.get(case=case).outside_number == "鲁外〔2026〕7号"
    world.walk(case, "outside_approval", on=date(2026, 11, 16))
    assert world.fresh(case).paused_for == ""
    with world.as_("desk"), pytest.raises(CannotError):
        back_from_outside(case.pk)
    with world.as_("section"), pytest.raises(NotAllowedError):
        hold_by_outside(case.pk, holder="x")


def test_the_earliest_of_several_clocks_is_the_due_day(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE, "accept", on=date(2026, 11, 2))
    assert world.fresh(case).due == date(2026, 11, 9)
    with world.as_("desk"):
        promise(world.fresh(case), "外办审核", 3, date(2026, 11, 2), source="本办规定")
        assert world.fresh(case).due == date(2026, 11, 5)
        assert [(d.name, d.due.day) for d, _face in queries.deadlines(world.fresh(case))] == [
            ("外办审核", 5), ("审核团组", 9),
        ]  # fmt: skip
        keep_promise(world.fresh(case), "外办审核", date(2026, 11, 4))
    assert world.fresh(case).due == date(2026, 11, 9)


def test_colours_of_a_clock() -> None:
    due = date(2026, 11, 13)  # a Friday
    assert (face(due, date(2026, 11, 2), 9).colour, face(due, date(2026, 11, 2), 9).left) == ("green", 9)
    assert face(due, date(2026, 11, 10), 9).colour == "yellow"
    assert face(due, due, 9) == face(due, due, 9).__class__("yellow", 0, 9)
    assert (face(due, date(2026, 11, 16), 9).colour, face(due, date(2026, 11, 16), 9).left) == ("red", -1)
    assert face(due, date(2026, 11, 16), 9, paused=True).colour == "paused"


def test_a_decision_from_paper_needs_two_people(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    item = world.item(case, "approve")
    scan = scanned(world, case)
    paper = {"written_on": date(2026, 11, 3), "words": "同意。注意路途安全。", "counts_as": "agree", "scan_id": scan}
    with pytest.raises(NotAllowedError), world.as_("officer"):
        decide_from_paper(item.pk, **paper)
    with world.as_("desk"):
        assert item in queries.paper_items(world.fresh(case))
        entry = decide_from_paper(item.pk, **paper)
        with pytest.raises(CannotError, match="另一个人"):
            confirm_paper(entry.pk)
        with pytest.raises(CannotError, match="待复核"):
            decide_from_paper(item.pk, **paper)
    assert "approve" in open_steps(world, case)
    with world.as_("section"):
        assert [e.pk for e in queries.pending_papers(world.fresh(case))] == [entry.pk]
        decision = confirm_paper(entry.pk, on=date(2026, 11, 5))
    assert decision is not None
    assert world.item(case, "issue_permit").opened_on == date(2026, 11, 5)
    assert (decision.post, decision.opinion, decision.happened_on) == (
        world.posts["leader"], "同意。注意路途安全。", date(2026, 11, 3),
    )  # fmt: skip
    with world.as_("desk"):
        opinion = queries.opinions(world.fresh(case))[-1]
    assert (opinion.who, opinion.from_paper, opinion.recorded_by) == ("leader岗", True, "desk某")
    assert "issue_permit" in open_steps(world, case)
    assert events(world, case)[-3:] == ["case.paper_recorded", "case.paper_confirmed", "case.decide"]


def test_paper_that_was_only_read_or_typed_wrong_decides_nothing(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    item = world.item(case, "approve")
    paper = {"written_on": MONDAY, "words": "请××阅研", "scan_id": scanned(world, case)}
    with world.as_("desk"):
        with pytest.raises(CannotError, match="算作什么"):
            decide_from_paper(item.pk, counts_as="maybe", **paper)
        entry = decide_from_paper(item.pk, counts_as="read", **paper)
    with world.as_("section"):
        assert confirm_paper(entry.pk) is None
    with world.as_("desk"):
        wrong = decide_from_paper(item.pk, counts_as="refuse", **paper)
    with world.as_("section"):
        with pytest.raises(CannotError, match="不一致"):
            reject_paper(wrong.pk, reason="")
        reject_paper(wrong.pk, reason="纸面写的是同意")
    assert "approve" in open_steps(world, case)
    with world.as_("desk"):
        entry = decide_from_paper(item.pk, counts_as="send_back", target="submit", **paper)
    with world.as_("section"):
        confirm_paper(entry.pk)
    assert open_steps(world, case) == ["personnel_filing", "submit"]


def test_a_return_cancels_an_unconfirmed_paper(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    item, scan = world.item(case, "approve"), scanned(world, case)
    with world.as_("desk"):
        entry = decide_from_paper(item.pk, written_on=MONDAY, words="同意", counts_as="agree", scan_id=scan)
    with world.as_("officer"):
        withdraw(case.pk, on=MONDAY)
    with world.as_system():
        assert PaperEntry.objects.get(pk=entry.pk).state == "rejected"
        assert not queries.pending_papers(world.fresh(case))
    with world.as_("section"), pytest.raises(AlreadyDoneError):
        confirm_paper(entry.pk)


def test_extra_desks_never_change_the_process(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE, "accept")
    item = world.item(case, "desk_review")
    marking = world.fresh(case).marking
    with world.as_("desk"):
        with pytest.raises(CannotError, match="写明"):
            add_desk(item.pk, world.posts["section"].pk, question=" ")
        one = add_desk(item.pk, world.posts["section"].pk, question="日程合适吗")
        two, three = countersign(
            item.pk, [world.posts["stranger"].pk, world.posts["leader"].pk], question="有无不同意见", workdays=2
        )
        with pytest.raises(CannotError, match="3 个征求意见"):
            decide(item.pk, "agree")
        with pytest.raises(CannotError, match="已经在办"):
            add_desk(item.pk, world.posts["section"].pk, question="再问")
    with world.as_("section"):
        decide(one.pk, "agree", opinion="合适")
    with world.as_("stranger"):
        with pytest.raises(CannotError):
            decide(two.pk, "refuse")
        decide(two.pk, "refuse", opinion="人数偏多")
    assert world.fresh(case).marking == marking
    with world.as_("desk"):
        withdraw_question(three.pk)
        decide(item.pk, "agree")
    with world.as_("desk"):
        assert [(o.who, o.outcome) for o in queries.opinions(world.fresh(case))][-3:] == [
            ("section岗 section某", "agree"), ("stranger岗 stranger某", "refuse"), ("经办一岗 desk某", "agree"),
        ]  # fmt: skip


def test_pass_on_gives_the_item_and_its_clock_to_another_post(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE)
    item = world.item(case, "accept")
    with world.as_("desk"):
        with pytest.raises(CannotError, match="同样职责"):
            pass_on(item.pk, world.posts["section"].pk)
        passed = pass_on(item.pk, world.posts["desk2"].pk, reason="请假")
    assert (passed.post, passed.due, passed.round) == (world.posts["desk2"], item.due, item.round)
    with pytest.raises(AlreadyDoneError), world.as_("desk"):
        decide(item.pk, "done")
    with world.as_("desk2"):
        decide(passed.pk, "done", on=MONDAY)
    with world.as_system():
        assert Deadline.objects.get(item=passed).met_on == MONDAY


def test_claim_and_watch(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE)
    item = world.item(case, "accept")
    with world.as_("desk"):
        assert claim(item.pk).claimed_by_id == world.accounts["desk"].pk
        unclaim(item.pk)
    colleague = add_account(world, "colleague")
    substitute(world, "colleague", "desk")
    with world.as_("colleague"):
        claim(item.pk)
        assert [i.pk for i in queries.my_items(world.fresh(case))] == [item.pk]
    with world.as_("desk"), pytest.raises(AlreadyDoneError):
        claim(item.pk)
    assert world.item(case, "accept").claimed_by_id == colleague.pk
    with world.as_("head"):
        watch(case.pk)
        watch(case.pk)
        assert [post.pk for post in queries.watchers(case)] == [world.posts["head"].pk]
        unwatch(case.pk)
        assert not queries.watchers(case)


def test_a_case_page_has_a_query_budget(world: World, django_assert_max_num_queries: object) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    case = world.fresh(case)
    with world.as_("desk"):
        queries.stages(case)  # the process is read once a server process
        with django_assert_max_num_queries(8):
            queries.stages(case)
            queries.opinions(case)
            queries.waiting(case)
            queries.deadlines(case)
            queries.my_items(case)
            queries.timeline(case)
            queries.diagram(case)


def test_the_stage_strip(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE, "accept")
    with world.as_("officer"):
        strip = queries.stages(world.fresh(case))
        drawn = queries.diagram(world.fresh(case))
    assert [stage.name for stage in strip] == [
        "发起",
        "财务",
        "公示",
        "单位",
        "申报",
        "外办",
        "审批",
        "批件",
        "护签",
        "出发",
        "返回",
        "结案",
    ]
    assert [stage.state for stage in strip][4:7] == ["done", "now", "to_come"]
    assert set(drawn.now) == {"desk_review", "personnel_filing"}
    assert "BPMNDiagram" in drawn.bpmn


def test_only_the_head_releases_and_only_what_is_proved(world: World) -> None:
    with world.as_system():
        shared = ProcessRelease.objects.get(process="trip")
    with pytest.raises(NotAllowedError), world.as_("desk"):
        reorder_steps(shared.pk, ["notice", "finance_review"], reason="先公示")
    old = world.open()
    with world.as_("director"):
        mine = reorder_steps(shared.pk, ["notice", "finance_review"], reason="本市先公示后财务")
        with pytest.raises(CannotError, match=r"可以不经“单位审批”同意就到“报送外办”.*：开始 → 发起 → 内部公示 → "):
            reorder_steps(mine.pk, ["submit", "unit_approval"], reason="先报后批")
        text = TRIP.read_text(encoding="utf-8")
        loosened = text.replace('<waiban:require task="unit_approval" before="submit" outcome="agree" />', "").replace(
            'sourceRef="notice" targetRef="unit_approval"', 'sourceRef="notice" targetRef="submit"'
        )
        with pytest.raises(CannotError):
            publish_release(world.office.pk, "trip", loosened, reason="x", base=shared)
        with pytest.raises(CannotError, match="为什么"):
            publish_release(world.office.pk, "trip", text, reason="", base=shared)
    assert (mine.number, mine.origin, mine.base) == (2, "office", shared)
    assert mine.report["problems"] == []
    new = world.open()
    world.walk(old, "start")
    world.walk(new, "start")
    assert open_steps(world, old) == ["finance_review", "personnel_filing"]
    assert open_steps(world, new) == ["notice", "personnel_filing"]


def test_the_timeline_is_answered_only_to_who_sees_the_case(world: World) -> None:
    case = world.open()
    world.walk(case, "start")
    with world.as_("officer"):
        assert [e.name for e in queries.timeline(case)] == ["case.open", "case.decide"]
        assert queries.timeline(case)[0].account == "officer某"
    with world.as_("stranger"):
        assert queries.timeline(case) == []
    with world.as_("desk"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_timeline(%s)", [case.pk])
        assert cursor.fetchone() == (0,)


def test_a_case_stays_with_the_desk_that_took_it(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_OFFICE)
    with world.as_("desk"):
        passed = pass_on(world.item(case, "accept").pk, world.posts["desk2"].pk)
    with world.as_("desk2"):
        decide(passed.pk, "done", on=MONDAY)
    assert world.item(case, "desk_review").post_id == world.posts["desk2"].pk


def test_every_event_of_casework_has_its_sentence() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(moves.__file__).parent.glob("actions/*.py")]
    names = {name for text in texts for name in re.findall(r'"((?:case|process)\.[a-z_]+)"', text)}
    assert names - set(sentences.known()) == {"case.answer_supplement"}, (
        "that one is only refused; its act is case.decide"
    )


def test_no_key_of_a_case_belongs_to_a_stranger(world: World) -> None:
    case = world.open()
    world.walk(case, *TO_APPROVAL)
    stranger = reader_key(world.office.pk, ReaderKey.Kind.POST, world.posts["stranger"].pk)
    assert stranger not in world.fresh(case).readers
