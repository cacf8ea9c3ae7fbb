"""Hand a year's plan on: open its case the first time, or send it again after a return."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.people.models import Post, Unit
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.draft_plan import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import AnnualPlan


@transaction.atomic
def send_plan(plan_id: uuid.UUID, *, on: date | None = None) -> AnnualPlan:
    """What must be stated first is the subject's to say (`plan_subject.before_act`)."""
    principal = current_principal()
    plan = locked(plan_id)
    if not policies.may_edit_plan(principal, plan) or principal.post is None:
        raise CannotError(_("这份计划已交出，要改须先撤回或等退回"))
    day = on or today()
    if plan.case_id is None:
        case = open_case(
            "plan", plan.pk, number=_number(plan), title=title_of(plan), detail=f"第 {plan.version} 版",
            process="plan", applicant_post=Post.objects.select_related("unit", "office").get(pk=principal.post), on=day,
        )  # fmt: skip
        AnnualPlan.objects.filter(pk=plan.pk).update(case=case)
        plan.case_id = case.pk
        record("plan.start", principal, subject=("plan", plan.pk), case=case.pk, readers=case.readers, happened_on=day)
    item = WorkItem.objects.get(case=plan.case_id, step="start", state=WorkItem.State.OPEN)
    decide(item.pk, "done", on=day)
    return AnnualPlan.objects.select_related("unit", "office", "case").get(pk=plan.pk)


def title_of(plan: AnnualPlan) -> str:
    """Stored with the case, and so in Chinese."""
    whose = plan.office.city if plan.whole_office else plan.unit.name
    return f"{whose} {plan.year} 年度因公出访计划"


def _number(plan: AnnualPlan) -> str:
    """云外计〔2027〕市商务局-1: by unit, since a unit can't count the plans of the others."""
    unit = plan.unit
    alone = Unit.objects.filter(office=plan.office_id, short_name=unit.short_name).count() == 1
    whose = "全市" if plan.whole_office else (unit.short_name if alone and unit.short_name else unit.name)
    return f"{plan.office.short_name}计〔{plan.year}〕{whose[:20]}-{plan.version}"
