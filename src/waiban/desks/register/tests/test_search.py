"""The auditor searches the register; nobody else gets in; the export holds what was found and leaves its trace."""

from typing import Any

import pytest
from django.db import connections

from waiban.core.access.principals import PUBLIC, acting_as
from waiban.desks.register import queries
from waiban.desks.register.views import safe_cells

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def auditor(people: Any) -> Any:
    return people.client("auditor")


def test_the_auditor_finds_who_made_the_office(auditor: Any) -> None:
    page = auditor.get("/register/")
    assert page.status_code == 200
    assert page.context["count"] > queries.PAGE
    assert len(page.context["rows"]) == queries.PAGE


def test_filters_hold_for_the_page_and_for_the_export(people: Any, auditor: Any) -> None:
    with people.as_("auditor"):
        every = list(queries.every_line(queries.Wanted()))
        names = {line.name for line in every}
    assert len(every) > queries.PAGE
    one = min(names)
    rest = [line for line in every if line.name == one]
    answer = auditor.get("/register/export/", {"name": one})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == len(rest) + 1
    assert all(f",{one}," in line for line in lines[1:])


def test_pages_go_on_where_the_last_one_ended(people: Any) -> None:
    with people.as_("auditor"):
        every = [line.id for line in queries.every_line(queries.Wanted())]
        first, after = queries.page(queries.Wanted())
        second, _ = queries.page(queries.Wanted(), after)
    assert [line.id for line in [*first, *second]] == every[: len(first) + len(second)]


def test_an_export_is_itself_in_the_register(people: Any, auditor: Any) -> None:
    b"".join(auditor.get("/register/export/", {"kind": "read"}).streaming_content)
    with acting_as(people.principal("auditor"), using="register"), connections["register"].cursor() as cursor:
        cursor.execute("SELECT data->>'kind' FROM audit_event WHERE name = 'register.export'")
        assert cursor.fetchall() == [("read",)]


def test_the_export_reads_as_the_auditor_and_nobody_acts_afterwards(auditor: Any) -> None:
    answer = auditor.get("/register/export/")
    body = b"".join(answer.streaming_content)
    assert body.count(b"\n") > queries.PAGE
    from waiban.core.access.principals import someone_acts

    assert not someone_acts()
    with acting_as(PUBLIC):
        assert list(queries.matching(queries.Wanted())) == []


@pytest.mark.parametrize("who", ["designated_officer", "desk_officer", "office_head", "outsider"])
def test_others_are_refused(people: Any, who: str) -> None:
    assert people.client(who).get("/register/").status_code == 403
    assert people.client(who).get("/register/export/").status_code == 403


@pytest.mark.parametrize("query", ["kind=none", "since=2026-13-40", "after=x"])
def test_a_filter_that_is_none_is_not_found(auditor: Any, query: str) -> None:
    assert auditor.get(f"/register/?{query}").status_code == 404


def test_a_page_costs_a_bounded_number_of_queries(auditor: Any, django_assert_max_num_queries: Any) -> None:
    auditor.get("/register/")
    with django_assert_max_num_queries(30):
        auditor.get("/register/")


def test_cells_are_no_formulas() -> None:
    assert safe_cells(["=1+1", "@x", "a=1", ""]) == ["'=1+1", "'@x", "a=1", ""]
