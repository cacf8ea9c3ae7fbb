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
    grant: Mapping[str, str] | None = None,
) -> Judgement:
    """
    Judge a trip at a stage.

    `as_of` is the day of the law (else each rule's own), `today` the day of judging (else `as_of`).
    `decided` is what posts decided: {"attestations": {rule: bool}, "members": {id: {"personnel_review",
    "security_opinion", "briefed_on"}}, "budget": {"finance_review"}, "exemption": {…}, "approval": {…}}; with `in_case`
    such facts count only from there.
    `history` replaces what the dossier tells of other trips: {"members": {id: [earlier trips]}, "unit_trips": […],
    "masked": bool}; masked values are printed as held by the office.
    `grant` is the office's own grant of authority over this trip, {"document", "number", "granted"}, which rules that rest on it
    cite; a file judged by itself finds the one of its office's folder.
    """
    if grant is None and not in_case:
        grant = shipped_grant(trip, law, as_of)
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
        grant=grant,
    )


def shipped_grant(trip: Trip, law: Law, as_of: date | None) -> Mapping[str, str] | None:
    """The grant of the office's folder that covers every member's rank on the day of the law."""
    day = as_of or trip.submitted or trip.depart
    ranks = {member.rank for member in trip.members or ()}
    if day is None or not ranks:
        return None
    for grant in law.data.get("grants", ()):
        within = grant["from"] <= day.isoformat() and (grant.get("until") is None or day.isoformat() < grant["until"])
        if within and ranks <= set(grant["ranks"]):
            return {"document": grant["document"], "number": grant["number"], "granted": grant["from"]}
    return None
