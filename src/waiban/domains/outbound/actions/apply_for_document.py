"""Apply for a passport or permit: under an approved task, and where no valid one of the kind is held."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.people.models import Traveller
from waiban.domains.outbound.actions.register_document import refuse_second
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import document_readers, move, new_code, next_slip, require_keeper
from waiban.domains.outbound.models import CustodyEvent, TravelDocument, Trip
from waiban.domains.outbound.tasks import kinds_for, require_task


@transaction.atomic
def apply_for_document(
    trip_id: uuid.UUID, traveller_id: uuid.UUID, *, kind: str, issuer: str = "", on: date | None = None
) -> TravelDocument:
    """Raises CannotError without an approved task, beside a valid paper of the kind, or beside an application."""
    trip = Trip.objects.select_related("office").get(pk=trip_id)
    principal = require_keeper("document.apply", trip.office_id)
    holder = Traveller.objects.select_for_update(of=("self",)).select_related("unit").get(pk=traveller_id)
    if kind not in TravelDocument.Kind.values:
        raise CannotError(_("选证照种类"), "kind")
    require_task(trip, holder.pk)
    if kind not in kinds_for(trip):
        raise CannotError(_("这次去的地方不用%(kind)s") % {"kind": TravelDocument.Kind(kind).label}, "kind")
    refuse_second(holder, kind)
    if TravelDocument.objects.filter(holder=holder, kind=kind, state=TravelDocument.State.APPLIED).exists():
        raise CannotError(_("已经在申办"), "kind")
    day = on or today()
    document = TravelDocument.objects.create(
        office_id=trip.office_id,
        holder=holder,
        keeping_unit=holder.unit,
        kind=kind,
        code=new_code(trip.office_id),
        issuer=issuer.strip(),
        state=TravelDocument.State.APPLIED,
        state_since=day,
        applied_for=trip,
        place=TravelDocument.Place.APPLYING,
        place_since=day,
        readers=document_readers(trip.office_id, holder.unit_id),
    )
    move(
        document, CustodyEvent.Why.APPLICATION, TravelDocument.Place.APPLYING, principal=principal, on=day,
        slip=next_slip(trip.office_id, day), trip_id=trip.pk, words=issuer.strip(),
    )  # fmt: skip
    record(
        "document.apply", principal, subject=("document", document.pk), office=trip.office_id, case=trip.case_id,
        readers=trip.readers, happened_on=day, data={"code": document.code, "kind": kind},
    )  # fmt: skip
    return document
