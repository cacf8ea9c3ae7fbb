"""File the trip report and its publication, and hand the case back to the office for reading."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.policies import may_act
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Trip


@transaction.atomic
def file_report(trip_id: uuid.UUID, *, published_on: date | None = None, on: date | None = None) -> Trip:
    principal = current_principal()
    trip = locked(trip_id)
    item = open_item(trip, "report")
    if item is None or not may_act(principal, item):
        raise CannotError(_("还没到交出访报告这一步"))
    day = on or today()
    after = {**(trip.dossier.get("after") or {}), "report_filed": day.isoformat()}
    if published_on:
        after["report_published"] = published_on.isoformat()
    write(trip, {**trip.dossier, "after": after})
    record(
        "trip.file_report",
        principal.at(item.post_id),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=day,
        data={"published_on": published_on},
    )
    decide(item.pk, "done", on=day)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
