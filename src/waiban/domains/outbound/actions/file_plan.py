"""Record that the approved plan was filed with the higher body: number, day, scan. It ends the plan's case."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.core.files.models import StoredFile
from waiban.domains.outbound.actions.draft_plan import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import AnnualPlan


@transaction.atomic
def file_plan(
    plan_id: uuid.UUID, *, number: str, filed_on: date, filed_to: str, scan: StoredFile | None, on: date | None = None
) -> AnnualPlan:
    principal = current_principal()
    plan = locked(plan_id)
    item = (
        WorkItem.objects.select_related("case", "post")
        .filter(case=plan.case_id, step="file_upward", state=WorkItem.State.OPEN).first()
    )  # fmt: skip
    if item is None or not may_act(principal, item):
        raise CannotError(_("这份计划现在不用报备，或由别的岗位报备"))
    if not number.strip():
        raise CannotError(_("待填：报备文号"), "number")
    if not filed_to.strip():
        raise CannotError(_("待填：报送机关"), "filed_to")
    if filed_on > (on or today()):
        raise CannotError(_("报备日期不能晚于今天"), "filed_on")
    if scan is None:
        raise CannotError(_("请上传报备件扫描"), "scan")
    plan.filed_number, plan.filed_on, plan.filed_to = number.strip()[:80], filed_on, filed_to.strip()[:80]
    plan.filed_scan = scan
    plan.save(update_fields=["filed_number", "filed_on", "filed_to", "filed_scan", "saved_at"])
    record(
        "plan.file", principal.at(item.post_id), subject=("plan", plan.pk), case=plan.case_id, readers=plan.readers,
        happened_on=filed_on, data={"number": plan.filed_number, "to": plan.filed_to, "scan": str(scan.pk)},
    )  # fmt: skip
    decide(item.pk, "done", on=on)
    return AnnualPlan.objects.select_related("unit", "office", "case").get(pk=plan.pk)
