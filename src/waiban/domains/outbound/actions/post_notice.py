"""Show an internal notice (内部公示) for one unit: what it says is what the dossier says now."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import reader_key
from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.policies import may_act
from waiban.core.people.models import Unit
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import InternalNotice
from waiban.domains.outbound.notices import notice_entries
from waiban.domains.outbound.relevant import digest, shown_in_notice

PLACES = ("intranet", "notice_board", "meeting", "other")


@transaction.atomic
def post_notice(
    trip_id: uuid.UUID, unit_id: uuid.UUID, *, since: date, until: date, places: Sequence[str], on: date | None = None
) -> InternalNotice:
    """Five working days, both end days counted (readings §8); a new one takes the earlier one's place."""
    principal = current_principal()
    trip = locked(trip_id)
    item = open_item(trip, "notice", str(unit_id))
    if item is None or not may_act(principal, item):
        raise CannotError(_("公示由本单位专办员在公示环节登记"))
    check_span(since, until, places)
    notice = make_notice(
        trip.pk,
        unit_id,
        {**shown_in_notice(trip.dossier), "title": trip.title},
        trip.readers,
        since=since,
        until=until,
        places=places,
        post_id=item.post_id,
    )
    write(trip, {**trip.dossier, "notices": notice_entries(trip)})
    record(
        "trip.post_notice",
        principal.at(item.post_id),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=on,
        data={"unit": str(unit_id), "since": since, "until": until, "shown_sha256": notice.shown_sha256},
    )
    return notice


def check_span(since: date, until: date, places: Sequence[str]) -> None:
    """Long enough, and somewhere; raises CannotError with what is missing."""
    if until < since:
        raise CannotError(_("公示结束不能早于开始 %(day)s") % {"day": since}, "until")
    if work_calendar().workdays(since, until) < SHORTEST:
        earliest = _fifth_day(since)
        raise CannotError(_("公示不少于 5 个工作日，最早 %(day)s 结束") % {"day": earliest}, "until")
    if not places or set(places) - set(PLACES):
        raise CannotError(_("请选公示地点"), "places")


def make_notice(
    trip_id: uuid.UUID,
    unit_id: uuid.UUID,
    shown: Mapping[str, Any],
    keys: Sequence[int],
    *,
    since: date,
    until: date,
    places: Sequence[str],
    post_id: uuid.UUID,
    part_id: uuid.UUID | None = None,
    phase: str = InternalNotice.Phase.BEFORE,
) -> InternalNotice:
    """The row, in the place of an earlier one of the same unit and phase; also for readers who may not see the trip."""
    InternalNotice.objects.filter(trip_id=trip_id, unit_id=unit_id, phase=phase, replaced=False).update(replaced=True)
    office = Unit.objects.values_list("office_id", flat=True).get(pk=unit_id)
    return InternalNotice.objects.create(
        trip_id=trip_id,
        part_id=part_id,
        unit_id=unit_id,
        phase=phase,
        since=since,
        until=until,
        places=list(places),
        shown=dict(shown),
        shown_sha256=digest(shown),
        posted_by_post_id=post_id,
        readers=sorted({*keys, reader_key(office, ReaderKey.Kind.UNIT, unit_id)}),
    )


SHORTEST = 5
"""Working days, both end days counted (facts: pre_trip_publicity_days); the rule itself judges the dossier."""


def _fifth_day(since: date) -> date:
    from datetime import timedelta

    calendar = work_calendar()
    day = since
    while calendar.workdays(since, day) < SHORTEST:
        day += timedelta(days=1)
    return day
