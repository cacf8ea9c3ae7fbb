"""Calendars of due days (RFC 5545): number, step and day; never a name or a place."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from waiban.core.offices.settings import Kind, Setting

ALLOWED = "casework.calendar_feed"
SETTINGS = (
    Setting(
        ALLOWED,
        Kind.YES_NO,
        False,
        gettext_lazy("开放日历订阅"),
        gettext_lazy("办件"),
        help=gettext_lazy("每个岗位一个保密网址，只含编号、环节和日期；随时可停用"),
    ),
)

Entry = tuple[str, str, date]
"""Unique id, what is due, its day."""


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(token: str) -> bytes | None:
    """The calendar behind a secret address; None where no such feed stands. Asked by nobody in particular."""
    found = token_sha256(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_feed_stands(%s)", [found])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("SELECT item, number, verb, verb_en, due FROM casework_feed(%s)", [found])
        rows = cursor.fetchall()
    zh = (get_language() or "zh").startswith("zh")
    return calendar(
        (str(item), f"{number} {verb if zh or not en else en}", due) for item, number, verb, en, due in rows
    )


def calendar(entries: Iterable[Entry]) -> bytes:
    made = Calendar()
    made.add("prodid", "-//waiban//due days//")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("外办待办期限"))
    now = datetime.now(UTC)
    for uid, what, day in entries:
        event = Event()
        event.add("uid", f"{uid}@waiban")
        event.add("dtstamp", now)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", what)
        made.add_component(event)
    return bytes(made.to_ical())
