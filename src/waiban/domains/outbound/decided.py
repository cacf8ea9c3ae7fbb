"""What posts really decided on a trip, as the rulebook takes it. Within a case only these count, never claims."""

from typing import Any

from waiban.core.casework.models import Decision, MemberDecision
from waiban.domains.outbound.models import Attestation, SendingPart, Trip
from waiban.domains.outbound.relevant import relevant_sha256
from waiban.domains.outbound.sending import bodies_of
from waiban.domains.outbound.teams import filing_bodies

AGREED = ("agree", "done")


def decided_on(trip: Trip) -> dict[str, Any]:
    """Shape: see `dossiers.check.check_trip`. Empty before the case is opened."""
    decided: dict[str, Any] = {"attestations": _attestations(trip)}
    if trip.case_id is None:
        return decided
    latest: dict[tuple[str, str], Decision] = {}
    for decision in (
        Decision.objects.filter(case_id=trip.case_id, nature="step").select_related("post__unit").order_by("id")
    ):
        if decision.outcome != "send_back":
            latest[decision.step, decision.entry] = decision
    finance = latest.get(("finance_review", ""))
    if finance:
        decided["budget"] = {"finance_review": _review(finance)}
    members: dict[str, dict[str, Any]] = {}
    bodies = filing_bodies(trip)
    for (step, entry), decision in latest.items():
        if step == "personnel_filing":
            for member in bodies.get(entry, ()):
                members.setdefault(member, {})["personnel_review"] = _review(decision)
        if step == "depart" and decision.outcome in AGREED:
            for member in trip.dossier.get("members") or []:
                members.setdefault(str(member.get("id")), {})["briefed_on"] = decision.happened_on.isoformat()
    for member, review in _filed_by_parts(trip).items():
        members.setdefault(member, {})["personnel_review"] = review
    if members:
        decided["members"] = members
    approval = trip.dossier.get("approval")
    if approval:  # written by the approval itself and by nothing that the unit can send
        decided["approval"] = approval
    return decided


def _filed_by_parts(trip: Trip) -> dict[str, dict[str, Any]]:
    """What the bodies of the sending units decided, each in its unit's own case."""
    found: dict[str, dict[str, Any]] = {}
    for part in SendingPart.objects.filter(trip=trip).exclude(state="dropped").select_related("unit"):
        bodies = bodies_of(part)
        rows = Decision.objects.filter(case=part.case, step="personnel_filing", nature="step")
        for decision in rows.exclude(outcome="send_back").select_related("post__unit").order_by("id"):
            for member in bodies.get(decision.entry, ()):
                found[member] = _review(decision)
    return found


def refused_members(decision: Decision) -> dict[str, str]:
    """Member id → reason, for those whom the decision leaves at home."""
    rows = MemberDecision.objects.filter(decision=decision, outcome="refuse")
    return {row.member: row.reason for row in rows}


def _review(decision: Decision) -> dict[str, Any]:
    return {
        "body": f"{decision.post.unit.name}{decision.post.name}",
        "on": decision.happened_on.isoformat(),
        "result": decision.outcome if decision.outcome in ("agree", "agree_with_changes", "refuse") else "agree",
    }


def _attestations(trip: Trip) -> dict[str, bool]:
    """Only those given for the dossier as it is: a changed fact voids what was vouched for."""
    rows = Attestation.objects.filter(trip=trip, replaced=False, relevant_sha256=relevant_sha256(trip.dossier))
    return dict(rows.values_list("rule", "answer"))
