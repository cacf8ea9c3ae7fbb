"""Save what was typed, whole or not; nothing typed is lost, and nothing is judged here."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.search.keep import keep
from waiban.domains.outbound import budgeting, policies
from waiban.domains.outbound.arithmetic import fill_amounts
from waiban.domains.outbound.dossier import project
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.forms.pointers import Reading, read_form
from waiban.domains.outbound.members import project_members
from waiban.domains.outbound.models import Trip
from waiban.dossiers.patch import Edit, apply_edits
from waiban.kernel.errors import InputError


@dataclass(frozen=True)
class Saved:
    trip: Trip
    reading: Reading
    changed: bool


@transaction.atomic
def save_draft(
    trip_id: uuid.UUID,
    posted: Sequence[tuple[str, list[str]]],
    *,
    revision: int,
    edits: Sequence[Edit] = (),
) -> Saved:
    """`posted`: pointer to texts. `edits`: rows added, removed or moved, after the texts.

    Raises ChangedMeanwhileError when `revision` isn't the newest, CannotError when the
    dossier isn't the unit's to edit now.
    """
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_edit(principal, trip):
        raise CannotError(_("案卷已交出，要改须先撤回或等退回"))
    if trip.revision != revision:
        raise ChangedMeanwhileError(_("这份案卷刚被别人改过，页面已换成最新内容；您刚才填的没有保存，请核对后再填"))
    reading = read_form(trip.dossier, trip.unread, posted)
    try:
        reading.dossier = apply_edits(reading.dossier, edits)
    except InputError as error:
        raise CannotError(_("要改的那一行已经不在，请刷新"), error.problem.path) from error
    reading.dossier = budgeting.follow(trip, reading.dossier)
    fill_amounts(reading.dossier)
    changed = reading.dossier != trip.dossier or reading.unread != trip.unread
    if changed:
        write(trip, reading.dossier, reading.unread)
        record(
            "trip.save", principal, subject=("trip", trip.pk), readers=trip.readers, data={"revision": trip.revision}
        )
    return Saved(trip, reading, changed)


def locked(trip_id: uuid.UUID) -> Trip:
    return Trip.objects.select_for_update(of=("self",)).select_related("unit", "office").get(pk=trip_id)


def write(trip: Trip, dossier: dict[str, Any], unread: dict[str, str] | None = None) -> None:
    """The one place that stores a dossier: with its projection, one revision on."""
    trip.dossier = dossier
    if unread is not None:
        trip.unread = unread
    trip.revision += 1
    project(trip)
    trip.save()
    project_members(trip)
    keep("trip", trip)
