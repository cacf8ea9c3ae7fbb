"""Make a member's trip card, or put an end to it. The link's secret is answered once and stored nowhere."""

import secrets
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.cards import content_of, digest
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Trip, TripCard
from waiban.domains.outbound.tasks import RUNNING, going
from waiban.domains.outbound.versions import approved_value


@transaction.atomic
def make_card(trip_id: uuid.UUID, traveller: uuid.UUID) -> tuple[TripCard, str]:
    """A new link makes the old one void, also on the phone that opened it."""
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_draft(principal):
        policies.refuse("trip.make_card", principal, trip)
    value = approved_value(trip)
    if value is None or value.return_ is None or trip.state not in RUNNING:
        raise CannotError(_("批准以后、返回以前才有行程卡"))
    if str(traveller) not in going(trip):
        raise CannotError(_("这个人不在已批准的团组里"))
    _revoke(trip, traveller)
    token = secrets.token_urlsafe(24)
    card = TripCard.objects.create(
        trip=trip,
        holder_id=traveller,
        token_sha256=digest(token),
        content=content_of(trip),
        until=value.return_,
        made_by_post_id=principal.post,
        readers=trip.readers,
    )
    record(
        "trip.make_card",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"member": str(traveller)},
    )
    return card, token


@transaction.atomic
def revoke_card(card_id: uuid.UUID) -> Trip:
    principal = current_principal()
    card = TripCard.objects.get(pk=card_id)
    trip = locked(card.trip_id)
    if not policies.may_draft(principal):
        policies.refuse("trip.revoke_card", principal, trip)
    _revoke(trip, card.holder_id)
    record(
        "trip.revoke_card",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"member": str(card.holder_id)},
    )
    return trip


def _revoke(trip: Trip, traveller: uuid.UUID) -> None:
    TripCard.objects.filter(trip=trip, holder=traveller, revoked_at=None).update(revoked_at=timezone.now(), content={})
