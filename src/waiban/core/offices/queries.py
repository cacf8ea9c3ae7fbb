"""Reads of offices: today, settings, grants."""

import json
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from waiban.core.offices import settings
from waiban.core.offices.models import Grant, Office, OfficeSetting
from waiban.kernel.clock import Clock


def today(office: Office) -> date:
    """The legal day in the office's zone."""
    return Clock(zone=ZoneInfo(office.time_zone)).today()


def setting(office: Office | uuid.UUID, key: str) -> Any:
    """The office's value, or the default while it has set none. Raises KeyError for an unknown key."""
    return settings_for(office, [key])[key]


def settings_for(office: Office | uuid.UUID, keys: Sequence[str]) -> dict[str, Any]:
    """Several settings in one statement.

    Read by a function of the database, so that the same values answer whoever asks: a reader
    of a shared case holds no key of the office's settings.
    """
    values = {key: settings.known(key).default for key in keys}
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, value::text FROM offices_settings_of(%s, %s)", [_id(office), list(keys)])
        for key, value in cursor.fetchall():
            values[key] = None if value is None else json.loads(value)
    return values


def settings_of(office: Office | uuid.UUID) -> dict[str, Any]:
    """Every registered setting with its value, in one statement."""
    return settings_for(office, [known.key for known in settings.all_settings()])


def versions(office: Office | uuid.UUID, key: str) -> Sequence[OfficeSetting]:
    """What the setting was before, the newest first."""
    return list(OfficeSetting.objects.filter(office_id=_id(office), key=key).order_by("-version"))


def grants_in_force(office: Office | uuid.UUID, on: date) -> Sequence[Grant]:
    """Grants of approval authority that hold on a day, the older document first."""
    return list(
        Grant.objects.filter(office_id=_id(office), since__lte=on)
        .filter(Q(until=None) | Q(until__gte=on))
        .filter(Q(ended_on=None) | Q(ended_on__gt=on))
        .order_by("granted_on", "number")
    )


def grants(office: Office | uuid.UUID) -> Sequence[Grant]:
    return list(Grant.objects.filter(office_id=_id(office)).order_by("-granted_on", "number"))


def _id(office: Office | uuid.UUID) -> uuid.UUID:
    return office.pk if isinstance(office, Office) else office
