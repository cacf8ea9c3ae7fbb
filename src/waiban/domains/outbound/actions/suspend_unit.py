"""暂停受理: stop taking new trips from a unit, under the office's own article, and take them again."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.offices.policies import require
from waiban.core.offices.queries import settings_for
from waiban.core.people.models import Unit
from waiban.domains.outbound.debts import open_debts
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import document_readers, require_keeper
from waiban.domains.outbound.models import Suspension
from waiban.domains.outbound.reminding import ARTICLE, SUSPEND


@transaction.atomic
def suspend_unit(unit_id: uuid.UUID, *, reason: str, on: date | None = None) -> Suspension:
    """Off until the office has stated its article (settings); only of a unit with something past due."""
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit_id)
    principal = require_keeper("unit.suspend", unit.office_id)
    settled = settings_for(unit.office_id, [SUSPEND, ARTICLE])
    if not settled[SUSPEND] or not str(settled[ARTICLE] or "").strip():
        raise CannotError(_("本办没有开启暂停受理，或没有写明依据"))
    day = on or today()
    if not open_debts(unit=unit.pk, due_by=day).filter(due_on__lt=day).exists():
        raise CannotError(_("这个单位没有逾期事项"))
    if not reason.strip():
        raise CannotError(_("请写明事由"), "reason")
    if Suspension.objects.filter(suspended_unit=unit, lifted_on=None).exists():
        raise CannotError(_("这个单位已经暂停受理"))
    row = Suspension.objects.create(
        office_id=unit.office_id, suspended_unit=unit, article=str(settled[ARTICLE]).strip()[:200],
        reason=reason.strip()[:400], since=day, by_post_id=principal.for_post or principal.post,
        readers=document_readers(unit.office_id, unit.pk),
    )  # fmt: skip
    record(
        "unit.suspend", principal, subject=("unit", unit.pk), office=unit.office_id, readers=row.readers,
        happened_on=day, data={"article": row.article, "reason": row.reason},
    )  # fmt: skip
    return row


@transaction.atomic
def lift_suspension(suspension_id: uuid.UUID, *, reason: str, on: date | None = None) -> Suspension:
    """By the office head alone."""
    row = Suspension.objects.select_for_update(of=("self",)).get(pk=suspension_id)
    principal = require("unit.lift_suspension", Permission.OFFICE_SET, row.office_id)
    if row.lifted_on is not None:
        raise CannotError(_("已经恢复受理"))
    if not reason.strip():
        raise CannotError(_("请写明恢复理由"), "reason")
    row.lifted_on, row.lift_reason = on or today(), reason.strip()[:400]
    row.lifted_by_post_id = principal.for_post or principal.post
    row.save(update_fields=["lifted_on", "lift_reason", "lifted_by_post_id"])
    record(
        "unit.lift_suspension", principal, subject=("unit", row.suspended_unit_id), office=row.office_id,
        readers=row.readers, happened_on=row.lifted_on, data={"reason": row.lift_reason},
    )  # fmt: skip
    return row
