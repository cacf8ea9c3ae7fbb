"""行前教育: whether a member's briefing is signed. What a file or form claims never counts."""

from datetime import date

from waiban.core.casework.models import Decision
from waiban.domains.outbound.models import Attestation, Trip

RULE = "briefing:"
"""One attestation a member, `briefing:<traveller>`; its words are the day of the signature."""


def briefing_signed(trip: Trip, member: str) -> date | None:
    """The day on which the member signed, as a post of the office recorded it; None while nobody did."""
    row = Attestation.objects.filter(trip=trip, rule=f"{RULE}{member}", answer=True, replaced=False).first()
    if row is not None:
        return date.fromisoformat(row.words)
    if trip.case_id is None:
        return None
    done = (
        Decision.objects.filter(case_id=trip.case_id, step="depart", nature="step", outcome__in=("agree", "done"))
        .order_by("-id")
        .first()
    )
    return done.happened_on if done else None
