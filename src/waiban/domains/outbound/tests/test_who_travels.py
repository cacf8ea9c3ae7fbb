"""A body outside unit and office that files its people sees who they are, and finds what everybody finds."""

import pytest

from waiban.core.casework.actions.add_desk import add_desk
from waiban.core.casework.models import Case
from waiban.core.people.models import Traveller, Unit
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


def test_the_inspector_from_outside_sees_the_case_that_is_shown_and_no_other(people: People) -> None:
    world.ready(people)
    shown = world.submitted(people, world.draft(people))
    other = world.draft(people)
    with people.as_("inspector"):
        assert not Trip.objects.exists()
    with people.as_("desk_officer"):
        accept = world.open_item(shown, "accept")
        add_desk(accept.pk, people.city.posts["inspector"].pk, question="请阅。")
    with people.as_("inspector"):
        assert [trip.pk for trip in Trip.objects.all()] == [shown.pk]
        assert Case.objects.select_related("unit", "office", "applicant_post").get().unit.name == "澄江市商务局"
        assert set(Traveller.objects.values_list("name", flat=True)) == {"程知远", "唐一苇"}
        assert Unit.objects.count() > 1
    client = people.client("inspector")
    assert client.get("/").status_code == 200
    assert "程知远" in client.get(f"/trips/{shown.pk}/").content.decode()
    assert client.get(f"/trips/{other.pk}/").status_code == 404
