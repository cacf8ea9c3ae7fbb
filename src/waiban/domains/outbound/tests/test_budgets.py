"""How many statements each page may cost. More rows on a list cost none; a page that needs more says so here."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from waiban.core.people.personas import People
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])

SIGNED_IN = 11
"""The test's two savepoints, who acts three times, session, account and its posts; the office and its notices in the bar."""
BUDGET = {"inbox": 29, "list": 7, "case": 36, "draft": 18, "live check": 27, "decide": 41}
"""A judgement asks for earlier trips, the unit's trips, the plan's ledger, sending units, grants, what was vouched for:
one statement each. A decision shows debts, reports and earlier results beside it.
"""


def statements(ask: Callable[[], Any]) -> int:
    ask()  # caches: templates, the law, content types
    with CaptureQueriesContext(connection) as found:
        answer = ask()
    assert answer.status_code == 200, answer.content[:500].decode()
    return len(found)


def held(page: str, spent: int) -> None:
    assert spent <= SIGNED_IN + BUDGET[page], f"{page}: {spent} statements; the budget is {SIGNED_IN + BUDGET[page]}"


def submitted(people: People, count: int) -> list[Trip]:
    return [world.submitted(people, world.draft(people, numbered(people, n))) for n in range(count)]


def numbered(people: People, n: int) -> dict[str, Any]:
    """Trips that look back on one another and stay in order: another inviter and another place each."""
    return world.dossier(people) | {"title": f"赴日本经贸洽谈（{n}）"}


@pytest.mark.parametrize("who", ["desk_officer", "designated_officer", "city_leader"])
def test_lists_cost_the_same_for_one_row_and_for_four(people: People, who: str) -> None:
    world.ready(people)
    client = people.client(who)
    submitted(people, 1)
    few = {page: statements(lambda url=url: client.get(url)) for page, url in (("inbox", "/"), ("list", "/trips/"))}
    submitted(people, 3)
    many = {page: statements(lambda url=url: client.get(url)) for page, url in (("inbox", "/"), ("list", "/trips/"))}
    for page, spent in many.items():
        held(page, spent)
        assert spent <= few[page] + 1, f"{page}: {few[page]} statements for one trip, {spent} for four"


def test_a_case_and_its_decision(people: People) -> None:
    world.ready(people)
    trip = world.through_office(people, submitted(people, 1)[0])
    for who in ("desk_officer", "designated_officer", "city_leader"):
        client = people.client(who)
        held("case", statements(lambda client=client: client.get(f"/trips/{trip.pk}/")))
    leader = people.client("city_leader")
    with people.as_("city_leader"):
        item = world.open_item(trip, "approve")
    held("decide", statements(lambda: leader.get(f"/trips/items/{item.pk}/")))


def test_a_draft_and_the_check_while_typing(people: People) -> None:
    trip = world.draft(people)
    client = people.client("designated_officer")
    held("draft", statements(lambda: client.get(f"/trips/{trip.pk}/draft/")))
    held("live check", statements(lambda: typed(client, people, trip)))


def typed(client: Client, people: People, trip: Trip) -> Any:
    """The browser's answer to one changed field."""
    with people.as_("designated_officer"):
        revision = Trip.objects.values_list("revision", flat=True).get(pk=trip.pk)
    form = {"revision": revision, "/purpose": f"签 {revision} 份备忘录", "/depart": trip.dossier["depart"]}
    return client.post(f"/trips/{trip.pk}/draft/", form, HTTP_HX_REQUEST="true")
