"""Life after the approval: what is asked moves nothing, what is granted moves everything, in one transaction."""

from datetime import date, timedelta
from typing import Any

import pytest

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.withdraw import cancel_case
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.papers.models import Paper
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.ask_change import ask_change
from waiban.domains.outbound.actions.carry_out import carry_out
from waiban.domains.outbound.actions.drop_change import drop_change
from waiban.domains.outbound.actions.post_change_notice import close_change_notice, post_change_notice
from waiban.domains.outbound.actions.record_outside_approval import record_outside_approval
from waiban.domains.outbound.actions.record_outside_change import record_outside_change
from waiban.domains.outbound.actions.save_change import save_change
from waiban.domains.outbound.actions.start_change import start_change
from waiban.domains.outbound.changing import difference_of, judge_change
from waiban.domains.outbound.check import check
from waiban.domains.outbound.differing import difference, reads
from waiban.domains.outbound.models import ChangeNotice, Trip, TripChange, TripMember, TripVersion
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.versions import approved_value
from waiban.kernel.clock import Clock

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def approved(people: People, *, grant: bool = True) -> Trip:
    world.ready(people, grant=grant)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    if grant:
        with people.as_("city_leader"):
            decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    else:
        with people.as_("desk_officer"):
            decide(world.open_item(trip, "report_upward").pk, "done")
            scan = world.attach(trip, "outside_approval")
            record_outside_approval(trip.pk, number="鲁外批〔2027〕88 号", dated=today(), by="省外办", scan=scan)
    return again(people, trip)


def again(people: People, trip: Trip) -> Trip:
    with people.as_("designated_officer"):
        return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def going(trip: Trip) -> list[str | None]:
    value = approved_value(trip)
    assert value is not None
    return [member.id for member in value.members or []]


def item(change: TripChange, step: str, entry: str = "") -> WorkItem:
    return WorkItem.objects.get(case__subject_id=change.pk, step=step, entry=entry, state=WorkItem.State.OPEN)


def later(dossier: dict[str, Any], days: int) -> list[tuple[str, list[str]]]:
    """Every day of the dossier moved alike, as the form posts it."""

    def moved(text: str) -> str:
        return (date.fromisoformat(text) + timedelta(days=days)).isoformat()

    posted = [("/depart", [moved(dossier["depart"])]), ("/return", [moved(dossier["return"])])]
    for place, stop in enumerate(dossier["stops"]):
        posted += [(f"/stops/{place}/{key}", [moved(stop[key])]) for key in ("arrive", "leave")]
    posted += [(f"/programme/{n}/date", [moved(one["date"])]) for n, one in enumerate(dossier["programme"])]
    return posted


def through_unit(people: People, change: TripChange) -> TripChange:
    with people.as_("designated_officer"):
        change = start_change(change.pk)
        if WorkItem.objects.filter(case=change.case, step="notice", state="open").exists():
            since, until = today() - timedelta(days=20), today() - timedelta(days=1)
            notice = post_change_notice(change.pk, change.trip.unit_id, since=since, until=until, places=["intranet"])
            close_change_notice(notice.pk, objections=False, proof=world.attach(change.trip, "notice_proof"))
    with people.as_("unit_head"):
        decide(item(change, "unit_approval").pk, "agree", opinion="同意变更。")
    with people.as_("designated_officer"):
        decide(item(change, "submit").pk, "done")
    return change


def through_desks(people: People, change: TripChange) -> None:
    for who, step in (
        ("desk_officer", "desk_review"),
        ("section_head", "section_review"),
        ("office_head", "head_review"),
    ):
        with people.as_(who):
            decide(item(change, step).pk, "agree", opinion="同意。")


def test_fewer_people_are_granted_by_the_office_and_nothing_moves_before(people: People) -> None:
    trip = approved(people)
    stays = str(people.city.travellers["member"].pk)
    with people.as_("designated_officer"):
        number = trip.dossier["approval"]["number"]
        change = ask_change(trip.pk, reason="工作原因不能成行", without=[stays])
        assert change.kinds == ["drop_member"]
        with pytest.raises(CannotError, match="已有一项变更"):
            ask_change(trip.pk)
    through_unit(people, change)
    before = again(people, trip)
    with people.as_("designated_officer"):
        assert before.head_count == 2
        assert len(going(before)) == 2
        assert TripMember.objects.filter(trip=trip, counts=True).count() == 2
    through_desks(people, change)
    after = again(people, trip)
    with people.as_("designated_officer"):
        change = TripChange.objects.get(pk=change.pk)
        assert (change.state, change.granted_on) == (TripChange.State.GRANTED, today())
        assert after.head_count == 1
        assert len(going(after)) == 1
        assert list(TripMember.objects.filter(trip=trip).values_list("traveller_id", flat=True)) == [
            people.city.travellers["leader"].pk
        ]
        assert after.dossier["approval"]["members"] == [str(people.city.travellers["leader"].pk)]
        assert after.dossier["approval"]["number"] == number
        assert [entry["what"] for entry in change.followed] == ["annotated", "documents"]
        assert TripVersion.objects.filter(trip=trip, of="approved").count() == 2
    with people.as_("desk_officer"):
        with pytest.raises(CannotError, match="没有办完"):
            decide(item(change, "carry_out").pk, "done")
        carry_out(change.pk, [1])
        assert Case.objects.get(subject_id=change.pk).result == "granted"


