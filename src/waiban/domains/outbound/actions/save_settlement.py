"""Write the settlement, whole or not; begun with the approved budget."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.forms.pointers import Reading, read_form
from waiban.domains.outbound.models import Settlement, Trip
from waiban.domains.outbound.settling import as_dossier, may_begin, prefilled
from waiban.dossiers.patch import Edit, apply_edits
from waiban.kernel.errors import InputError


@dataclass(frozen=True)
class Written:
    settlement: Settlement
    reading: Reading


@transaction.atomic
def begin_settlement(trip_id: uuid.UUID) -> Settlement:
    """The one settlement of a trip, made from the approved budget where there is none."""
    principal = current_principal()
    trip = Trip.objects.select_for_update(of=("self",)).select_related("unit", "office").get(pk=trip_id)
    if not policies.may_draft(principal):
        policies.refuse("trip.begin_settlement", principal, trip)
    if not may_begin(trip):
        raise CannotError(_("出发以后才能填决算"))
    made, new = Settlement.objects.get_or_create(trip=trip, defaults={**prefilled(trip), "readers": trip.readers})
    if new:
        record("trip.begin_settlement", principal, subject=("trip", trip.pk), case=trip.case_id, readers=trip.readers)
    return made


@transaction.atomic
def save_settlement(
    settlement_id: uuid.UUID,
    posted: Sequence[tuple[str, list[str]]],
    *,
    revision: int,
    edits: Sequence[Edit] = (),
    paid_on: date | None = None,
    notes: str = "",
) -> Written:
    """`posted`: pointer to texts, as in a draft. What isn't understood is answered, and nothing is saved then."""
    principal = current_principal()
    settlement = locked(settlement_id)
    if not policies.may_draft(principal):
        policies.refuse("trip.save_settlement", principal, settlement.trip)
    if settlement.state != Settlement.State.DRAFT:
        raise CannotError(_("决算已报财务核定，要改须先退回"))
    if settlement.revision != revision:
        raise ChangedMeanwhileError(_("这份决算刚被别人改过，请刷新后再填"))
    reading = read_form(as_dossier(settlement), {}, posted)
    if reading.unread:
        return Written(settlement, reading)
    try:
        reading.dossier = apply_edits(reading.dossier, edits)
    except InputError as error:
        raise CannotError(_("要改的那一行已经不在，请刷新"), error.problem.path) from error
    budget = reading.dossier["budget"]
    settlement.lines = budget.get("lines") or []
    settlement.rates = budget.get("rates_to_cny") or {}
    settlement.rate_date = date.fromisoformat(budget["rate_date"]) if budget.get("rate_date") else None
    settlement.rate_source = (budget.get("rate_source") or "")[:120]
    settlement.paid_on, settlement.notes = paid_on, notes[:600]
    settlement.revision += 1
    settlement.save()
    record(
        "trip.save_settlement",
        principal,
        subject=("trip", settlement.trip_id),
        case=settlement.case_id,
        readers=settlement.readers,
        data={"revision": settlement.revision},
    )
    return Written(settlement, reading)


def locked(settlement_id: uuid.UUID) -> Settlement:
    found = Settlement.objects.select_for_update(of=("self",)).select_related("trip__unit", "trip__office", "case")
    return found.get(pk=settlement_id)
