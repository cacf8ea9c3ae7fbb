"""From the stored dossier to a typed Trip, and from a dossier to the columns that lists search."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from waiban.domains.outbound.models import Trip
from waiban.dossiers.load import SCHEMA_ID, trip_from
from waiban.dossiers.trip import Trip as TripValue


def value_of(dossier: Mapping[str, Any]) -> TripValue:
    """The draft as a Trip. Raises InputError only for what the form could not have written."""
    return trip_from({"schema": SCHEMA_ID, **dossier}, draft=True)


def project(trip: Trip) -> None:
    """Set the searchable columns from the dossier; saving is the caller's."""
    dossier = trip.dossier
    trip.title = (dossier.get("title") or "")[:200]
    trip.kind = dossier.get("kind") or ""
    trip.depart = _day(dossier.get("depart"))
    trip.return_on = _day(dossier.get("return"))
    trip.countries = countries_of(dossier)
    trip.channel = channel_of(trip.countries)
    trip.inviters = inviters_of(dossier)
    trip.head_count = len(dossier.get("members") or [])
    trip.total_cny = _amount((dossier.get("budget") or {}).get("total_cny"))


def countries_of(dossier: Mapping[str, Any]) -> list[str]:
    """In the order of the stops, each once; an airside transit isn't a visit."""
    stops = dossier.get("stops") or []
    visited = [
        stop.get("country") for stop in stops if not (stop.get("transit") and stop.get("leaves_airport") is not True)
    ]
    return list(dict.fromkeys(code for code in visited if code))


def inviters_of(dossier: Mapping[str, Any]) -> list[str]:
    """Each once, as written: the same words in another dossier are evidence for the desk, never a finding."""
    named = [str(item.get("inviter") or "").strip()[:200] for item in dossier.get("invitations") or []]
    return list(dict.fromkeys(name for name in named if name))


def channel_of(countries: list[str]) -> str:
    places = set(countries)
    if places == {"TW"}:
        return Trip.Channel.TAIWAN
    if places and places <= {"HK", "MO"}:
        return Trip.Channel.HK_MACAO
    return Trip.Channel.MIXED if places & {"HK", "MO"} else Trip.Channel.FOREIGN


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount is not None else None
