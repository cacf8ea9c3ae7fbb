"""What follows for a trip when its case moves: its state in the list, what may be edited, the approval, the papers."""

from typing import Any

from django.utils.translation import gettext as _

from waiban.core.casework.clocks import today
from waiban.core.casework.models import Case, Decision, WorkItem
from waiban.core.casework.subjects import Move
from waiban.core.notify.webhooks import enqueue_hooks
from waiban.core.search.keep import keep
from waiban.domains.outbound import plans
from waiban.domains.outbound.actions.ask_senders import drop_all
from waiban.domains.outbound.authority import document_of
from waiban.domains.outbound.decided import refused_members
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import InternalNotice, Trip, TripChange, TripMember, TripVersion
from waiban.domains.outbound.needs import refresh_needs
from waiban.domains.outbound.papers.draw import draw_approval, draw_review_and_request
from waiban.domains.outbound.roads import claims_academic
from waiban.domains.outbound.sending import road_of_case
from waiban.domains.outbound.versions import approved_version, pin
from waiban.domains.outbound.vouching import confirm_with

STATE_OF_STEP = {
    "start": Trip.State.IN_UNIT,
    "nature_statement": Trip.State.IN_UNIT,
    "finance_review": Trip.State.IN_UNIT,
    "consult": Trip.State.IN_UNIT,
    "notice": Trip.State.IN_UNIT,
    "unit_approval": Trip.State.IN_UNIT,
    "submit": Trip.State.IN_UNIT,
    "accept": Trip.State.SUBMITTED,
    "desk_review": Trip.State.IN_REVIEW,
    "section_review": Trip.State.IN_REVIEW,
    "head_review": Trip.State.IN_REVIEW,
    "taiwan_review": Trip.State.IN_REVIEW,
    "taiwan_decision": Trip.State.IN_APPROVAL,
    "taiwan_upward": Trip.State.IN_APPROVAL,
    "approve": Trip.State.IN_APPROVAL,
    "report_upward": Trip.State.IN_APPROVAL,
    "outside_approval": Trip.State.FORWARDED,
    "issue_permit": Trip.State.APPROVED,
    "travel_papers": Trip.State.APPROVED,
    "depart": Trip.State.APPROVED,
    "come_back": Trip.State.AWAY,
    "report": Trip.State.RETURNED,
    "close": Trip.State.RETURNED,
}
STATE_OF_END = {
    "closed": Trip.State.CLOSED,
    "refused": Trip.State.REFUSED,
    "cancelled": Trip.State.WITHDRAWN,
    "withdrawn": Trip.State.WITHDRAWN,
}
UNIT_STEPS = frozenset({"start", "consult", "submit"})
"""Steps at which the dossier is the unit's to change."""


def follow(trip: Trip, case: Case, move: Move) -> None:
    """In the transaction of the act: whatever can't follow takes the act back with it."""
    if move.act == "cancel" and approved_version(trip) is not None and not _called_off(trip):
        raise CannotError(_("团组已经批准，撤团请在“变更”页提出"))
    trip.case_id = case.pk
    decision, before = move.decision, trip.state
    step = move.item.step if move.item else ""
    if move.act == "ask_supplement":
        trip.state, trip.editable = Trip.State.CORRECTION, True
    elif move.item and move.item.nature == WorkItem.Nature.SUPPLEMENT:
        trip.state, trip.editable = STATE_OF_STEP[move.item.step], False
    elif move.ended:
        trip.state, trip.editable = STATE_OF_END[move.ended], False
    else:
        reached = [STATE_OF_STEP[opened] for opened in move.opened if opened in STATE_OF_STEP]
        if reached:
            trip.state = reached[-1]
        trip.editable = bool(UNIT_STEPS & set(move.opened)) or (trip.editable and not reached)
    if step == "submit" and decision and decision.outcome == "done":
        trip.dossier["submitted"] = decision.happened_on.isoformat()
        plans.reserve(trip, decision=decision.pk, on=decision.happened_on)
    if move.act in ("send_back", "withdraw") and "notice" in move.opened:
        InternalNotice.objects.filter(trip=trip, part=None, phase="before", replaced=False).update(replaced=True)
    if step in SIGNS_THE_NATURE and decision and decision.outcome == "agree":
        _sign_nature(trip, decision)
    if step in APPROVES and decision and decision.outcome == "agree":
        _approve(trip, case, decision)
        trip.state = Trip.State.APPROVED  # even while a personnel body still holds the travel papers up
    if decision and decision.outcome in ("agree", "agree_with_changes"):
        confirm_with(trip, case, decision)
    if step == "report_upward" and decision and decision.outcome != "send_back" and not _was_on_paper(decision):
        draw_review_and_request(trip, case, decision)
    trip.save()
    if trip.state != before:
        enqueue_hooks("trip.state", office=trip.office_id, payload={"trip": str(trip.pk), "state": str(trip.state)})
    if move.act == "withdraw":
        plans.free(trip, why="withdrawn")
    if move.ended in ("refused", "cancelled", "withdrawn"):
        drop_all(trip, on=decision.happened_on if decision else today())
        plans.free(trip, why=move.ended, decision=decision.pk if decision else None, on=case.ended_on)
        TripMember.objects.filter(trip=trip).update(counts=False)


