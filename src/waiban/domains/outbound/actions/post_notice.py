"""Show an internal notice (内部公示) for one unit: what it says is what the dossier says now."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.policies import may_act
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
    if until < since:
        raise CannotError(_("公示结束不能早于开始 %(day)s") % {"day": since}, "until")
    calendar = work_calendar()
    if calendar.workdays(since, until) < SHORTEST:
        earliest = _fifth_day(since)
        raise CannotError(_("公示不少于 5 个工作日，最早 %(day)s 结束") % {"day": earliest}, "until")
    if not places or set(places) - set(PLACES):
        raise CannotError(_("请选公示地点"), "places")
    shown = shown_in_notice(trip.dossier)
    InternalNotice.objects.filter(trip=trip, unit_id=unit_id, replaced=False).update(replaced=True)
    notice = InternalNotice.objects.create(
        trip=trip,
        unit_id=unit_id,
        since=since,
        until=until,
        places=list(places),
        shown=shown,
        shown_sha256=digest(shown),
        posted_by_post_id=item.post_id,
        readers=trip.readers,
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


SHORTEST = 5
"""Working days, both end days counted (facts: pre_trip_publicity_days); the rule itself judges the dossier."""


def _fifth_day(since: date) -> date:
    from datetime import timedelta

    calendar = work_calendar()
    day = since
    while calendar.workdays(since, day) < SHORTEST:
        day += timedelta(days=1)
    return day
