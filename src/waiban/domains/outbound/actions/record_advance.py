"""Money drawn before the trip, or what was left of it paid back."""

import uuid
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.places.queries import currency_codes
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Advance, Settlement, Trip
from waiban.domains.outbound.versions import approved_value


@transaction.atomic
def record_advance(
    trip_id: uuid.UUID,
    kind: str,
    *,
    currency: str,
    amount: Decimal,
    drawn_on: date,
    rate_to_cny: Decimal | None = None,
    drawn_by: str = "",
    voucher: str = "",
) -> Advance:
    """Raises CannotError with the field: before the approval nothing is drawn, foreign money has its rate."""
    principal = current_principal()
    trip = _open_trip(trip_id, "trip.record_advance")
    if approved_value(trip) is None:
        raise CannotError(_("批准以后才能预借或购汇"))
    if kind not in Advance.Kind.values:
        raise CannotError(_("请选预借款或购汇"), "kind")
    if currency not in currency_codes():
        raise CannotError(_("币种写三个字母，如 CNY、USD"), "currency")
    if currency == "CNY" and rate_to_cny is not None:
        raise CannotError(_("人民币没有汇率"), "rate_to_cny")
    if currency != "CNY" and (rate_to_cny is None or rate_to_cny <= 0):
        raise CannotError(_("外币请填汇率"), "rate_to_cny")
    if not amount:
        raise CannotError(_("请填金额；退回填负数"), "amount")
    row = Advance.objects.create(
        trip=trip,
        kind=kind,
        currency=currency,
        amount=amount,
        rate_to_cny=rate_to_cny,
        drawn_on=drawn_on,
        drawn_by=drawn_by.strip()[:60],
        voucher=voucher.strip()[:60],
        recorded_by_post_id=principal.post,
        readers=trip.readers,
    )
    record(
        "trip.record_advance",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=drawn_on,
        data={"advance": str(row.pk), "amount": str(amount), "currency": currency},
    )
    return row


@transaction.atomic
def remove_advance(advance_id: uuid.UUID) -> Advance:
    """Typed by mistake: it stays on record, struck."""
    principal = current_principal()
    row = Advance.objects.select_for_update().get(pk=advance_id, removed_at=None)
    trip = _open_trip(row.trip_id, "trip.remove_advance")
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    record(
        "trip.remove_advance",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"advance": str(row.pk)},
    )
    return row


def _open_trip(trip_id: uuid.UUID, act: str) -> Trip:
    """Whoever writes the unit's dossiers or keeps its books; never after the settlement was handed in."""
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_keep_books(principal):
        policies.refuse(act, principal, trip)
    if Settlement.objects.filter(trip=trip).exclude(state=Settlement.State.DRAFT).exists():
        raise CannotError(_("决算已报财务核定，预借和购汇不能再改"))
    return trip
