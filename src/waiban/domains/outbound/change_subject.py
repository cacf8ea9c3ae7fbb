"""How a change hooks into casework: who is asked, what stops an act, and the grant."""

import uuid
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.casework.engine.model import Step
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.subjects import Frozen, Known, Move, Preview, Subject
from waiban.core.people.models import Post, Role, Unit
from waiban.core.ui.format import joined
from waiban.domains.outbound.changing import (
    bodies_to_file,
    decides,
    difference_of,
    judge_change,
    kind_names,
    notice_units,
)
from waiban.domains.outbound.comparing import differences
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.gates import refuse_if
from waiban.domains.outbound.granting import grant
from waiban.domains.outbound.models import ChangeNotice, TripChange
from waiban.domains.outbound.relevant import relevant_sha256
from waiban.domains.outbound.teams import officer_of
from waiban.dossiers.load import canonical_bytes

STATE_OF_STEP = {
    "ask": TripChange.State.DRAFT,
    "finance_review": TripChange.State.IN_UNIT,
    "notice": TripChange.State.IN_UNIT,
    "personnel_filing": TripChange.State.IN_UNIT,
    "unit_approval": TripChange.State.IN_UNIT,
    "submit": TripChange.State.IN_UNIT,
    "desk_review": TripChange.State.IN_REVIEW,
    "section_review": TripChange.State.IN_REVIEW,
    "head_review": TripChange.State.IN_REVIEW,
    "approve": TripChange.State.IN_APPROVAL,
    "report_upward": TripChange.State.IN_APPROVAL,
    "outside_approval": TripChange.State.FORWARDED,
}
GRANTS_AT = {"office": "head_review", "leader": "approve", "upward": "outside_approval"}
"""The step whose agreement grants the change, by who decides."""


def change_of(case: Case) -> TripChange:
    return TripChange.objects.select_related("trip__unit", "trip__office", "trip__case", "base", "case").get(
        pk=case.subject_id
    )


def freeze(case: Case) -> Frozen:
    change = change_of(case)
    return Frozen(canonical_bytes(value_of(change.dossier)).decode(), relevant_sha256(change.dossier))


def values(case: Case) -> Mapping[str, object]:
    change = change_of(case)
    units = notice_units(change, case.opened_on)
    bodies = bodies_to_file(change)
    return {
        "decides": decides(change),
        "money_grows": _money_grows(change),
        "notice_again": bool(units),
        "filing_again": bool(bodies),
        "units": [str(unit.pk) for unit in units],
        "bodies": [str(post.pk) for post in bodies],
    }


def _money_grows(change: TripChange) -> bool:
    """A total that isn't stated on either side is asked about; a cut is not."""
    old = (value_of(change.base.dossier).budget or _NO_BUDGET).total_cny
    new = (value_of(change.dossier).budget or _NO_BUDGET).total_cny
    if "cancel_trip" in change.kinds or old == new:
        return False
    return old is None or new is None or new > old


class _NoBudget:
    total_cny = None


_NO_BUDGET = _NoBudget()


def post_for(case: Case, step_id: str, step: Step, entry: str) -> Post | None:
    """The trip's own unit, whoever opened the case; each body files its own people."""
    change = change_of(case)
    if step_id in ("ask", "submit"):
        return case.applicant_post
    if step_id == "notice" and entry:
        return officer_of(uuid.UUID(entry))
    if step_id == "personnel_filing" and entry:
        return Post.objects.filter(pk=entry).first()
    if step_id in ("finance_review", "unit_approval"):
        unit: Unit | None = change.trip.unit
        while unit is not None:
            found = Post.objects.filter(unit=unit, role=step.post).order_by("name").first()
            if found is not None:
                return found
            unit = unit.parent
    if step.post == "approver":
        return Post.objects.filter(office_id=case.office_id, role=Role.CITY_LEADER).order_by("id").first()
    return None


def known(case: Case, item: WorkItem) -> Known:  # noqa: ARG001
    change = change_of(case)
    if change.state == TripChange.State.GRANTED or change.cancels:
        return Known()
    from waiban.domains.outbound.office_law import law_of

    judged = judge_change(change)
    return Known([finding.to_dict() for finding in judged.fresh], law_of(change.trip.office).sha256)


