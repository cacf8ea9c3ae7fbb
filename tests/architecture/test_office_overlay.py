"""An office's own rules: only tightened, proved when saved, and in force at once."""

from pathlib import Path

import pytest

from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import CannotError
from waiban.core.offices.overlays import OVERLAY, overlay_files
from waiban.core.people.personas import People
from waiban.domains.outbound.check import check
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])
OVERLAYS = Path(__file__).parent.parent / "law" / "overlays"


def _text(name: str) -> str:
    return (OVERLAYS / name / "overlay.yaml").read_text(encoding="utf-8")


def test_a_loosening_is_not_saved_and_both_texts_are_named(people: People) -> None:
    with people.as_("office_head"), pytest.raises(CannotError, match="→"):
        set_setting(people.office, OVERLAY, _text("loosens"), reason="试")


def test_a_tightening_judges_the_next_check(people: People) -> None:
    trip = world.draft(people)
    with people.as_("office_head"):
        set_setting(people.office, OVERLAY, _text("tightens"), reason="本市收紧")
    assert overlay_files(people.office.slug)["overlay.yaml"] == _text("tightens").strip()
    with people.as_("designated_officer"):
        finding = check(Trip.objects.select_related("office", "unit").get(pk=trip.pk)).finding("days_by_country_count")
        assert finding is not None
        assert finding.answer == "not_met"
        assert finding.citation["number"] == "测〔2025〕1号"
