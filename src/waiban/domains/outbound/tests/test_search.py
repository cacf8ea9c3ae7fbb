"""Trips are found by their words and by who travels, and by nobody who may not see them."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client

from waiban.core.access.keys import readers
from waiban.core.people.actions.erase_traveller import erase_traveller
from waiban.core.people.actions.save_traveller import save_traveller
from waiban.core.people.actions.save_unit import save_unit
from waiban.core.people.personas import People
from waiban.core.search.queries import ids
from waiban.domains.outbound import queries, searching
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def rows(client: Client, asked: str, page: str = "/trips/") -> str:
    answer = client.get(page, {"q": asked})
    assert answer.status_code == 200
    return answer.content.decode().partition("<tbody>")[2]


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    return world.submitted(people, world.draft(people))


@pytest.mark.parametrize("page", ["/trips/", "/search"])
def test_found_by_title_number_unit_inviter_place_and_name(people: People, trip: Trip, page: str) -> None:
    client = people.client("desk_officer")
    with people.as_("desk_officer"):
        inviter = trip.inviters[0]
        name = people.city.travellers["leader"].name
        unit = trip.unit.name
    number = f"{trip.year}-{trip.number:04d}"
    for asked in ("经贸洽谈", "贸", "日本", "商请[2027]3号", number, number.replace("-", ""), f"〔{trip.year}〕{trip.number}", unit[1:4],
                  inviter[2:6], name, name[0], f"经贸 {unit[:3]}"):  # fmt: skip
        assert "赴日本经贸洽谈" in rows(client, asked, page), asked
    for asked in ("经贸谈", "冰岛", "2031-0001", name + name, "贸经"):
        assert "赴日本经贸洽谈" not in rows(client, asked, page), asked


@pytest.mark.parametrize("who", ["outsider", "outside_office"])
@pytest.mark.parametrize("page", ["/trips/", "/search"])
def test_nobody_finds_what_they_do_not_see(people: People, trip: Trip, who: str, page: str) -> None:
    client = people.client(who)
    with people.as_("desk_officer"):
        name = people.city.travellers["leader"].name
    for asked in ("经贸洽谈", name, f"{trip.year}-{trip.number:04d}"):
        assert "赴日本经贸洽谈" not in rows(client, asked, page)
        assert f">{name}<" not in rows(client, asked, page)


def test_a_name_finds_nothing_for_one_who_sees_the_trip_and_not_the_traveller(people: People, trip: Trip) -> None:
    with people.as_system():
        traveller = people.city.travellers["leader"]
        name = traveller.name
        type(traveller).objects.filter(pk=traveller.pk).update(readers=readers(people.office.pk))
    with people.as_("desk_officer"):
        assert searching.matching("经贸").all(10) == [trip.pk]
        assert searching.matching(name).all(10) == []
        assert searching.matching(name).some([trip.pk]) == set()


def test_the_table_is_closed_and_the_functions_answer_with_ids_of_seen_rows_alone(people: People, trip: Trip) -> None:
    for statement in (
        "SELECT * FROM search_entry",
        "DELETE FROM search_entry",
        "UPDATE search_entry SET readers = '{1}'",
    ):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, people.as_("office_head"), connection.cursor() as cursor:
            cursor.execute(statement)
    with people.as_("outsider"), connection.cursor() as cursor:
        cursor.execute("SELECT search_keep('trip', ARRAY[%s]::uuid[], ARRAY['{1}'], ARRAY['x'])", [trip.pk])
        cursor.execute("SELECT search_drop(ARRAY[%s]::uuid[])", [trip.pk])
        assert ids("trip", "经贸") == []
    with people.as_("desk_officer"):
        assert ids("trip", "经贸") == [trip.pk]


def test_what_is_found_follows_what_is_saved(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        draft = world.draft(people)
        write(locked(draft.pk), {**draft.dossier, "title": "赴冰岛地热考察"})
        assert ids("trip", "冰岛地热") == [draft.pk]
        assert draft.pk not in ids("trip", "经贸洽谈")
    with people.as_("desk_officer"):
        assert ids("trip", "冰岛地热") == [], "a draft is its unit's"
    with people.as_("designated_officer"):
        Trip.objects.get(pk=draft.pk).delete()
        assert ids("trip", "冰岛地热") == []


def test_a_unit_that_is_renamed_is_found_by_its_new_name_with_its_drafts(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        draft = world.draft(people)
    unit = people.city.units["unit"]
    with people.as_("office_head"):
        save_unit(unit.pk, name="市投资合作局", short_name="市投合局", kind=unit.kind, parent=unit.parent)
    with people.as_("designated_officer"):
        assert set(ids("trip", "投资合作局")) == {trip.pk, draft.pk}
        assert ids("trip", unit.name) == []


def test_an_erased_person_is_found_no_more(people: People) -> None:
    unit = people.city.units["unit"]
    facts = next(plan.facts for plan in people.city_plan.travellers) if hasattr(people, "city_plan") else _facts()
    with people.as_("designated_officer"):
        person = save_traveller(unit, name="欧阳晓星", facts=facts, since=date(2026, 1, 1))
        assert ids("traveller", "阳晓") == [person.pk]
        erase_traveller(person.pk, reason="本人要求")
        assert ids("traveller", "阳晓") == []


def _facts() -> Any:
    from waiban.core.people.personas import CAST

    return CAST.travellers[0].facts


def test_what_was_kept_is_what_a_rebuild_writes(people: People, trip: Trip, capsys: pytest.CaptureFixture[str]) -> None:
    world.through_office(people, world.submitted(people, world.draft(people)))
    world.draft(people)
    call_command("rebuild_search", "--check")
    with people.as_system():
        Trip.objects.filter(pk=trip.pk).update(title="赴冰岛地热考察")
    with pytest.raises(SystemExit):
        call_command("rebuild_search", "--check")
    call_command("rebuild_search")
    call_command("rebuild_search", "--check")
    assert "0 of the entries differed" in capsys.readouterr().out.splitlines()[-1]
    with people.as_("desk_officer"):
        assert ids("trip", "冰岛地热") == [trip.pk]


def test_readers_follow_the_case(people: People) -> None:
    """The office finds a trip from the day on which it reaches the office, without anybody writing the entry."""
    world.ready(people)
    started = world.started(people) if hasattr(world, "started") else None
    trip = started or world.draft(people)
    with people.as_("desk_officer"):
        assert ids("trip", "经贸") == []
    submitted = world.submitted(people, trip)
    with people.as_("desk_officer"):
        assert ids("trip", "经贸") == [submitted.pk]


@pytest.mark.parametrize("enough", [1000, 2])
@pytest.mark.parametrize("look", [1, 400])
def test_a_list_cut_to_a_word_is_the_same_whichever_way_it_is_found(
    people: People, monkeypatch: pytest.MonkeyPatch, enough: int, look: int
) -> None:
    from waiban.core.search import queries as search

    monkeypatch.setattr(search, "ENOUGH", enough)
    with people.as_("designated_officer"):
        trips = [world.draft(people) for _n in range(5)]
        for trip in trips[:3]:
            write(locked(trip.pk), {**trip.dossier, "title": "赴冰岛地热考察"})
        found = Trip.objects.order_by("year", "number").values_list("pk", "title")
        cut = search.narrowed(found, searching.matching("冰岛"), 26, look)
        assert [pk for pk, _title in cut[:26]] == [trip.pk for trip in trips[:3]]
        assert queries.totals(queries.TripFilter(text="冰岛"), exact=True).trips == 3
