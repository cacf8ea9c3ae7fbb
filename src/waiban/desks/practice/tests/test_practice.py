"""A practice area: the same people at the same posts, nothing mixes, nothing leaves, and it can be emptied."""

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from waiban.core.access.principals import acting_as
from waiban.core.audit.models import Event
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.models import Case, Decision, ProcessRelease
from waiban.core.notify.deliver import Address, deliver_due
from waiban.core.notify.models import Outgoing
from waiban.core.offices.models import Office
from waiban.core.papers.models import NumberSeries, Paper
from waiban.core.people.actions.save_traveller import save_traveller
from waiban.core.people.models import Post, Traveller, Unit
from waiban.core.people.personas import City, People
from waiban.core.people.principals import principal_of, system
from waiban.desks.practice.acts import open_practice
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def area(people: People) -> People:
    """The same cast, at their posts in the practice area, with two people who may travel."""
    world.ready(people)
    with people.as_("office_head"):
        office = open_practice(people.office).office
    city = City(office)
    with acting_as(system(office.pk, "test")):
        for code, unit in people.city.units.items():
            name = f"{unit.name}（练习）" if unit.is_office else unit.name
            city.units[code] = Unit.objects.get(office=office, name=name)
        for code, post in people.city.posts.items():
            unit = next(key for key, own in people.city.units.items() if own.pk == post.unit_id)
            city.posts[code] = Post.objects.get(unit=city.units[unit], name=post.name)
            city.accounts[code] = people.city.accounts[code]
        from waiban.core.people.personas import CAST

        for plan in CAST.travellers:
            city.travellers[plan.code] = save_traveller(
                city.units[plan.unit], name=plan.name, facts=plan.facts, since=plan.since
            )
    return People(city, people.neighbour)


def walked(area: People) -> Trip:
    trip = world.through_office(area, world.submitted(area, world.draft(area)))
    with area.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    return trip


def test_what_is_done_there_is_seen_there_alone(people: People, area: People) -> None:
    trip = walked(area)
    for who in people.city.posts:
        with people.as_(who):
            assert not Trip.objects.filter(pk=trip.pk).exists(), who
            assert not Case.objects.exists()
    real = world.submitted(people, world.draft(people))
    for who in area.city.posts:
        with area.as_(who) as principal:
            assert principal.practising
            assert not Trip.objects.filter(pk=real.pk).exists(), who
    with people.as_("desk_officer"):
        assert Trip.objects.filter(pk=real.pk).exists()


def test_its_papers_and_numbers_are_its_own(people: People, area: People) -> None:
    trip = walked(area)
    with area.as_("desk_officer"):
        paper = Paper.objects.get(case_id=trip.case_id, kind="task_approval")
        assert (paper.serial, paper.document_number.startswith("练")) == (1, True)
    with people.as_("office_head"):
        assert not NumberSeries.objects.filter(office=people.office).exists()


def test_nothing_leaves_it(people: People, area: People) -> None:
    walked(area)
    with acting_as(system(area.office.pk, "test")):
        assert Outgoing.objects.exists()
        Outgoing.objects.update(due_at=timezone.now())
    deliver_due(lambda _post: [Address("somebody@example.org")])
    assert [letter for letter in mail.outbox if "赴日本" in letter.body] == []
    with acting_as(system(area.office.pk, "test")):
        assert set(Outgoing.objects.values_list("state", flat=True)) == {Outgoing.State.WITHHELD}
    page = people.client("office_head").get(reverse("practice:practice")).content.decode()
    assert "本来会发出的通知" in page
    assert "赴日本经贸洽谈" in page


def test_one_goes_over_and_back_by_a_switch(people: People, area: People) -> None:
    client = people.client("desk_officer")
    page = client.get("/").content.decode()
    assert "进入练习区" in page
    assert 'class="note note-warn practice"' not in page
    client.post(reverse("people:choose_post"), {"post": str(area.city.posts["desk_officer"].pk), "next": "/"})
    page = client.get("/").content.decode()
    assert "离开练习区" in page
    assert "不发通知，不进统计" in page
    client.post(reverse("people:choose_post"), {"post": str(people.city.posts["desk_officer"].pk), "next": "/"})
    assert "进入练习区" in client.get("/").content.decode()


def test_without_a_choice_one_is_at_the_real_post(people: People, area: People) -> None:
    assert area.office.practice
    assert not principal_of(people.city.accounts["desk_officer"].pk).practising


def test_emptied_it_holds_no_case_and_the_real_office_everything(people: People, area: People) -> None:
    walked(area)
    real = walked(people)
    with acting_as(system(area.office.pk, "test")):
        assert Decision.objects.exists()
    client = people.client("office_head")
    assert client.post(reverse("practice:empty")).status_code == 302
    with acting_as(system(area.office.pk, "test")):
        for model in (Trip, Case, Decision, Paper, NumberSeries, Traveller, Outgoing):
            assert not model.objects.exists(), model
        assert Post.objects.count() == len(people.city.posts)
        assert ProcessRelease.objects.exists()
    with people.as_("desk_officer"):
        assert Trip.objects.filter(pk=real.pk).exists()
        assert Decision.objects.filter(case=real.case_id).exists()
        assert Paper.objects.filter(case_id=real.case_id).exists()
    with people.as_("auditor"):
        assert Event.objects.filter(name="practice.empty").count() == 1
    with area.as_("auditor"):
        assert Event.objects.filter(office_id=area.office.pk).exists()  # the register stays
    fresh = walked(_again(area))
    with area.as_("desk_officer"):
        assert Paper.objects.get(case_id=fresh.case_id, kind="task_approval").serial == 1


def _again(area: People) -> People:
    from waiban.core.people.personas import CAST

    with acting_as(system(area.office.pk, "test")):
        for plan in CAST.travellers:
            area.city.travellers[plan.code] = save_traveller(
                area.city.units[plan.unit], name=plan.name, facts=plan.facts, since=plan.since
            )
    return area


@pytest.mark.parametrize("who", ["desk_officer", "designated_officer", "city_leader"])
def test_only_the_head_opens_and_empties(people: People, who: str) -> None:
    client = people.client(who)
    assert client.post(reverse("practice:open")).status_code == 403
    assert client.post(reverse("practice:empty")).status_code == 403
    assert not Office.objects.filter(practice=True).exists()


def test_a_second_time_adds_nothing(people: People, area: People) -> None:
    assert area.office.practice
    with people.as_("office_head"):
        again = open_practice(people.office)
    assert (again.units, again.posts, again.holders) == (0, 0, 0)


def test_the_database_empties_no_real_office(people: People, area: People) -> None:
    """Even asked by the platform, with a real office's id, or with its own keys alone."""
    trip = world.submitted(people, world.draft(people))
    assert area.office.practice
    with pytest.raises(Exception, match="practice"), people.as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT offices_empty_practice(%s, %s)", [people.office.pk, ["outbound_trip"]])
    with pytest.raises(Exception, match="platform"), people.as_("office_head"), connection.cursor() as cursor:
        cursor.execute("SELECT offices_empty_practice(%s, %s)", [area.office.pk, ["outbound_trip"]])
    with people.as_("desk_officer"):
        assert Trip.objects.filter(pk=trip.pk).exists()