def _was_on_paper(decision: Decision) -> bool:
    """Decided before the platform: its papers exist, with numbers of their own."""
    return decision.paper is not None and decision.paper.taken_over


APPROVES = ("approve", "outside_approval", "taiwan_decision")
SIGNS_THE_NATURE = ("nature_statement", "unit_approval")
"""The unit's head states the nature of the task: on the academic road at its own step, on others with the approval."""


def _sign_nature(trip: Trip, decision: Decision) -> None:
    if decision.step == "unit_approval" and (
        road_of_case(trip) == "academic" or not claims_academic(value_of(trip.dossier))
    ):
        return
    signed = {
        "nature_signed_by": f"{decision.post.unit.name}{decision.post.name} {decision.account.name}",
        "nature_signed_on": decision.happened_on.isoformat(),
    }
    trip.dossier["exemption"] = {**(trip.dossier.get("exemption") or {}), **signed}


def _called_off(trip: Trip) -> bool:
    """撤团 after the approval is a change like any other, and granted as one."""
    return TripChange.objects.filter(trip=trip, kinds__contains=["cancel_trip"], granted_on__isnull=False).exists()


def _approve(trip: Trip, case: Case, decision: Decision) -> None:
    """Write what was approved, count the journey, and under a grant draw the approval in this transaction."""
    refused = refused_members(decision)
    going = [str(m.get("id")) for m in trip.dossier.get("members") or [] if str(m.get("id")) not in refused]
    if not going:
        raise CannotError(_("没有一人同意出访，请选不同意"))
    approval: dict[str, Any] = {
        "document": "task_approval",
        "on": decision.happened_on.isoformat(),
        "members": going,
        "countries": trip.countries,
        "depart": trip.depart.isoformat() if trip.depart else None,
        "return": trip.return_on.isoformat() if trip.return_on else None,
        "days": (trip.return_on - trip.depart).days + 1 if trip.depart and trip.return_on else None,
        "total_cny": str(trip.total_cny) if trip.total_cny is not None else None,
    }
    if _was_on_paper(decision):
        outside = trip.dossier.get("approval") or {}
        if not outside.get("number"):
            raise CannotError(_("已经批准的，写明批件号、日期和批准机关"))
        approval |= {key: outside[key] for key in ("number", "by", "on") if outside.get(key)}
    elif decision.step == "approve":
        paper = draw_approval(trip, case, decision, going)
        approval |= {"document": paper.kind, "number": paper.document_number, "by": trip.office.name}
    else:
        outside = trip.dossier.get("approval") or {}
        approval |= {
            "document": document_of(value_of(trip.dossier)),
            "number": outside.get("number"),
            "by": outside.get("by"),
            "on": outside.get("on") or approval["on"],
        }
    trip.dossier["approval"] = {key: value for key, value in approval.items() if value is not None}
    keep("trip", trip)  # found by the number of its paper from now on
    pin(
        trip,
        TripVersion.Of.APPROVED,
        {**trip.dossier, "members": [m for m in trip.dossier.get("members") or [] if str(m.get("id")) in going]},
        source=TripVersion.Source.APPROVAL if decision.step == "approve" else TripVersion.Source.OUTSIDE,
        cause=decision.pk,
        since=decision.happened_on,
    )
    plans.use(trip, decision=decision.pk, on=decision.happened_on)
    members = TripMember.objects.filter(trip=trip)
    members.update(counts=True, refused=False)
    members.filter(traveller_id__in=[member for member in refused if _is_known(trip, member)]).update(
        counts=False, refused=True
    )
    refresh_needs(trip.pk, trip.office_id)


def _is_known(trip: Trip, member: str) -> bool:
    return any(
        str(row) == member for row in TripMember.objects.filter(trip=trip).values_list("traveller_id", flat=True)
    )
