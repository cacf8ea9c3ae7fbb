"""What the grant of a change does, in the transaction of the decision: the new version, the papers, the rest.

Until then nothing on any board has moved. What the software can do it does here; what hands must do is listed
for the step 办理变更后果, which can't be closed before each is done.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from waiban.core.access.principals import acting_as, current_principal
from waiban.core.audit.record import record
from waiban.core.casework.engine import walk
from waiban.core.casework.models import Case, Decision
from waiban.core.casework.moves import follow, lock_case, log, marking_of, tell_subject
from waiban.core.papers.actions.void_paper import void_paper
from waiban.core.papers.models import Paper
from waiban.core.people.principals import system
from waiban.domains.outbound import cards, plans
from waiban.domains.outbound.actions.save_draft import write
from waiban.domains.outbound.changing import KindRow, difference_of, judge_change, kind_rows
from waiban.domains.outbound.differing import Difference, reads_rule
from waiban.domains.outbound.dossier import countries_of
from waiban.domains.outbound.models import (
    Attestation,
    ChangeNotice,
    InternalNotice,
    Trip,
    TripChange,
    TripMember,
    TripVersion,
)
from waiban.domains.outbound.needs import refresh_needs
from waiban.domains.outbound.notices import notice_entries
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.papers.draw import draw_approval
from waiban.domains.outbound.relevant import LATER, relevant_sha256
from waiban.domains.outbound.texts import destination_text, detail_text
from waiban.domains.outbound.versions import pin
from waiban.dossiers.check import Finding

APPROVAL_PAPERS = ("task_approval", "confirmation", "task_notice")


def grant(change: TripChange, case: Case, decision: Decision) -> None:
    trip = Trip.objects.select_for_update(of=("self",)).select_related("unit", "office", "case").get(pk=change.trip_id)
    day = decision.happened_on
    found = difference_of(change)
    rows = kind_rows(trip.office, found.kinds, change.submitted or day)
    cancels = "cancel_trip" in found.kinds
    change.granted_on = day
    change.granted_by = change.granted_by or f"{decision.post.unit.name}{decision.post.name}"
    if cancels:
        # The trip's own end asks for it: only a granted change calls an approved trip off.
        TripChange.objects.filter(pk=change.pk).update(granted_on=day)
        plans.free(trip, why="cancelled", change=change.pk, on=day)  # first, so that the ledger names the change
        _call_off(trip, change, day)
        cards.withdraw(trip)
    else:
        vouched = confirmed_by_change(change)
        before = relevant_sha256(trip.dossier)
        _take_effect(trip, change)
        _keep_attestations(trip, before, found)
        _vouch(trip, case, decision, vouched)
    done = _papers(trip, change, decision, rows, day)
    if not cancels:
        change.granted = pin(
            trip, TripVersion.Of.APPROVED, trip.dossier, source=TripVersion.Source.CHANGE, cause=change.pk, since=day
        )
        plans.use(trip, change=change.pk, on=day)
        refresh_needs(trip.pk, trip.office_id)
        cards.renew(trip)
    change.followed = [*done, *_by_hand(found, rows)]
    change.state = TripChange.State.GRANTED
    change.editable = False
    record(
        "change.grant",
        _actor(decision),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=day,
        data={"number": change.number, "kinds": list(found.kinds), "change": str(change.pk)},
    )


def _actor(decision: Decision) -> Any:
    principal = current_principal()
    return principal.at(decision.post_id) if decision.post_id in principal.posts | principal.standing_in else principal


def _take_effect(trip: Trip, change: TripChange) -> None:
    dossier = merged(change.base.dossier, change.dossier, trip.dossier)
    _take_notices(trip, change)
    dossier["notices"] = notice_entries(trip)
    members = [str(member.get("id")) for member in dossier.get("members") or []]
    approval = {
        **(dossier.get("approval") or {}),
        "members": members,
        "countries": countries_of(dossier),
        "depart": dossier.get("depart"),
        "return": dossier.get("return"),
        "days": _days(dossier),
        "total_cny": (dossier.get("budget") or {}).get("total_cny"),
    }
    if approval["total_cny"] is not None:
        approval["total_cny"] = str(approval["total_cny"])
    dossier["approval"] = {key: value for key, value in approval.items() if value is not None}
    write(trip, dossier)
    TripMember.objects.filter(trip=trip, traveller_id__in=[m for m in members if m]).update(counts=True, refused=False)
    if trip.case is not None:
        Case.objects.filter(pk=trip.case.pk).update(
            title=trip.title[:200], detail=detail_text(trip), destination=destination_text(trip)
        )


def merged(base: Mapping[str, Any], asked: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The asked version, with what others wrote meanwhile: days of submission and approval, filings, papers."""
    dossier = dict(asked)
    for key in ("submitted", "approval", "after", "reference"):
        if key in now:
            dossier[key] = now[key]
        else:
            dossier.pop(key, None)
    was = {str(member.get("id")): member for member in base.get("members") or []}
    current = {str(member.get("id")): member for member in now.get("members") or []}
    members = []
    for member in asked.get("members") or []:
        key = str(member.get("id"))
        later = {
            name: current[key][name]
            for name in LATER
            if key in current and name in current[key] and member.get(name) == was.get(key, {}).get(name)
        }
        members.append({**member, **later})
    dossier["members"] = members
    return dossier


