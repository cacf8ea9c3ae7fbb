"""What the promises came from was called off: they go out of the count, and stay on record with the reason."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import Principal, acting_as, current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.people.principals import system
from waiban.domains.partners import policies
from waiban.domains.partners.errors import CannotError
from waiban.domains.partners.models import Promise, PromiseReview

ENDED = (Promise.State.KEPT, Promise.State.BROKEN, Promise.State.OVERTAKEN, Promise.State.WITHDRAWN)


@transaction.atomic
def withdraw_promises(origin_kind: str, origin_id: uuid.UUID, *, reason: str) -> int:
    """How many were withdrawn; those that came to an end stay as they ended."""
    if not reason.strip():
        raise CannotError(_("请写明理由"), "reason")
    principal = current_principal()
    if not policies.may_record(principal) or principal.office is None:
        raise PermissionError("promise.withdraw")
    with acting_as(system(principal.office, "promises")):
        rows = Promise.objects.select_for_update().filter(origin_kind=origin_kind, origin_id=origin_id)
        found = [row for row in rows if row.state not in ENDED]
        for row in found:
            withdraw_row(row, reason=reason, version=row.version + 1, actor=principal)
    return len(found)


def withdraw_row(row: Promise, *, reason: str, version: int, actor: Principal) -> None:
    if row.state in ENDED:
        return
    row.state, row.reason, row.ended_on, row.version = Promise.State.WITHDRAWN, reason.strip(), today(), version
    row.save(update_fields=["state", "reason", "ended_on", "version"])
    PromiseReview.objects.filter(promise=row, case=None, done_on=None).update(dropped_on=today())
    record(
        "promise.withdraw",
        actor,
        subject=("promise", row.pk),
        readers=row.readers,
        office=row.office_id,
        data={"number": f"{row.year}-{row.number}", "reason": row.reason},
    )
