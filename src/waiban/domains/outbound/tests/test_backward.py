"""The planner counts back in working days, with what the office's own steps took once there are enough of them."""

from datetime import timedelta

import pytest

from waiban.core.access.keys import readers
from waiban.core.casework.actions.measure_steps import measure_steps, nearest_rank
from waiban.core.casework.clocks import today
from waiban.core.casework.models import StepTime
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.people.personas import People
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound.backward import ENOUGH, OF_STEP, last_safe_day, plan_back
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    return world.draft(people)


def measured(people: People, step: str, closed: int, p50: int, p90: int) -> None:
    with people.as_system():
        StepTime.objects.create(
            office=people.office, process="trip", step=step, closed=closed, p50=p50, p90=p90, measured_on=today(),
            readers=readers(people.office.pk, staff=True),
        )  # fmt: skip


def test_every_step_has_its_last_safe_day_in_working_days(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        plan = plan_back(trip)
        assert plan is not None
        days = {step.step: step for step in plan.steps}
        calendar = work_calendar()
        assert days["depart"].finish_by == trip.depart
        assert days["travel_papers"].finish_by == calendar.add_workdays(plan.depart, -1)
        assert days["issue_permit"].finish_by == calendar.add_workdays(days["travel_papers"].finish_by, -25)
        assert days["finance_review"].finish_by == days["notice"].start_by
        # Filing runs beside: it need not end before papers are begun.
        assert days["personnel_filing"].finish_by == days["travel_papers"].start_by
        assert "report_upward" not in days
        assert "come_back" not in days
        assert last_safe_day(trip, "travel_papers") == days["travel_papers"].finish_by


def test_own_times_count_from_twenty_closed_steps_on(people: People, trip: Trip) -> None:
    measured(people, "desk_review", ENOUGH - 1, 3, 9)
    measured(people, "section_review", ENOUGH, 2, 6)
    with people.as_("designated_officer"):
        plan = plan_back(trip)
        assert plan is not None
        takes = {step.step: step.takes for step in plan.steps}
        assert (takes["desk_review"].workdays, takes["desk_review"].source) == (5, "process")
        assert (takes["section_review"].workdays, takes["section_review"].source, takes["section_review"].p50) == (
            6, "own", 2,
        )  # fmt: skip
        assert takes["finance_review"].source == "default"


def test_a_default_is_the_offices_to_set(people: People, trip: Trip) -> None:
    with people.as_("office_head"):
        set_setting(people.office, OF_STEP["unit_approval"].key, 9, reason="实际要九天")
    with people.as_("designated_officer"):
        plan = plan_back(trip)
        assert plan is not None
        assert {step.step: step.takes.workdays for step in plan.steps}["unit_approval"] == 9


def test_what_will_fail_first_is_named_with_its_days_and_nothing_is_blocked(people: People, trip: Trip) -> None:
    soon = today() + timedelta(days=20)
    with people.as_("designated_officer"):
        assert plan_back(trip).first_late is None  # type: ignore[union-attr]
        plan = plan_back(trip, wanted=soon)
        assert plan is not None
        assert plan.first_late is not None
        assert plan.first_late.step in ("start", "finance_review")
        assert plan.first_late.late_by > 0
    client = people.client("designated_officer")
    page = client.get(f"/trips/{trip.pk}/plan-back/", {"depart": soon.isoformat()}).content.decode()
    assert "先赶不上的是" in page
    assert "个工作日" in page
    assert "日期写成" in client.get(f"/trips/{trip.pk}/plan-back/", {"depart": "3月2日"}).content.decode()
    assert people.client("outsider").get(f"/trips/{trip.pk}/plan-back/").status_code == 404


def test_done_steps_keep_their_real_days(people: People, trip: Trip) -> None:
    trip = world.submitted(people, trip)
    with people.as_("designated_officer"):
        plan = plan_back(trip)
        assert plan is not None
        states = {step.step: step.state for step in plan.steps}
        assert states["finance_review"] == "done"
        assert states["accept"] == "now"
        assert states["approve"] == "to_come"


def test_the_calendar_file_names_numbers_and_steps_only(people: People, trip: Trip) -> None:
    answer = people.client("designated_officer").get(f"/trips/{trip.pk}/plan-back.ics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert text.count("BEGIN:VEVENT") >= 10
    assert f"{trip.year}-{trip.number:04d}" in text
    assert "日本" not in text
    assert "大阪" not in text
    assert trip.title not in text


def test_measured_nightly_from_closed_steps(people: People, trip: Trip) -> None:
    world.submitted(people, trip)
    with people.as_system():
        assert measure_steps() >= 4
        finance = StepTime.objects.get(step="finance_review")
        assert (finance.closed, finance.p50, finance.p90) == (1, 0, 0)
        measure_steps(today() + timedelta(days=1))
        assert StepTime.objects.filter(step="finance_review").count() == 1
    with people.as_("designated_officer"):
        assert StepTime.objects.filter(step="finance_review").exists()
    with people.as_("outside_office"):
        assert not StepTime.objects.exists()


def test_nearest_rank() -> None:
    assert [nearest_rank(range(1, 11), percent) for percent in (50, 90, 100)] == [5, 9, 10]
    assert nearest_rank([7], 90) == 7
