"""Write down what the office's plan means to allot; nothing is counted before the leader has approved it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.people.models import Unit
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.draft_plan import locked
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.models import Allotment, AnnualPlan
from waiban.domains.outbound.plan_facts import RANKS


@dataclass(frozen=True)
class Share:
    """`rank` empty: every rank without a row of its own. `people` None: not limited."""

    unit: uuid.UUID
    rank: str
    groups: int
    people: int | None


@transaction.atomic
def balance_plan(
    plan_id: uuid.UUID, shares: Sequence[Share], *, revision: int, basis_number: str, basis_on: date | None,
    remarks: str = "",
) -> AnnualPlan:  # fmt: skip
    """`basis_number` and `basis_on`: the document by which the city holds its quota."""
    principal = current_principal()
    plan = locked(plan_id)
    if not plan.whole_office or not policies.may_edit_plan(principal, plan):
        raise CannotError(_("这份计划已交出，要改须先撤回或等退回"))
    if plan.revision != revision:
        raise ChangedMeanwhileError(_("这份计划刚被别人改过，请核对后再填"))
    units = set(Unit.objects.filter(office=plan.office_id).values_list("pk", flat=True))
    seen: set[tuple[uuid.UUID, str]] = set()
    for share in shares:
        if share.unit not in units or (share.rank and share.rank not in RANKS):
            raise CannotError(_("请从列表中选择单位和级别"))
        if (share.unit, share.rank) in seen:
            raise CannotError(_("同一单位同一级别只分配一次"))
        seen.add((share.unit, share.rank))
    Allotment.objects.filter(plan=plan).delete()
    Allotment.objects.bulk_create(
        Allotment(
            plan=plan, unit_id=share.unit, rank=share.rank, groups=share.groups, people=share.people,
            readers=plan.readers,
        )
        for share in shares
    )  # fmt: skip
    plan.basis_number, plan.basis_on, plan.remarks = basis_number.strip()[:80], basis_on, remarks.strip()[:400]
    plan.revision += 1
    plan.save(update_fields=["basis_number", "basis_on", "remarks", "revision", "saved_at"])
    record(
        "plan.balance", principal, subject=("plan", plan.pk), case=plan.case_id, readers=plan.readers,
        data={"shares": len(shares), "basis": plan.basis_number, "revision": plan.revision},
    )  # fmt: skip
    return plan
