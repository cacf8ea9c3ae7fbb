"""The same dossier gets the same answers: whoever asks, and whether it comes from rows or from a file."""

import pytest

from waiban.core.casework.actions.decide import decide
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.create_draft import create_draft
from waiban.domains.outbound.check import check, waits_for
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import Attestation, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.tests import world
from waiban.dossiers.check import Judgement, check_trip
from waiban.dossiers.load import canonical_bytes, load_trip, trip_to

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def _answers(judgement: Judgement) -> dict[str, tuple[str, str]]:
    return {finding.rule: (finding.answer, finding.text_zh) for finding in judgement.all_findings}


def _seen(trip: Trip) -> Trip:
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def test_every_persona_that_sees_a_trip_gets_the_same_answers(people: People) -> None:
    """History included: an earlier trip of the leader lies before them all, however much of it each may open."""
    world.ready(people)
    earlier = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(earlier, "approve").pk, "agree", opinion="同意。")
    content = world.dossier(people)
    content["title"] = "再赴日本"
    trip = world.through_office(people, world.submitted(people, world.draft(people, content)))
    found = {}
    for who in (
        "designated_officer",
        "unit_finance",
        "unit_head",
        "desk_officer",
        "section_head",
        "office_head",
        "city_leader",
    ):
        with people.as_(who):
            found[who] = _answers(check(_seen(trip), "approve"))
    first = found["desk_officer"]
    assert first["same_country_repeat_six_months"][0] != "not_applicable"
    for who, answers in found.items():
        different = {rule: (first[rule], answers[rule]) for rule in first if answers[rule] != first[rule]}
        assert not different, who


def test_rows_to_file_to_rows_finds_the_same(people: People) -> None:
    """History and posts' decisions apart: neither is exported, the office's rows supply them."""
    trip = world.draft(people)
    with people.as_("designated_officer"):
        trip = _seen(trip)
        exported = canonical_bytes(value_of(trip.dossier))
        again = _seen(create_draft(trip.unit, trip_to(load_trip(exported)), source="file"))
        assert canonical_bytes(value_of(again.dossier)) == exported
        assert _answers(check(again)) == _answers(check(trip))
        alone = check_trip(load_trip(exported), law_of(trip.office))
        mine = check(trip)
    history = {"frequency", "repeat", "splitting", "leadership"}
    for rule, (answer, _text) in _answers(alone).items():
        if not any(word in rule for word in history) and alone.finding(rule).card["stated_by"] == "applicant":
            assert mine.finding(rule).answer == answer, rule


def test_the_head_of_the_unit_vouches_by_agreeing(people: People) -> None:
    """What rules ask of the unit's head counts from the agreement on; a decider after it isn't left to miss it."""
    world.ready(people)
    trip = world.through_unit(people, world.draft(people))
    with people.as_("designated_officer"):
        given = set(Attestation.objects.filter(trip=trip).values_list("rule", flat=True))
        assert {"department_internal_review", "invitation_no_intermediary"} <= given
        assert not waits_for(check(trip, "approve"), "unit_head")
