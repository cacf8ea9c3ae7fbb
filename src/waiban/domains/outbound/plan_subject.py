"""How a year's plan hooks into casework: a unit's or the office's, one process for both."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.casework.engine.model import Step
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.subjects import Frozen, Move, Preview, Subject
from waiban.core.files.models import StoredFile
from waiban.core.people.models import Post, Role
from waiban.core.ui.format import joined, money_text
from waiban.domains.outbound.actions.put_in_force import adopted_items, put_in_force
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Allotment, AnnualPlan, PlanItem
from waiban.domains.outbound.planning import HEADS
from waiban.kernel.money import Money

State = AnnualPlan.State
STATE_OF_STEP = {
    "start": State.DRAFT,
    "finance_review": State.IN_UNIT,
    "unit_approval": State.IN_UNIT,
    "balance": State.AT_OFFICE,
    "section_review": State.IN_APPROVAL,
    "head_review": State.IN_APPROVAL,
    "approve": State.IN_APPROVAL,
}
STATE_OF_END = {"refused": State.REFUSED, "cancelled": State.WITHDRAWN, "withdrawn": State.WITHDRAWN}
NEEDED = ("leader_rank", "month", "countries", "head_count", "total_cny", "purpose")
"""What a planned trip states before the plan is sent; the inviter where it is known (process §1.1)."""


def plan_of(case: Case) -> AnnualPlan:
    return AnnualPlan.objects.select_related("unit", "office").get(pk=case.subject_id)


def content_of(plan: AnnualPlan) -> dict[str, Any]:
    items = PlanItem.objects.filter(plan=plan).order_by("number")
    rows = Allotment.objects.filter(plan=plan).order_by("unit", "rank")
    return {
        "schema": "waiban/plan/1",
        "unit": plan.unit.name,
        "year": plan.year,
        "version": plan.version,
        "basis": {"number": plan.basis_number, "on": plan.basis_on},
        "items": [
            {
                "number": item.number, "kind": item.kind, "title": item.title, "leader_rank": item.leader_rank,
                "month": item.month, "countries": item.countries, "people": item.head_count,
                "total_cny": item.total_cny, "purpose": item.purpose, "inviter": item.invited_by,
                "dropped": item.state == PlanItem.State.DROPPED,
            }
            for item in items
        ],
        "allotments": [
            {"unit": str(row.unit_id), "rank": row.rank, "groups": row.groups, "people": row.people} for row in rows
        ],
    }  # fmt: skip


def freeze(case: Case) -> Frozen:
    text = json.dumps(content_of(plan_of(case)), ensure_ascii=False, sort_keys=True, default=str)
    return Frozen(text, hashlib.sha256(text.encode()).hexdigest())


def values(case: Case) -> Mapping[str, object]:
    return {"whose": "office" if plan_of(case).whole_office else "unit"}


def post_for(case: Case, step_id: str, step: Step, _entry: str) -> Post | None:
    if step_id in ("start", "file_upward") and (step_id == "start" or case.applicant_post.role == step.post):
        return case.applicant_post
    if step.post == "approver":
        return Post.objects.filter(office_id=case.office_id, role=Role.CITY_LEADER).order_by("id").first()
    return None


def before_act(case: Case, item: WorkItem, outcome: str) -> None:
    if item.nature != WorkItem.Nature.STEP or outcome in ("refuse", "send_back"):
        return
    plan = plan_of(case)
    if item.step == "start":
        _require_office(plan) if plan.whole_office else _require_unit(plan)
    if item.step == "file_upward" and not plan.filed_number:
        raise CannotError(_("请先登记报备文号、日期和扫描件"), "number")


def _require_unit(plan: AnnualPlan) -> None:
    items = list(PlanItem.objects.filter(plan=plan).exclude(state=PlanItem.State.DROPPED).order_by("number"))
    if not items:
        raise CannotError(_("计划里还没有项目，请先填写或导入"))
    for item in items:
        missing = [name for name in NEEDED if getattr(item, name) in (None, "", [])]
        if missing:
            heads = [HEADS["places" if name == "countries" else name] for name in missing]
            raise CannotError(
                _("第 %(n)d 项待填：%(what)s") % {"n": item.number, "what": joined(str(head) for head in heads)},
                f"/items/{item.number}/{missing[0]}",
            )


def _require_office(plan: AnnualPlan) -> None:
    if not Allotment.objects.filter(plan=plan).exists():
        raise CannotError(_("还没有给任何单位分配控制数"))
    if not plan.basis_number or plan.basis_on is None:
        raise CannotError(_("请写明控制数的文号和日期"), "basis_number")


def moved(case: Case, move: Move) -> None:
    plan = plan_of(case)
    decision = move.decision
    if move.ended and move.ended != "closed":
        plan.state = STATE_OF_END[move.ended]
    elif move.ended:
        plan.state = plan.state if plan.whole_office else State.ADOPTED
    else:
        reached = [STATE_OF_STEP[step] for step in move.opened if step in STATE_OF_STEP]
        plan.state = reached[-1] if reached else plan.state
    plan.save(update_fields=["state", "saved_at"])
    if move.item and move.item.step == "approve" and decision and decision.outcome == "agree":
        put_in_force(plan, decision=decision.pk, on=decision.happened_on)


def readers_changed(case: Case) -> None:
    plans = AnnualPlan.objects.filter(pk=case.subject_id)
    StoredFile.objects.filter(pk__in=plans.values("filed_scan")).update(readers=case.readers)
    for model in (PlanItem, Allotment):
        model._default_manager.filter(plan__in=plans).update(readers=case.readers)
    plans.update(readers=case.readers)


def preview(case: Case) -> Preview:
    plan = plan_of(case)
    items = adopted_items(plan) if plan.whole_office else PlanItem.objects.filter(plan=plan)
    listed = [item for item in items if item.state != PlanItem.State.DROPPED]
    counted = [item for item in listed if item.kind != PlanItem.Kind.TEACHING_RESEARCH]
    total = sum((item.total_cny for item in listed if item.total_cny is not None), start=Decimal(0))
    lines = [
        (_("项目"), _("%(n)d 项，另有教学科研 %(m)d 项") % {"n": len(counted), "m": len(listed) - len(counted)}),
        (_("人次"), str(sum(item.head_count or 0 for item in counted))),
    ]
    if plan.whole_office:
        allotted = Allotment.objects.filter(plan=plan).aggregate(groups=Sum("groups"))["groups"] or 0
        lines.append((_("拟分配"), _("%(n)d 个团组") % {"n": allotted}))
    return Preview(lines=lines, money=money_text(Money(total, "CNY")))


PLAN = Subject(
    kind="plan",
    name=gettext_lazy("年度计划"),
    url_name="outbound:year_plan",
    freeze=freeze,
    values=values,
    post_for=post_for,
    check=before_act,
    moved=moved,
    readers_changed=readers_changed,
    preview=preview,
)
