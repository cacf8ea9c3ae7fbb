"""Two submissions for the last place, on real threads and real commits: exactly one gets it, and the sums stay true."""

import uuid
from collections.abc import Callable

import pytest
from django.db.models import Sum
from tests.concurrency.test_casework import together

from waiban.core.access.principals import acting_as
from waiban.core.casework.errors import CannotError
from waiban.core.people.personas import People, build_people
from waiban.domains.outbound import plans
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.models import PlanItem, Quota, QuotaEntry, Trip
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.tests.test_year_plans import dossier, in_force, proposed, row, year
from waiban.site import postgres

pytestmark = pytest.mark.real_database


@pytest.fixture
def house(real_database: postgres.Server) -> People:
    people = build_people()
    world.ready(people)
    return people


def at_the_door(people: People, number: int, *, planned: bool = True) -> Trip:
    """A trip that only waits to be handed to the office."""
    off = {} if planned else {"in_annual_plan": False, "reason_outside_plan": "外方临时邀请"}
    trip = world.through_unit(people, world.draft(people, dossier(people, number, **off)))
    with people.as_("designated_officer"):
        world.attach(trip, "request", f"商请〔2027〕{number} 号")
    return trip


def submitting(people: People, trip: Trip) -> Callable[[], object]:
    principal = people.principal("designated_officer")

    def run(pk: uuid.UUID = trip.pk) -> object:
        with acting_as(principal):
            return submit_trip(pk)

    return run


def booking(people: People, trip: Trip) -> Callable[[], object]:
    principal = people.principal("designated_officer")

    def run() -> object:
        with acting_as(principal):
            plans.reserve(trip)
            return trip

    return run


def test_of_submissions_for_the_last_place_exactly_one_gets_it(house: People) -> None:
    proposed(house, *(row(f"第 {n} 团") for n in range(1, 5)))
    in_force(house, ("unit", "", 1, 20))
    trips = [at_the_door(house, number) for number in range(1, 5)]
    answers = together(*(submitting(house, trip) for trip in trips))
    won = [answer for answer in answers if isinstance(answer, Trip)]
    lost = [answer for answer in answers if isinstance(answer, CannotError)]
    assert (len(won), len(lost)) == (1, 3), answers
    with house.as_system():
        quota = Quota.objects.get(year=year())
        assert (quota.groups_allotted, quota.groups_reserved, quota.groups_used) == (1, 1, 0)
        taken = QuotaEntry.objects.filter(kind="reserved").aggregate(groups=Sum("groups"))["groups"]
        assert (taken, QuotaEntry.objects.get(kind="reserved").trip_id) == (1, won[0].pk)
        states = set(Trip.objects.exclude(pk=won[0].pk).values_list("state", flat=True))
        assert states == {Trip.State.IN_UNIT}  # the losers stand where they stood


def test_of_bookings_that_meet_after_the_check_exactly_one_gets_it(house: People) -> None:
    """Without the gate before it: the lock on the quota row alone decides, and the constraint stands behind it."""
    proposed(house, row(), row("第 2 团"))
    in_force(house, ("unit", "", 1, 20))
    for _round in range(5):
        trips = [world.draft(house, dossier(house, number)) for number in (1, 2)]
        answers = together(*(booking(house, trip) for trip in trips))
        won = [answer for answer in answers if isinstance(answer, Trip)]
        assert len(won) == 1, answers
        assert sum(isinstance(answer, CannotError) for answer in answers) == 1, answers
        with house.as_("designated_officer"):
            plans.free(won[0])
    with house.as_system():
        quota = Quota.objects.get(year=year())
        assert (quota.groups_reserved, quota.people_reserved) == (0, 0)


def test_of_two_trips_that_name_one_item_exactly_one_gets_it(house: People) -> None:
    proposed(house)
    in_force(house, ("unit", "", 4, 20))
    trips = [world.draft(house, dossier(house)) for _n in range(3)]
    answers = together(*(booking(house, trip) for trip in trips))
    won = [answer for answer in answers if isinstance(answer, Trip)]
    assert len(won) == 1, answers
    with house.as_system():
        assert PlanItem.objects.get(plan__state="approved", number=1).trip_id == won[0].pk
        assert Quota.objects.get(year=year()).groups_reserved == 1  # the others' places went back with their act
