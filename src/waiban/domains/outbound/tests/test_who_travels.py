"""A body outside unit and office that files its people sees who they are, and finds what everybody finds."""

import pytest

from waiban.core.people.models import Traveller
from waiban.core.people.personas import People
from waiban.domains.outbound.check import check
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def test_the_personnel_body_sees_whom_it_files(people: People) -> None:
    world.ready(people)
    trip = world.through_unit(people, world.draft(people))
    leader = people.city.travellers["leader"].pk
    with people.as_("personnel_body"):
        assert Traveller.objects.get(pk=leader).name == "程知远"
    with people.as_("outsider"):
        assert not Traveller.objects.filter(pk=leader).exists()
    answers = {}
    for who in ("designated_officer", "personnel_body", "desk_officer"):
        with people.as_(who):
            if (row := Trip.objects.filter(pk=trip.pk).first()) is not None:
                answers[who] = {f.rule: f.answer for f in check(row, "submit").all_findings}
    assert answers["personnel_body"] == answers["designated_officer"]
