"""The approved task: what travel papers may be applied for, drawn and released for."""

import uuid

from django.utils.translation import gettext as _

from waiban.core.people.persons import same_person_ids
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import TravelDocument, Trip
from waiban.domains.outbound.versions import approved_value
from waiban.dossiers.trip import Trip as TripValue

RUNNING = (Trip.State.APPROVED, Trip.State.AWAY)
"""While a paper may be handed out for the task: not after the return, and not once it was called off."""


def kinds_for(trip: Trip) -> tuple[TravelDocument.Kind, ...]:
    """What is carried where the trip goes: no passport to Hong Kong, Macao or Taiwan, no permit elsewhere."""
    kind = TravelDocument.Kind
    passports = (kind.PUBLIC_AFFAIRS, kind.SERVICE, kind.DIPLOMATIC)
    match trip.channel:
        case Trip.Channel.TAIWAN:
            return (kind.TAIWAN_PERMIT,)
        case Trip.Channel.HK_MACAO:
            return (kind.HK_MACAO_PERMIT,)
        case Trip.Channel.MIXED:
            return (*passports, kind.HK_MACAO_PERMIT)
    return passports


def going(trip: Trip) -> set[str]:
    """Ids of those whose journey is approved, changes that were granted included."""
    value = approved_value(trip)
    return {member.id for member in value.members or [] if member.id} if value else set()


def require_task(trip: Trip, traveller: uuid.UUID) -> TripValue:
    """The approved task under which a paper moves for this person. Raises CannotError without one."""
    value = approved_value(trip)
    if value is None or trip.state not in RUNNING:
        raise CannotError(_("任务没有批准，不能办证、领证"), "trip")
    persons = {str(one) for one in same_person_ids([traveller])[traveller]}
    if not persons & {member.id for member in value.members or [] if member.id}:
        raise CannotError(_("这个人不在已批准的团组里"), "trip")
    return value
