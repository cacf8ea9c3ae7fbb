"""Each road is reached by the dossier's own facts."""

from typing import Any

import pytest

from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.processes import RELEASED
from waiban.domains.outbound.roads import MAIN, process_of, road_of

PLAIN: dict[str, Any] = {
    "unit": "澄江市商务局",
    "unit_kind": "government",
    "organising": "own",
    "kind": "negotiation",
    "stops": [{"country": "JP"}],
    "members": [{"id": "a", "unit": "澄江市商务局", "category": "official"}],
}
RESEARCHER = {"id": "b", "unit": "澄江市商务局", "category": "teaching_research"}
ABROAD_AND_HK = [{"country": "JP"}, {"country": "HK"}]


@pytest.mark.parametrize(
    ("changes", "process"),
    [
        ({}, "trip"),
        ({"members": [{"id": "a", "unit": "澄江市教育局"}]}, "units"),
        ({"members": [{"id": "a"}]}, "trip"),
        ({"organising": "joins_ministry"}, "joined"),
        ({"organising": "joins_city", "stops": [{"country": "HK"}]}, "joined"),
        ({"stops": [{"country": "HK"}, {"country": "MO"}]}, "hk_macao"),
        ({"stops": ABROAD_AND_HK}, "mixed"),
        ({"stops": [{"country": "JP"}, {"country": "HK", "transit": True, "leaves_airport": False}]}, "trip"),
        ({"stops": [{"country": "TW"}]}, "taiwan"),
        ({"stops": [{"country": "TW"}], "organising": "joins_province"}, "taiwan"),
        ({"kind": "academic_exchange", "members": [RESEARCHER]}, "academic"),
        ({"kind": "academic_exchange"}, "trip"),
        ({"exemption": {"kind": "teaching_research"}}, "academic"),
        ({"unit_kind": "state_enterprise"}, "state_enterprise"),
        ({"unit_kind": "state_enterprise", "stops": ABROAD_AND_HK}, "mixed"),
        ({"kind": "training"}, "training"),
    ],
)
def test_the_facts_lead_to_the_road(changes: dict[str, Any], process: str) -> None:
    value = value_of({**PLAIN, **changes})
    assert process_of(value) == process
    assert road_of(value).why


def test_every_road_is_released() -> None:
    assert set(MAIN) <= set(RELEASED)