def _take_notices(trip: Trip, change: TripChange) -> None:
    """The notice of the change takes the place of the one that it was made for."""
    for notice in ChangeNotice.objects.filter(change=change, replaced=False):
        InternalNotice.objects.filter(
            trip=trip, unit_id=notice.unit_id, phase=InternalNotice.Phase.BEFORE, replaced=False
        ).update(replaced=True)
        InternalNotice.objects.create(
            trip=trip,
            unit_id=notice.unit_id,
            since=notice.since,
            until=notice.until,
            places=notice.places,
            shown=notice.shown,
            shown_sha256=notice.shown_sha256,
            objections=notice.objections,
            result=notice.result,
            proof_id=notice.proof_id,
            posted_by_post_id=notice.posted_by_post_id,
            readers=trip.readers,
        )


def _keep_attestations(trip: Trip, before: str, found: Difference) -> None:
    """What was vouched for and isn't touched stays vouched for: the digest it hangs on has moved, its facts have not."""
    now = relevant_sha256(trip.dossier)
    cards = {card["rule"]: card for card in law_of(trip.office).cards}
    for row in Attestation.objects.filter(trip=trip, replaced=False, relevant_sha256=before):
        if row.rule in cards and not reads_rule(cards[row.rule], found.paths):
            row.relevant_sha256 = now
            row.save(update_fields=["relevant_sha256"])


SPEAKS = {
    "finance": "finance_review",
    "unit_head": "unit_approval",
    "personnel": "personnel_filing",
    "desk": "desk_review",
    "approver": "",
}
"""The post that a rule names, and the step of a change at which it speaks; the approver is whoever grants."""


def confirmed_by_change(change: TripChange, step: str | None = None) -> list[Finding]:
    """Attested rules that the difference touches, confirmed by those who agree to the change; of one step, where named."""
    return [
        finding
        for finding in judge_change(change).fresh
        if finding.answer == "not_stated"
        and finding.card["kind"] == "attested"
        and finding.card["stated_by"] in SPEAKS
        and (step is None or SPEAKS[finding.card["stated_by"]] == step)
    ]


def _vouch(trip: Trip, case: Case, decision: Decision, findings: list[Finding]) -> None:
    said = {row.step: row for row in Decision.objects.filter(case=case, outcome__in=("agree", "done")).order_by("id")}
    for finding in findings:
        step = SPEAKS[finding.card["stated_by"]]
        by = said.get(step) if step else decision
        if by is None:
            continue
        Attestation.objects.filter(trip=trip, rule=finding.rule, replaced=False).update(replaced=True)
        Attestation.objects.create(
            trip=trip,
            rule=finding.rule,
            answer=True,
            words="",
            post_id=by.post_id,
            account_id=by.account_id,
            relevant_sha256=relevant_sha256(trip.dossier),
            readers=trip.readers,
        )


def _call_off(trip: Trip, change: TripChange, day: date) -> None:
    """撤团: the trip's own case ends as cancelled, whatever stage it is at."""
    assert trip.case_id is not None
    case = lock_case(trip.case_id)
    before = marking_of(case)
    follow(case, before, walk.cancel(before, "cancelled"), on=day)
    log("case.cancel", current_principal(), case, day, reason=change.reason.strip(), change=str(change.pk))
    tell_subject("cancel", case, ())
    trip.refresh_from_db()


def _papers(trip: Trip, change: TripChange, decision: Decision, rows: list[KindRow], day: date) -> list[dict[str, Any]]:
    """The heaviest of what the kinds ask for; own papers only, since an outside paper isn't ours to void."""
    asked = {row.paper for row in rows}
    ours = list(Paper.objects.filter(case_id=trip.case_id, kind__in=APPROVAL_PAPERS).exclude(state=Paper.State.VOID))
    if not ours:
        return []
    reason = _("变更第 %(n)d 次：%(kinds)s") % {"n": change.number, "kinds": "、".join(row.name for row in rows)}
    old = "、".join(paper.document_number for paper in ours)
    if not asked & {"replace", "void"}:
        return [{"what": "annotated", "says": old, "done": True, "on": day.isoformat()}] if "annotate" in asked else []
    done = [{"what": "voided", "says": old, "done": True, "on": day.isoformat()}]
    with acting_as(system(trip.office_id, "change granted")):
        for paper in ours:
            void_paper(paper.pk, reason=reason, on=day)
    if "replace" in asked and "void" not in asked and decision.step in ("approve", "head_review"):
        assert trip.case is not None
        going = [str(member.get("id")) for member in trip.dossier.get("members") or []]
        paper = draw_approval(trip, trip.case, decision, going)
        trip.dossier["approval"]["number"] = paper.document_number
        write(trip, trip.dossier)
        change.document_number = paper.document_number
        done.append({"what": "issued", "says": paper.document_number, "done": True, "on": day.isoformat()})
    return done


def _by_hand(found: Difference, rows: list[KindRow]) -> list[dict[str, Any]]:
    """Documents of those who stay at home are called back, whoever joined needs his own."""
    follows = {name for row in rows for name in row.follows}
    left: list[dict[str, Any]] = []
    if "documents" in follows and found.left:
        left.append({"what": "documents", "members": list(found.left), "done": False, "on": None})
    if found.joined:
        left.append({"what": "new_documents", "members": list(found.joined), "done": False, "on": None})
    return left


def _days(dossier: Mapping[str, Any]) -> int | None:
    depart, back = dossier.get("depart"), dossier.get("return")
    if not depart or not back:
        return None
    return (date.fromisoformat(back) - date.fromisoformat(depart)).days + 1
