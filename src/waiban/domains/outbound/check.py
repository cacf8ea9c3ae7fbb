"""A trip before the law of its office: what the form, the deciders and the gates ask."""

from typing import Any

from waiban.core.casework.clocks import today
from waiban.domains.outbound.authority import document_of, grant_for
from waiban.domains.outbound.decided import decided_on
from waiban.domains.outbound.differing import difference, reads
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.history import history_of
from waiban.domains.outbound.models import Trip, TripChange
from waiban.domains.outbound.notices import with_notices
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.plan_facts import stated_by_ledger
from waiban.dossiers import repair
from waiban.dossiers.check import Finding, Judgement, check_trip
from waiban.dossiers.trip import Trip as TripValue
from waiban.rulebook.sources import STAGES

STAGE_OF_STEP = {
    "start": "plan",
    "nature_statement": "submit",
    "finance_review": "submit",
    "consult": "submit",
    "notice": "submit",
    "unit_approval": "submit",
    "submit": "submit",
    "accept": "accept",
    "desk_review": "approve",
    "section_review": "approve",
    "head_review": "approve",
    "taiwan_review": "approve",
    "taiwan_decision": "approve",
    "taiwan_upward": "approve",
    "approve": "approve",
    "report_upward": "approve",
    "outside_approval": "approve",
    "issue_permit": "approve",
    "personnel_filing": "submit",
    "travel_papers": "papers",
    "depart": "depart",
    "come_back": "return",
    "report": "close",
    "close": "close",
}
"""The stage at which a step's decider sees the law."""


def check(trip: Trip, stage: str = "submit", history: dict[str, Any] | None = None) -> Judgement:
    """Claims of posts' decisions never count here: a draft is on its way into a case. `history` where it was read already."""
    judgement = _judge(trip, stage, with_notices(trip), history)
    if trip.dossier.get("approval"):
        _by_the_day_of_each_change(trip, stage, judgement)
    return judgement


def _judge(trip: Trip, stage: str, dossier: dict[str, Any], history: dict[str, Any] | None) -> Judgement:
    value = stated_by_ledger(trip, value_of(dossier))
    situation = _situation(trip, value, history)
    return check_trip(value, law_of(trip.office), stage=stage, grant=_cited_grant(trip, value, stage), **situation)


def _by_the_day_of_each_change(trip: Trip, stage: str, judgement: Judgement) -> None:
    """What a granted change touched is judged by the law of the day on which that change was submitted; the rest stays
    pinned to the trip's own submission.
    """
    granted = TripChange.objects.filter(trip=trip, state=TripChange.State.GRANTED, granted__isnull=False)
    for change in granted.exclude(submitted=None).select_related("base", "granted").order_by("number"):
        assert change.granted is not None
        assert change.submitted is not None
        touched = difference(change.base.dossier, change.granted.dossier).paths
        anew = _judge(trip, stage, {**with_notices(trip), "submitted": change.submitted.isoformat()}, None)
        every = [*_but(judgement.all_findings, touched), *_of(anew.all_findings, touched)]
        due = [*_but(judgement.findings, touched), *_of(anew.findings, touched)]
        bites = {finding.answer for finding in due if finding.level in ("block", "attest")}
        judgement.findings = due
        vars(judgement).update(
            all_findings=every,
            verdict="blocked" if "not_met" in bites else "incomplete" if "not_stated" in bites else "clear",
        )


def _of(findings: list[Finding], touched: frozenset[str]) -> list[Finding]:
    return [finding for finding in findings if reads(finding, touched)]


def _but(findings: list[Finding], touched: frozenset[str]) -> list[Finding]:
    return [finding for finding in findings if not reads(finding, touched)]


def _cited_grant(trip: Trip, value: TripValue, stage: str) -> dict[str, str] | None:
    """The grant that the rules on who approves cite; they aren't due before the approval."""
    day = trip.depart or today()
    if STAGES.index(stage) < STAGES.index("approve"):
        return None
    grant = grant_for(value, trip.office, trip.channel, day, document_of(value))
    if grant is None:
        return None
    return {"document": f"{grant.by}授权文件", "number": grant.number, "granted": grant.granted_on.isoformat()}


def plans_for(trip: Trip, most: int = 2) -> list[list[dict[str, Any]]]:
    """The smallest sets of plan choices that clear every block of a draft, as RFC 6902 edits; none when nothing blocks."""
    value = stated_by_ledger(trip, value_of(trip.dossier))
    return repair.repairs(value, law_of(trip.office), most=most, stage="submit", **_situation(trip, value))


def _situation(trip: Trip, value: TripValue, history: dict[str, Any] | None = None) -> dict[str, Any]:
    history = history_of(trip, value) if history is None else history
    return {"today": today(), "in_case": True, "decided": decided_on(trip), "history": history}


def stops(judgement: Judgement) -> list[Finding]:
    """What blocks: not met, and no exemption lifts it."""
    return [finding for finding in judgement.findings if finding.bites]


def waits_for(judgement: Judgement, *posts: str) -> list[Finding]:
    """What is due and not stated, whose word the named posts owe (`applicant`, `desk`, `approver`, …)."""
    return [
        finding
        for finding in judgement.findings
        if finding.answer == "not_stated"
        and finding.level in ("block", "attest")
        and finding.card["stated_by"] in posts
    ]
