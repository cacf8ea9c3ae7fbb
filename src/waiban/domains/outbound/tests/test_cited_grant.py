"""The rule on who approves county rank and below cites the office's own grant where one is on record."""

import pytest

from waiban.core.people.personas import People
from waiban.domains.outbound.check import check
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world
from waiban.dossiers.check import Finding

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def _cited(people: People, *, grant: bool) -> Finding:
    world.ready(people, grant=grant)
    trip = world.draft(people)
    with people.as_("desk_officer" if trip.case_id else "designated_officer"):
        seen = Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
        found = check(seen, "approve").finding("approval_county_level_and_below")
    assert found is not None
    return found


def test_the_grant_on_record_is_cited(people: People) -> None:
    found = _cited(people, grant=True)
    assert found.citation["number"] == "测授〔2025〕1号"
    assert found.citation["instrument"] == "省外办授权文件"
    assert found.citation["article"] == "2025-01-01"
    assert found.reading is None


def test_without_a_grant_the_finding_says_whose_text_it_is(people: People) -> None:
    found = _cited(people, grant=False)
    assert "浙江" in found.citation["instrument"]
    assert found.reading is not None
    assert "没有约束力" in found.reading["zh"]
