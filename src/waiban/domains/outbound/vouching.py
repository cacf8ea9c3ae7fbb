"""What a post confirms by agreeing: the attested rules that are addressed to it and due by its word.

The desk answers its own one by one, with evidence before it. Finance, the personnel
bodies, the unit's head and the approver read theirs on the decision page, under the
button, and confirm them with their agreement; each gets a row and stands in the register.
"""

from typing import Any

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.models import Case, Decision, WorkItem
from waiban.domains.outbound.check import check
from waiban.domains.outbound.models import Attestation, Trip
from waiban.domains.outbound.relevant import relevant_sha256
from waiban.dossiers.check import Finding

SPEAKS = {
    "finance_review": ("finance", "accept"),
    "unit_approval": ("unit_head", "approve"),
    "personnel_filing": ("personnel", "papers"),
    "nature_statement": ("unit_head", "submit"),
    "taiwan_review": ("taiwan_office", "approve"),
    "taiwan_decision": ("approver", "papers"),
    "approve": ("approver", "papers"),
    "outside_approval": ("approver", "papers"),
}
"""Step → the post that rules name, and the last stage at which a rule is due by this word."""


def confirmed_by_agreeing(trip: Trip, step: str, history: dict[str, Any] | None = None) -> list[Finding]:
    if step not in SPEAKS:
        return []
    post, stage = SPEAKS[step]
    return [
        finding
        for finding in check(trip, stage, history).findings
        if finding.answer == "not_stated" and finding.card["kind"] == "attested" and finding.card["stated_by"] == post
    ]


def confirm_with(trip: Trip, case: Case, decision: Decision) -> None:
    """In the transaction of the agreement. Several personnel bodies confirm together, with the last of them."""
    if decision.step == "personnel_filing" and _others_open(case, decision):
        return
    principal = current_principal()
    for finding in confirmed_by_agreeing(trip, decision.step):
        Attestation.objects.filter(trip=trip, rule=finding.rule, replaced=False).update(replaced=True)
        Attestation.objects.create(
            trip=trip,
            rule=finding.rule,
            answer=True,
            words="",
            post_id=decision.post_id,
            account_id=decision.account_id,
            relevant_sha256=relevant_sha256(trip.dossier),
            readers=trip.readers,
        )
        record(
            "trip.attest",
            principal.at(decision.post_id)
            if decision.post_id in principal.posts | principal.standing_in
            else principal,
            subject=("trip", trip.pk),
            case=case.pk,
            readers=trip.readers,
            happened_on=decision.happened_on,
            data={"rule": finding.rule, "answer": True, "with": decision.step},
        )


def _others_open(case: Case, decision: Decision) -> bool:
    open_items = WorkItem.objects.filter(case=case, step=decision.step, state=WorkItem.State.OPEN)
    return open_items.exclude(pk=decision.item_id).exists()
