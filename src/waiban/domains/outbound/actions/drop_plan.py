"""Give up a version of a plan that was never sent. It stays on record, as withdrawn."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.draft_plan import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import AnnualPlan


@transaction.atomic
def drop_plan(plan_id: uuid.UUID) -> AnnualPlan:
    principal = current_principal()
    plan = locked(plan_id)
    if not policies.may_edit_plan(principal, plan) or plan.case_id is not None:
        raise CannotError(_("已经报送过的计划不能放弃"))
    plan.state = AnnualPlan.State.WITHDRAWN
    plan.save(update_fields=["state", "saved_at"])
    record("plan.drop", principal, subject=("plan", plan.pk), readers=plan.readers)
    return plan
