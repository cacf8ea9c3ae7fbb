"""Save a plan's items, all of them or none: from the page, a paste or a spreadsheet alike."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.draft_plan import locked
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.models import AnnualPlan, PlanItem
from waiban.domains.outbound.planning import Row


@transaction.atomic
def save_plan(
    plan_id: uuid.UUID, rows: Sequence[Row], *, revision: int, remarks: str = "", imported: bool = False
) -> AnnualPlan:
    """`rows` take the place of the items. What an earlier version had and this one leaves out stays, as dropped.

    Raises CannotError where a number isn't known, ChangedMeanwhileError where `revision` isn't the newest.
    """
    principal = current_principal()
    plan = locked(plan_id)
    if not policies.may_edit_plan(principal, plan) or plan.whole_office:
        raise CannotError(_("这份计划已交出，要改须先撤回或等退回"))
    if plan.revision != revision:
        raise ChangedMeanwhileError(_("这份计划刚被别人改过，请核对后再填"))
    known = {item.number: item for item in PlanItem.objects.select_for_update().filter(plan=plan)}
    before = AnnualPlan.objects.filter(unit=plan.unit_id, year=plan.year, whole_office=False).exclude(pk=plan.pk)
    held_before = set(PlanItem.objects.filter(plan__in=before).values_list("key", flat=True))
    last = (known and max(known)) or 0
    last = max(last, PlanItem.objects.filter(plan__in=before).aggregate(last=Max("number"))["last"] or 0)
    kept: set[int] = set()
    for place, row in enumerate(rows, 1):
        item = known.get(row.number) if row.number is not None else None
        if row.number is not None and item is None:
            raise CannotError(_("第 %(row)d 行项号：计划里没有第 %(n)d 项；新项空着") % {"row": place, "n": row.number})
        if item is None:
            last += 1
            item = PlanItem(plan=plan, unit=plan.unit, year=plan.year, number=last, readers=plan.readers)
        kept.add(item.number)
        _fill(item, row)
        item.save()
    for number, item in known.items():
        if number in kept:
            continue
        if item.key in held_before:
            item.state = PlanItem.State.DROPPED
            item.save(update_fields=["state"])
        else:
            item.delete()
    plan.remarks, plan.revision = remarks.strip()[:400], plan.revision + 1
    plan.save(update_fields=["remarks", "revision", "saved_at"])
    record(
        "plan.import" if imported else "plan.save", principal, subject=("plan", plan.pk), case=plan.case_id,
        readers=plan.readers, data={"rows": len(rows), "revision": plan.revision},
    )  # fmt: skip
    return plan


def _fill(item: PlanItem, row: Row) -> None:
    item.kind, item.title, item.leader_rank, item.month = row.kind, row.title, row.leader_rank, row.month
    item.countries, item.head_count, item.total_cny = list(row.countries), row.head_count, row.total_cny
    item.purpose, item.invited_by, item.state = row.purpose, row.invited_by, PlanItem.State.PLANNED
