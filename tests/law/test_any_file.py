"""Whatever is valid under the format is judged, at every stage and by every shipped law, without a crash."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.law.cases import bases, law_for
from waiban.dossiers.check import check_trip
from waiban.dossiers.load import load_trip, trip_from, trip_schema, trip_to
from waiban.dossiers.patch import apply_edits
from waiban.dossiers.repair import repair
from waiban.dossiers.tests.test_load import VALIDATOR, objects
from waiban.rulebook.law import shipped_levels
from waiban.rulebook.sources import STAGES


@pytest.mark.parametrize("office", shipped_levels())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=objects(trip_schema()), stage=st.sampled_from(STAGES))
def test_every_valid_file_is_judged(office: str, value: dict[str, Any], stage: str) -> None:
    trip = load_trip(json.dumps(value))
    judgement = check_trip(trip, law_for(office), stage=stage)
    for finding in judgement.all_findings:
        told = finding.to_dict()
        json.dumps(told)
        assert told["text_zh"]
        assert told["text_en"]
        assert "None" not in told["text_zh"]
        VALIDATOR.validate(apply_edits(trip_to(trip), told["remedy"]))
    edits = repair(trip, law_for(office), stage=stage)
    after = apply_edits(trip_to(trip), edits)
    VALIDATOR.validate(after)
    if edits:
        assert check_trip(load_trip(json.dumps(after)), law_for(office), stage=stage).verdict != "blocked"


ENDS = ["0001-01-01", "2024-05-13", "9999-12-31"]


@pytest.mark.parametrize("base", sorted(set(bases()) - {"none"}))
def test_days_at_the_ends_of_the_calendar_are_judged(base: str) -> None:
    law = law_for("cn/shandong/yunting")
    for depart, back, submitted in product(ENDS, repeat=3):
        value = bases()[base] | {"depart": depart, "return": back, "submitted": submitted}
        value["after"] = {**value.get("after", {}), "came_back": back}
        trip = trip_from(value, draft=True)
        for finding in check_trip(trip, law, stage="close").all_findings:
            finding.to_dict()
