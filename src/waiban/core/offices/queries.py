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
    """The office's value, or the default while it has set none.

    Read by a function of the database, so that the same value answers whoever asks: a reader
    of a shared case holds no key of the office's settings. Raises KeyError for an unknown key.
    """
    known = settings.known(key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value::text FROM offices_setting_of(%s, %s)", [_id(office), key])
        row = cursor.fetchone()
    if row is None:
        return known.default
    return None if row[0] is None else json.loads(row[0])


def settings_of(office: Office | uuid.UUID) -> dict[str, Any]:
    """Every registered setting with its value, in one query."""
    found = {row.key: row.value for row in _newest(_id(office))}
    return {known.key: found.get(known.key, known.default) for known in settings.all_settings()}


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


def _newest(office_id: uuid.UUID) -> Sequence[OfficeSetting]:
    return list(OfficeSetting.objects.filter(office_id=office_id).order_by("key", "-version").distinct("key"))


def _id(office: Office | uuid.UUID) -> uuid.UUID:
    return office.pk if isinstance(office, Office) else office
