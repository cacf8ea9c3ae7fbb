"""Enter what the higher body approved: number, date and scan. Only this approves a trip that was forwarded."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.policies import may_act
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.authority import document_of
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_items
from waiban.domains.outbound.models import Attachment, Trip


@transaction.atomic
def record_outside_approval(
    trip_id: uuid.UUID,
    *,
    number: str,
    dated: date,
    by: str,
    scan: Attachment,
    outcome: str = "agree",
    on: date | None = None,
) -> Trip:
    principal = current_principal()
    trip = locked(trip_id)
    item = next(iter(open_items(trip, "outside_approval", "taiwan_decision")), None)
    if item is None or not may_act(principal, item):
        raise CannotError(_("这份案卷不在等上级批件"))
    if not number.strip():
        raise CannotError(_("请填上级批件的文号"), "number")
    if not by.strip():
        raise CannotError(_("请填批准机关"), "by")
    dossier = dict(trip.dossier)
    dossier["approval"] = {
        "document": document_of(value_of(trip.dossier)),
        "number": number.strip(),
        "on": dated.isoformat(),
        "by": by.strip(),
    }
    write(trip, dossier)
    record(
        "trip.record_outside_approval",
        principal.at(item.post_id),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=on,
        data={"number": number.strip(), "dated": dated, "scan": str(scan.pk), "outcome": outcome},
    )
    decide(item.pk, outcome, opinion=f"{by.strip()} {number.strip()}", on=on)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