def test_another_route_is_the_leaders_to_grant_and_the_old_paper_is_void(people: People) -> None:
    trip = approved(people)
    with people.as_("designated_officer"):
        old = Paper.objects.get(case_id=trip.case_id, kind="task_approval")
        change = ask_change(trip.pk, reason="邀请方改在京都会谈")
        posted = [("/stops/0/city", ["京都"])]
        change = save_change(change.pk, posted, revision=change.revision).change
        assert change.kinds == ["reroute"]
    through_unit(people, change)
    through_desks(people, change)
    with people.as_("city_leader"):
        decide(item(change, "approve").pk, "agree", opinion="同意。")
    with people.as_("designated_officer"):
        old = Paper.objects.get(pk=old.pk)
        new = Paper.objects.exclude(pk=old.pk).get(case_id=trip.case_id, kind="task_approval")
        after = Trip.objects.get(pk=trip.pk)
        assert old.state == Paper.State.VOID
        assert new.document_number != old.document_number
        assert after.dossier["approval"]["number"] == new.document_number
        assert after.dossier["stops"][0]["city"] == "京都"
        # The notice of the change took the place of the first one.
        notice = world.notice_of(after)
        assert notice.shown["route"][0][1] == "京都"
        assert ChangeNotice.objects.filter(change=change).count() == 1


def test_a_refused_change_leaves_everything_as_it_was(people: People) -> None:
    trip = approved(people)
    before = dict(trip.dossier)
    with people.as_("designated_officer"):
        change = ask_change(trip.pk, reason="对方请求推迟")
        change = save_change(change.pk, later(change.dossier, 14), revision=change.revision).change
        assert change.kinds == ["move_dates"]
    through_unit(people, change)
    through_desks(people, change)
    with people.as_("city_leader"):
        decide(item(change, "approve").pk, "refuse", opinion="按原批准执行。")
    after = again(people, trip)
    with people.as_("designated_officer"):
        assert after.dossier == before
        assert TripChange.objects.get(pk=change.pk).state == TripChange.State.REFUSED
        assert TripVersion.objects.filter(trip=trip).count() == 1


def test_calling_the_trip_off_ends_its_case_and_voids_its_paper(people: People) -> None:
    trip = approved(people)
    with people.as_("designated_officer"):
        change = ask_change(trip.pk, reason="任务取消", cancels=True)
        assert change.kinds == ["cancel_trip"]
    through_unit(people, change)
    through_desks(people, change)
    after = again(people, trip)
    with people.as_("designated_officer"):
        assert after.state == Trip.State.WITHDRAWN
        assert after.case is not None
        assert after.case.result == "cancelled"
        assert not TripMember.objects.filter(trip=trip, counts=True).exists()
        assert Paper.objects.get(case_id=trip.case_id, kind="task_approval").state == Paper.State.VOID


def test_what_was_approved_above_is_changed_above(people: People) -> None:
    trip = approved(people, grant=False)
    with people.as_("designated_officer"):
        change = ask_change(trip.pk, reason="会期延长")
        dossier = change.dossier
        back = (date.fromisoformat(dossier["return"]) - timedelta(days=1)).isoformat()
        posted = [("/return", [back]), ("/stops/0/leave", [back]), ("/stops/0/city", ["神户"])]
        change = save_change(change.pk, posted, revision=change.revision).change
        assert change.kinds == ["shorten_stay", "reroute"]
    through_unit(people, change)
    through_desks(people, change)
    with people.as_("desk_officer"):
        decide(item(change, "report_upward").pk, "done")
        scan = world.attach(trip, "outside_approval")
        with pytest.raises(CannotError, match="文号"):
            record_outside_change(change.pk, number=" ", dated=today(), by="省外办", scan=scan)
        record_outside_change(change.pk, number="鲁外批〔2027〕99 号", dated=today(), by="省外办", scan=scan)
    after = again(people, trip)
    with people.as_("designated_officer"):
        change = TripChange.objects.get(pk=change.pk)
        assert (change.state, change.document_number) == (TripChange.State.GRANTED, "鲁外批〔2027〕99 号")
        assert after.dossier["approval"]["return"] == back


