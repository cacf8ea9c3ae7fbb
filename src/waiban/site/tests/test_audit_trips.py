"""`waiban audit trips`: the twin and the law that runs say the same of stored trips, and a hit names its items."""

import json
from typing import Any

import pytest

from waiban.core.access.principals import acting_as
from waiban.core.casework.actions.decide import decide
from waiban.core.people.personas import People
from waiban.domains.outbound.auditing import STAGE_OF_STATE, answers_of, explain
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world
from waiban.site.register import main, offices_named

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def trips(people: People) -> dict[str, Trip]:
    """An approved one, one that stays too long and still waits in its unit, one not complete, a draft."""
    world.ready(people)
    approved = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(approved, "approve").pk, "agree", opinion="同意。")
    long = world.dossier(people)
    long["return"] = str(world.monday_after(90))
    long["stops"][0]["leave"] = long["return"]
    dear = world.dossier(people)
    dear["budget"]["lines"][1] |= {"unit_price": 90000, "amount": 720000}
    dear["budget"]["lines"][0]["cabin"] = "first"
    bare = {**world.dossier(people), "invitations": None, "budget": None}
    del bare["invitations"], bare["budget"]
    return {
        "approved": approved,
        "long": world.through_unit(people, world.draft(people, long)),
        "dear": world.through_unit(people, world.draft(people, dear)),
        "draft": world.draft(people, bare),
    }


def run(people: People, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["trips", "--office", people.office.slug, "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def test_both_say_the_same_of_every_stored_trip(people: People, trips: dict[str, Trip]) -> None:
    ((_, _, principal),) = offices_named(people.office.slug)
    with acting_as(principal):
        stored = list(Trip.objects.filter(state__in=STAGE_OF_STATE).select_related("unit", "office", "case"))
        assert len(stored) == 3
        told = dict(answers_of(people.office, stored))
        seen = {answer for answers in told.values() for answer in answers.values()}
        assert {"met", "not_met", "not_stated", "not_applicable", "due_later"} <= seen
        for trip, answers in told.items():
            assert answers == explain(trip).answers, trip.state


def test_hits_name_trip_rule_and_items(
    people: People, trips: dict[str, Trip], capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(people, capsys)
    assert code == 1
    assert found["trips"] == 3
    assert found["differing"] == 0
    hits = {(hit["id"], hit["rule"]): hit for hit in found["hits"]}
    assert (str(trips["long"].pk), "days_by_country_count") in hits
    cabin = next(hit for (pk, rule), hit in hits.items() if pk == str(trips["dear"].pk) and "cabin" in rule)
    assert cabin["items"] == ["/budget/lines/0"]
    assert str(trips["draft"].pk) not in {pk for pk, _ in hits}
    _, early = run(people, capsys, "--to", "2001-01-01")
    assert early["trips"] == 0
    _, same = run(people, capsys, "--from", str(trips["long"].depart), "--to", str(trips["long"].depart))
    assert same["trips"] == 3


def test_one_is_explained_in_full(people: People, trips: dict[str, Trip], capsys: pytest.CaptureFixture[str]) -> None:
    trip = trips["long"]
    code, found = run(people, capsys, "--explain", f"{trip.year}-{trip.number}")
    assert code == 1
    days = next(finding for finding in found["findings"] if finding["rule"] == "days_by_country_count")
    assert days["answer"] == "not_met"
    assert days["facts"]
    assert days["citation"]["instrument"]
    assert run(people, capsys, "--explain", str(trip.pk))[1] == found
    assert main(["trips", "--office", people.office.slug, "--explain", "1999-1"]) == 2
    assert main(["trips", "--office", "nowhere"]) == 2