def before_act(case: Case, item: WorkItem, outcome: str) -> None:
    """Raises CannotError where the step can't be done with this outcome. A refusal or return is always open."""
    if item.nature != WorkItem.Nature.STEP or outcome in ("refuse", "send_back"):
        return
    change = change_of(case)
    match item.step:
        case "ask":
            _may_be_asked(change)
        case "notice":
            _notice_is_over(change, item)
        case "desk_review" | "section_review" | "head_review" | "approve":
            if not change.cancels:
                refuse_if(judge_change(change).stops)
        case "outside_approval":
            if not change.document_number:
                raise CannotError(_("请填上级批复的文号"), "number")
        case "carry_out":
            _all_carried_out(change)


def _may_be_asked(change: TripChange) -> None:
    if change.unread:
        raise CannotError(_("还有没读懂的填写，请先改好"), next(iter(change.unread)))
    if not change.kinds:
        raise CannotError(_("和批准的一样，没有要变更的"))
    if not change.reason.strip():
        raise CannotError(_("请写明变更原因"), "reason")


def _notice_is_over(change: TripChange, item: WorkItem) -> None:
    from waiban.core.casework.clocks import today

    notice = ChangeNotice.objects.filter(change=change, unit_id=item.entry, replaced=False).first()
    if notice is None:
        raise CannotError(_("请先登记公示：地点、起止和内容"))
    if notice.until > today():
        raise CannotError(_("公示到 %(day)s 才结束") % {"day": notice.until})
    if notice.objections is None:
        raise CannotError(_("请登记公示结果：有无异议"))
    if notice.objections and not notice.result:
        raise CannotError(_("有异议的，请写明处理结果"))


def _all_carried_out(change: TripChange) -> None:
    left = [entry for entry in change.followed if not entry.get("done")]
    if left:
        raise CannotError(_("还有 %(n)d 项后果没有办完，请逐项勾选") % {"n": len(left)})


def moved(case: Case, move: Move) -> None:
    change = change_of(case)
    change.case_id = case.pk
    decision = move.decision
    step = move.item.step if move.item else ""
    if step == "submit" and decision and decision.outcome == "done":
        change.submitted = decision.happened_on
    if move.ended in ("refused", "cancelled", "withdrawn"):
        change.state = TripChange.State.REFUSED if move.ended == "refused" else TripChange.State.WITHDRAWN
        change.editable = False
    elif change.state != TripChange.State.GRANTED:
        reached = [STATE_OF_STEP[opened] for opened in move.opened if opened in STATE_OF_STEP]
        change.state = reached[-1] if reached else change.state
        change.editable = "ask" in move.opened or (change.editable and not reached and step != "ask")
    if move.act in ("send_back", "withdraw") and {"notice", "ask"} & set(move.opened):
        ChangeNotice.objects.filter(change=change, replaced=False).update(replaced=True)
    if decision and decision.outcome == "agree" and step == GRANTS_AT[decides(change)]:
        grant(change, case, decision)
    change.save()


def readers_changed(case: Case) -> None:
    """Who is asked about the change sees it, its notices and the trip that it is about."""
    change = change_of(case)
    wider = sorted({*change.trip.readers, *case.readers})
    TripChange.objects.filter(pk=change.pk).update(readers=wider)
    ChangeNotice.objects.filter(change=change).update(readers=wider)
    from waiban.domains.outbound.subject import show_trip

    show_trip(change.trip_id, wider)


def preview(case: Case) -> Preview:
    change = change_of(case)
    found = difference_of(change)
    lines = [(_("变更"), joined(kind_names(change.trip.office, found.kinds)))]
    lines += [("", f"{row.label}：{row.old} → {row.new}") for row in _rows(change)[:6]]
    if change.reason:
        lines.append((_("原因"), change.reason[:120]))
    missing = [] if change.cancels else [("block", f.text_zh) for f in judge_change(change).stops]
    return Preview(lines=lines, missing=missing[:5])


def _rows(change: TripChange) -> list:  # type: ignore[type-arg]
    return [] if change.cancels else differences(change.trip, change.base.dossier, change.dossier)


CHANGE = Subject(
    kind="change",
    name=gettext_lazy("行程变更"),
    url_name="outbound:change",
    freeze=freeze,
    values=values,
    post_for=post_for,
    known=known,
    check=before_act,
    moved=moved,
    readers_changed=readers_changed,
    preview=preview,
)