def test_a_change_that_breaks_a_rule_is_stopped_at_the_desk_and_untouched_rules_stay_pinned(people: People) -> None:
    trip = approved(people)
    with people.as_("designated_officer"):
        change = ask_change(trip.pk, reason="顺访")
        back = (date.fromisoformat(change.dossier["return"]) + timedelta(days=6)).isoformat()
        change = save_change(
            change.pk, [("/return", [back]), ("/stops/0/leave", [back])], revision=change.revision
        ).change
        assert change.kinds == ["extend_stay"]
        judged = judge_change(change)
        fresh = {finding.rule for finding in judged.fresh}
        assert "days_by_country_count" in fresh
        pinned = {finding.rule for finding in judged.pinned}
        assert "invitation_translation" not in fresh
        assert fresh.isdisjoint(pinned)
    through_unit(people, change)
    with people.as_("desk_officer"), pytest.raises(CannotError, match="在外"):
        decide(item(change, "desk_review").pk, "agree")


def test_a_call_from_abroad_is_written_down_by_the_desk_and_goes_on_in_the_unit(people: People) -> None:
    trip = approved(people)
    with people.as_("desk_officer"):
        with pytest.raises(CannotError, match="来电由接听岗位登记"):
            ask_change(trip.pk, reason="航班取消")
        with pytest.raises(CannotError, match="原话"):
            ask_change(trip.pk, called_by="团长")
        change = ask_change(trip.pk, called_by="团长", said="航班取消，须推迟一天返回。", reason="航班取消")
    with people.as_("outsider"), pytest.raises(Trip.DoesNotExist):
        ask_change(trip.pk, reason="不相干")
    with people.as_("designated_officer"):
        assert TripChange.objects.get(trip=trip).said == "航班取消，须推迟一天返回。"
        with pytest.raises(CannotError, match="没有要变更的"):
            start_change(change.pk)
        dropped = drop_change(change.pk, reason="已改签，按期返回")
        assert dropped.state == TripChange.State.WITHDRAWN


def test_nothing_is_asked_before_the_approval(people: People) -> None:
    trip = world.draft(people)
    with people.as_("designated_officer"), pytest.raises(CannotError, match="还没有批准"):
        ask_change(trip.pk, reason="改期")


BASE: dict[str, Any] = {
    "depart": "2027-03-01",
    "return": "2027-03-05",
    "members": [{"id": "a"}, {"id": "b"}],
    "stops": [{"country": "JP", "city": "大阪", "arrive": "2027-03-01", "leave": "2027-03-05"}],
}


@pytest.mark.parametrize(
    ("new", "kinds"),
    [
        ({}, ()),
        ({"members": [{"id": "a"}]}, ("drop_member",)),
        ({"members": [{"id": "a"}, {"id": "c"}]}, ("swap_member",)),
        ({"members": [{"id": "c"}]}, ("drop_member", "swap_member")),
        ({"members": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}, ("add_member",)),
        ({"depart": "2027-03-08", "return": "2027-03-12"}, ("move_dates",)),
        ({"return": "2027-03-07"}, ("extend_stay",)),
        ({"return": "2027-03-04"}, ("shorten_stay",)),
        ({"depart": "2027-03-02", "return": "2027-03-08"}, ("move_dates", "extend_stay")),
        ({"stops": [{"country": "JP", "city": "京都", "arrive": "2027-03-01", "leave": "2027-03-05"}]}, ("reroute",)),
        ({"stops": [{"country": "JP", "city": "大阪", "arrive": "2027-03-02", "leave": "2027-03-05"}]}, ("other",)),
        ({"purpose": "谈合作"}, ("other",)),
        ({"members": []}, ("cancel_trip",)),
        ({"approval": {"number": "1"}, "after": {"left": "2027-03-01"}}, ()),
    ],
)
def test_the_kind_is_read_off_the_difference(new: dict[str, Any], kinds: tuple[str, ...]) -> None:
    assert difference(BASE, {**BASE, **new}).kinds == kinds


def test_after_the_approval_the_trip_is_called_off_by_a_change_alone(people: People) -> None:
    trip = approved(people)
    assert trip.case_id is not None
    with people.as_("designated_officer"), pytest.raises(CannotError, match="变更”页"):
        cancel_case(trip.case_id, reason="任务取消")


def test_what_a_granted_change_touched_is_judged_by_its_day_and_the_rest_by_the_trips_own(people: People) -> None:
    with pytest.MonkeyPatch.context() as patch:
        real = Clock.today
        patch.setattr(Clock, "today", lambda self: real(self) - timedelta(days=30))
        trip = approved(people)
        first = today()
    with people.as_("designated_officer"):
        change = ask_change(trip.pk, reason="会期缩短")
        back = (date.fromisoformat(change.dossier["return"]) - timedelta(days=1)).isoformat()
        posted = [("/return", [back]), ("/stops/0/leave", [back])]
        change = save_change(change.pk, posted, revision=change.revision).change
    through_desks(people, through_unit(people, change))
    with people.as_("designated_officer"):
        trip = Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
        assert trip.dossier["return"] == back
        judged = check(trip, "approve")
        touched = difference_of(change).paths
        days = {finding.rule: finding.law_day for finding in judged.all_findings}
        assert days["days_by_country_count"] == today()
        pinned = [finding for finding in judged.all_findings if finding.law_day == first]
        assert pinned
        assert not [finding.rule for finding in pinned if reads(finding, touched)]
