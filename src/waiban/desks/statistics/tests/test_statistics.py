"""A year in figures: each opens its rows, what isn't stated is left out, and nobody counts what isn't theirs to see."""

import re
from datetime import date

import pytest

from waiban.core.casework.actions.decide import decide
from waiban.core.papers.tests.reading import docx_lines
from waiban.core.people.personas import People
from waiban.domains.outbound import api
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def year(people: People) -> int:
    """One approved, one refused."""
    world.ready(people)
    for outcome in ("agree", "refuse"):
        trip = world.through_office(people, world.submitted(people, world.draft(people)))
        with people.as_("city_leader"):
            decide(world.open_item(trip, "approve").pk, outcome, opinion="行程可在国内完成。")
    return int(world.monday_after(70).year)


def figures(people: People, who: str, year: int) -> api.YearFigures:
    with people.as_(who):
        return api.year_figures(people.office, year)


def test_groups_people_days_and_cost_a_person_and_day(people: People, year: int) -> None:
    found = figures(people, "office_head", year)
    assert (found.total.groups, found.total.people, found.total.days) == (1, 2, 5)
    assert str(found.total.cny) == "20690.00"
    assert str(found.total.cny_a_day) == "2069.00"
    assert [row.name for row in found.by_place] == ["日本"]
    assert [row.name for row in found.by_rank] == ["县处级正职"]
    assert (found.refused, found.asked) == (1, 2)
    assert found.reasons == ("行程可在国内完成。",)
    assert figures(people, "office_head", year + 3).total.groups == 0


def test_what_has_no_budget_is_left_out_of_the_cost_on_both_sides(people: People, year: int) -> None:
    with people.as_system():
        Trip.objects.filter(state=Trip.State.APPROVED).update(total_cny=None)
    found = figures(people, "office_head", year)
    assert (found.total.groups, found.total.cny, found.total.cny_a_day) == (1, None, None)


def test_another_unit_and_another_office_count_their_own(people: People, year: int) -> None:
    assert figures(people, "outsider", year).total.groups == 0
    assert figures(people, "outside_office", year).total.groups == 0


def test_every_number_opens_its_rows(people: People, year: int) -> None:
    head = people.client("office_head")
    page = head.get("/statistics/", {"year": year}).content.decode()
    links = re.findall(r'href="(/trips/\?[^"]+)"', page)
    assert len(links) >= 6
    for link in links:
        rows = head.get(link.replace("&amp;", "&")).content.decode()
        assert "赴日本经贸洽谈" in rows, link
    assert "按团长级别" in page


def test_the_yearly_statement_as_spreadsheet_and_paper(people: People, year: int) -> None:
    head = people.client("office_head")
    assert head.get("/statistics/statement.xlsx", {"year": year}).content[:2] == b"PK"
    lines = "\n".join(docx_lines(head.get("/statistics/statement.docx", {"year": year}).content))
    assert "日本\t1\t2\t5" in lines
    assert "审批2，不同意1" in lines


def test_a_year_without_trips_says_so(people: People) -> None:
    world.ready(people)
    assert (
        "这一年没有已批准的团组" in people.client("office_head").get("/statistics/", {"year": "2003"}).content.decode()
    )


def test_a_wrong_year_shows_this_one(people: People) -> None:
    world.ready(people)
    page = people.client("office_head").get("/statistics/", {"year": "zwei"}).content.decode()
    assert f"{date.today().year} 年" in page  # noqa: DTZ011 - the page says the same
