"""A paper that a remedy touched was looked at again."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Trip


@transaction.atomic
def confirm_rechecked(trip_id: uuid.UUID, paper: str) -> Trip:
    """The unit looked at a paper again and stands by it."""
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_edit(principal, trip):
        raise CannotError(_("案卷已交出，要改须先撤回或等退回"))
    if paper not in trip.recheck:
        raise CannotError(_("这一件不须重新核对"))
    trip.recheck = [other for other in trip.recheck if other != paper]
    trip.save(update_fields=["recheck", "saved_at"])
    record("trip.confirm_rechecked", principal, subject=("trip", trip.pk), readers=trip.readers, data={"paper": paper})
    return trip
