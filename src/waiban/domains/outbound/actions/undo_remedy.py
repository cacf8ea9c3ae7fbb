"""Undo a remedy that was taken, as long as nothing else was changed since."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.arithmetic import fill_amounts
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Remedy, Trip
from waiban.dossiers.patch import apply_edits


@transaction.atomic
def undo_remedy(remedy_id: uuid.UUID) -> Trip:
    """Give back what was there, as long as nothing else was changed since."""
    principal = current_principal()
    taken = Remedy.objects.select_for_update().get(pk=remedy_id)
    trip = locked(taken.trip_id)
    if not policies.may_edit(principal, trip):
        raise CannotError(_("案卷已交出，要改须先撤回或等退回"))
    if taken.undone_at is not None:
        raise CannotError(_("已经撤销过了"))
    if trip.revision != taken.revision:
        raise CannotError(_("采用之后又改过别处，请直接改回"))
    before = apply_edits(trip.dossier, taken.undo)
    fill_amounts(before)
    if not Remedy.objects.filter(trip=trip, undone_at=None).exclude(pk=taken.pk).exists():
        trip.recheck = []  # the papers say what the dossier says again
    write(trip, before)
    taken.undone_at = trip.saved_at
    taken.save(update_fields=["undone_at"])
    record("trip.undo_remedy", principal, subject=("trip", trip.pk), readers=trip.readers, data={"rule": taken.rule})
    return trip
