"""Save the asked version as it is typed. Its kinds are worked out anew each time; nobody chooses them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import Principal, current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.arithmetic import fill_amounts
from waiban.domains.outbound.changing import difference_of
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.forms.pointers import Reading, read_form
from waiban.domains.outbound.models import TripChange
from waiban.dossiers.patch import Edit, apply_edits
from waiban.kernel.errors import InputError


@dataclass(frozen=True)
class SavedChange:
    change: TripChange
    reading: Reading
    changed: bool


def may_edit_change(principal: Principal, change: TripChange) -> bool:
    return policies.may_draft(principal) and change.editable and change.state == TripChange.State.DRAFT


def locked_change(change_id: uuid.UUID) -> TripChange:
    return (
        TripChange.objects.select_for_update(of=("self",))
        .select_related("trip__unit", "trip__office", "trip__case", "base", "case")
        .get(pk=change_id)
    )


@transaction.atomic
def save_change(
    change_id: uuid.UUID,
    posted: Sequence[tuple[str, list[str]]],
    *,
    revision: int,
    edits: Sequence[Edit] = (),
    reason: str | None = None,
    cancels: bool | None = None,
) -> SavedChange:
    """As `save_draft` does for a trip. Raises ChangedMeanwhileError when `revision` isn't the newest."""
    principal = current_principal()
    change = locked_change(change_id)
    if not may_edit_change(principal, change):
        raise CannotError(_("变更已交出，要改须先撤回或等退回"))
    if change.revision != revision:
        raise ChangedMeanwhileError(_("这项变更刚被别人改过，页面已换成最新内容；您刚才填的没有保存，请核对后再填"))
    reading = read_form(change.dossier, change.unread, posted)
    try:
        reading.dossier = apply_edits(reading.dossier, edits)
    except InputError as error:
        raise CannotError(_("要改的那一行已经不在，请刷新"), error.problem.path) from error
    fill_amounts(reading.dossier)
    before = (change.dossier, change.unread, change.reason, change.cancels)
    change.dossier, change.unread = reading.dossier, reading.unread
    change.reason = change.reason if reason is None else reason.strip()
    change.cancels = change.cancels if cancels is None else cancels
    changed = (change.dossier, change.unread, change.reason, change.cancels) != before
    if changed:
        change.kinds = list(difference_of(change).kinds)
        change.revision += 1
        change.save()
        record(
            "change.save",
            principal,
            subject=("trip", change.trip_id),
            readers=change.readers,
            data={"change": str(change.pk), "number": change.number, "kinds": change.kinds},
        )
    return SavedChange(change, reading, changed)
