"""A grant is taken back, or replaced by a newer document. What was approved under it stays approved."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Grant
from waiban.core.offices.policies import require


@transaction.atomic
def end_grant(grant_id: uuid.UUID, *, on: date, reason: str) -> Grant:
    """`on` is the first day on which it no longer holds."""
    grant = Grant.objects.select_for_update().get(pk=grant_id)
    principal = require("grant.end", Permission.OFFICE_SET, grant.office_id)
    if grant.ended_on is not None:
        raise CannotError(_("这份授权已经收回"))
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    grant.ended_on, grant.ended_why = on, reason.strip()
    grant.save(update_fields=["ended_on", "ended_why"])
    record(
        "grant.end", principal, subject=("grant", grant.pk), office=grant.office_id,
        readers=readers(grant.office_id, office=True), data={"on": on, "reason": grant.ended_why},
    )  # fmt: skip
    return grant
