"""The door of the main job: one trip, one law, what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waiban.dossiers.claims import with_decisions, with_history, without_claims
from waiban.dossiers.remedies import expand
from waiban.rulebook.findings import Finding, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from waiban.dossiers.trip import Trip
    from waiban.rulebook.law import Law

__all__ = ["Finding", "Judgement", "check_trip"]


def check_trip(
    trip: Trip,
    law: Law,
    *,
    stage: str = "submit",
    as_of: date | None = None,
    today: date | None = None,
    in_case: bool = False,
    decided: Mapping[str, Any] | None = None,
    history: Mapping[str, Any] | None = None,
) -> Judgement:
    """
    Judge a trip at a stage.

    `as_of` is the day of the law (else each rule's own), `today` the day of judging (else `as_of`).
    `decided` is what posts decided: {"attestations": {rule: bool}, "members": {id: {"personnel_review",
    "security_opinion", "briefed_on"}}, "budget": {"finance_review"}, "exemption": {…}, "approval": {…}}; with `in_case`
    such facts count only from there.
    `history` replaces what the dossier tells of other trips: {"members": {id: [earlier trips]}, "unit_trips": […],
    "masked": bool}; masked values are printed as held by the office.
    """
    if in_case:
        trip = without_claims(trip, law.claims)
    if decided:
        trip = with_decisions(trip, decided)
    if history:
        trip = with_history(trip, history)
    return Judgement(
        law,
        trip,
        expand,
        stage=stage,
        as_of=as_of,
        today=today,
        in_case=in_case,
        attested=(decided or {}).get("attestations"),
        masked=bool((history or {}).get("masked")),
    )
