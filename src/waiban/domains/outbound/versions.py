"""The three versions of a trip: approved, asked, actual.

Boards, cards, deadlines and papers after the approval read the approved one. What is asked for is a
`TripChange`, which nothing reads but its own pages until it is granted.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import Trip, TripChange, TripVersion
from waiban.domains.outbound.relevant import digest
from waiban.dossiers.trip import Trip as TripValue


def approved_version(trip: Trip) -> TripVersion | None:
    return _newest(trip, TripVersion.Of.APPROVED)


def actual_version(trip: Trip) -> TripVersion | None:
    return _newest(trip, TripVersion.Of.ACTUAL)


def approved_value(trip: Trip) -> TripValue | None:
    """What was approved last, changes that were granted included; None before any approval."""
    version = approved_version(trip)
    return value_of(version.dossier) if version else None


def actual_value(trip: Trip) -> TripValue | None:
    """Who really went, where and when, as registered on the return; None before it."""
    version = actual_version(trip)
    return value_of(version.dossier) if version else None


def running_change(trip: Trip) -> TripChange | None:
    """The one change that is asked for and not yet decided."""
    ended = (TripChange.State.GRANTED, TripChange.State.REFUSED, TripChange.State.WITHDRAWN)
    return TripChange.objects.filter(trip=trip).exclude(state__in=ended).select_related("base", "case").first()


def pin(
    trip: Trip,
    of: TripVersion.Of,
    dossier: Mapping[str, Any],
    *,
    source: TripVersion.Source,
    cause: uuid.UUID | None,
    since: date,
) -> TripVersion:
    """Store a version for good, in the transaction of the act that makes it."""
    before = _newest(trip, of)
    return TripVersion.objects.create(
        trip=trip,
        of=of,
        number=before.number + 1 if before else 1,
        source=source,
        cause_id=cause,
        dossier=dict(dossier),
        sha256=digest(dossier),
        since=since,
        readers=trip.readers,
    )


def _newest(trip: Trip, of: TripVersion.Of) -> TripVersion | None:
    return TripVersion.objects.filter(trip=trip, of=of).order_by("-number").first()
