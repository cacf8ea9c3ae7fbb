"""Enter when the delegation really left and came back, and hand the step on."""

import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.policies import may_act
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Trip


@transaction.atomic
def record_return(
    trip_id: uuid.UUID,
    *,
    left: date,
    came_back: date,
    papers_returned_on: date | None = None,
    on: date | None = None,
) -> Trip:
    """`papers_returned_on`: the day on which every travel paper of the group was handed in, where all were."""
    principal = current_principal()
    trip = locked(trip_id)
    item = open_item(trip, "come_back")
    if item is None or not may_act(principal, item):
        raise CannotError(_("还没到登记返回这一步"))
    if came_back < left:
        raise CannotError(_("入境不能早于离境 %(day)s") % {"day": left}, "/after/came_back")
    dossier: dict[str, Any] = {**trip.dossier}
    dossier["after"] = {**(dossier.get("after") or {}), "left": left.isoformat(), "came_back": came_back.isoformat()}
    if papers_returned_on:
        day = papers_returned_on.isoformat()
        dossier["members"] = [
            {**member, "passport": {**(member.get("passport") or {}), "returned_on": day}}
            for member in dossier["members"]
        ]
    write(trip, dossier)
    record(
        "trip.record_return",
        principal.at(item.post_id),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=on,
        data={"left": left, "came_back": came_back, "papers_returned_on": papers_returned_on},
    )
    decide(item.pk, "done", on=on)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
