"""After the trip: what was otherwise than approved, the report's core, and promises up to another post's word."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import WorkItem
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.explain_deviation import explain_deviation, judge_deviation
from waiban.domains.outbound.actions.file_report import ORIGIN, file_report
from waiban.domains.outbound.actions.record_return import correct_return, record_return
from waiban.domains.outbound.actions.save_report import save_report
from waiban.domains.outbound.models import Deviation, Trip, TripMember, TripReport, TripVersion
from waiban.domains.outbound.returning import Place
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.tests.test_changes import again, approved
from waiban.domains.outbound.versions import actual_value, approved_value
from waiban.domains.partners import api as partners
from waiban.domains.partners.models import Promise

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def away(people: People) -> Trip:
    """Approved, and on its way: as if the wanted days had come."""
    trip = approved(people)
    for who in ("personnel_body", "unit_personnel"):
        with people.as_(who):
            for item in WorkItem.objects.filter(
                case=trip.case_id, step="personnel_filing", state="open", post=people.city.posts[who]
            ):
                decide(item.pk, "agree", opinion="已备案。")
    with people.as_("desk_officer"):
        for step in ("issue_permit", "travel_papers", "depart"):
            decide(world.open_item(trip, step).pk, "done")
    return again(people, trip)


def days_of(people: People, trip: Trip) -> tuple[date, date]:
    with people.as_("designated_officer"):
        value = approved_value(trip)
    assert value is not None
    assert value.depart is not None
    assert value.return_ is not None
    return value.depart, value.return_


@pytest.fixture
def gone(people: People, monkeypatch: pytest.MonkeyPatch) -> Trip:
    """A trip that was approved ninety days ago and is over by now."""
    from waiban.kernel.clock import Clock

    trip = away(people)
    real = Clock.today
    monkeypatch.setattr(Clock, "today", lambda self: real(self) + timedelta(days=90))
    return trip


@pytest.fixture
def home(people: People, gone: Trip) -> Trip:
    left, back = days_of(people, gone)
    with people.as_("designated_officer"):
        return record_return(gone.pk, left=left, came_back=back)


class TestReturn:
    def test_as_approved_leaves_no_deviation(self, people: People, gone: Trip) -> None:
        trip = gone
        left, back = days_of(people, trip)
        with people.as_("designated_officer"):
            trip = record_return(trip.pk, left=left, came_back=back)
            assert trip.state == Trip.State.RETURNED
            assert not Deviation.objects.filter(trip=trip).exists()
            actual = actual_value(trip)
            assert actual is not None
            assert (actual.depart, actual.return_) == (left, back)

    def test_what_was_otherwise_is_never_approved_and_holds_the_case_until_it_is_judged(
        self, people: People, gone: Trip
    ) -> None:
        trip = gone
        left, back = days_of(people, trip)
        leader, member = (str(people.city.travellers[who].pk) for who in ("leader", "member"))
        with people.as_("designated_officer"):
            with pytest.raises(CannotError, match="只能勾选已批准的人员"):
                record_return(trip.pk, left=left, came_back=back, members=["nobody"])
            trip = record_return(
                trip.pk,
                left=left,
                came_back=back + timedelta(days=1),
                places=[Place("JP", "大阪"), Place("JP", "京都")],
                members=[leader],
            )
            rows = {row.kind: row for row in Deviation.objects.filter(trip=trip)}
            assert set(rows) == {"drop_member", "extend_stay", "reroute"}
            assert trip.dossier["after"]["members"] == [leader]
            # The approved version says what it said.
            value = approved_value(trip)
            assert value is not None
            assert {one.id for one in value.members or []} == {leader, member}
            assert TripVersion.objects.filter(trip=trip, of="approved").count() == 1
            assert not TripMember.objects.get(trip=trip, traveller_id=member).counts
            with pytest.raises(CannotError, match="不可抗力须附证明"):
                explain_deviation(rows["extend_stay"].pk, explanation="台风停航", force_majeure=True)
            proof = world.attach(trip, "other")
            explain_deviation(rows["extend_stay"].pk, explanation="台风停航", force_majeure=True, proof=proof)
            save_report(trip.pk, CORE, actual_total="20690", no_promises=True)
            world.attach(trip, "report")
            with pytest.raises(CannotError, match="没有说明情况"):
                file_report(trip.pk)
            for kind in ("drop_member", "reroute"):
                explain_deviation(rows[kind].pk, explanation="临时安排", force_majeure=False)
        with people.as_("desk_officer"):
            with pytest.raises(CannotError, match="只有不可抗力并附证明的"):
                judge_deviation(rows["reroute"].pk, cleared=True)
            assert judge_deviation(rows["extend_stay"].pk, cleared=True).verdict == "cleared"
        with people.as_("designated_officer"):
            trip = file_report(trip.pk)
        with people.as_("desk_officer"):
            with pytest.raises(CannotError, match="没有核定"):
                decide(world.open_item(trip, "close").pk, "done")
            for kind in ("drop_member", "reroute"):
                judge_deviation(rows[kind].pk, cleared=False, reason="未报批")
            decide(world.open_item(trip, "close").pk, "done")
            assert Trip.objects.get(pk=trip.pk).dossier["after"]["changes"][0]["what"] == "extend_stay"

    def test_a_return_entered_wrongly_is_entered_again(self, people: People, gone: Trip) -> None:
        trip = gone
        left, back = days_of(people, trip)
        with people.as_("designated_officer"):
            trip = record_return(trip.pk, left=left, came_back=back + timedelta(days=2))
            assert Deviation.objects.filter(trip=trip, replaced=False).count() == 1
            trip = correct_return(trip.pk, left=left, came_back=back)
            assert not Deviation.objects.filter(trip=trip, replaced=False).exists()
            assert TripVersion.objects.filter(trip=trip, of="actual").count() == 2


CORE = {"done": "签供货备忘录 1 份。", "learned": "对方的质检流程。", "next_steps": "", "money": ""}


class TestReport:
    def test_the_core_is_required_part_by_part(self, people: People, home: Trip) -> None:
        trip = home
        with people.as_("designated_officer"):
            world.attach(trip, "report")
            with pytest.raises(CannotError, match="任务完成情况"):
                file_report(trip.pk)
            save_report(trip.pk, {"done": CORE["done"]})
            with pytest.raises(CannotError, match="所得所学"):
                file_report(trip.pk)
            save_report(trip.pk, CORE)
            with pytest.raises(CannotError, match="实际经费"):
                file_report(trip.pk)
            save_report(trip.pk, CORE, actual_total="¥20,690.00")
            with pytest.raises(CannotError, match="没有承诺"):
                file_report(trip.pk)
            with pytest.raises(CannotError, match="到期日"):
                save_report(trip.pk, CORE, promised=[{"what": "寄样品", "counterpart": "某会", "due": "明年"}])

    def test_a_promise_is_the_owners_to_see_and_another_posts_to_confirm(self, people: People, home: Trip) -> None:
        trip = home
        elsewhere = people.city.posts["outsider"]
        with people.as_("designated_officer"):
            world.attach(trip, "report")
            due = today() + timedelta(days=30)
            save_report(
                trip.pk,
                CORE,
                actual_total="20690",
                promised=[
                    {"by": "ours", "counterpart": "大阪湾岸产业振兴会", "what": "寄样品", "due": due.isoformat(),
                     "owner_post": str(elsewhere.pk)},
                    {"by": "theirs", "counterpart": "大阪湾岸产业振兴会", "what": "派 2 人回访"},
                    {"by": "ours", "counterpart": "", "what": ""},
                ],
            )  # fmt: skip
            trip = file_report(trip.pk, published_on=today())
            report = TripReport.objects.get(trip=trip)
            assert report.actual_total_cny == Decimal("20690.00")
            assert len(partners.promises_of(ORIGIN, [report.pk])) == 1  # the other is another unit's
        with people.as_("outsider"):
            assert not Trip.objects.exists()
            (ours,) = Promise.objects.all()
            assert ours.what == "寄样品"
        with people.as_("desk_officer"):
            both = partners.promises_of(ORIGIN, [report.pk])
            assert [one.by for one in both] == ["我方承诺", "对方承诺"]
