"""Cancel a document, record that it was lost, or note that it has run out."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.files.models import StoredFile
from waiban.core.offices.policies import refuse
from waiban.domains.outbound.actions.explain_debt import explain_loss
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import locked_documents, may_carry, may_keep, move, next_slip, require_keeper
from waiban.domains.outbound.models import CustodyEvent, TravelDocument
from waiban.domains.outbound.needs import refresh_holder

State, Place = TravelDocument.State, TravelDocument.Place
OVER = (State.CANCELLED, State.LOST)


@transaction.atomic
def cancel_document(document_id: uuid.UUID, *, reason: str, on: date | None = None) -> TravelDocument:
    """Cancelled at the issuing body: it leaves custody for good. An application may be called off so."""
    (document,) = locked_documents([document_id])
    principal = require_keeper("document.cancel", document.office_id)
    if document.state in OVER:
        raise CannotError(_("这本证照已经%(state)s") % {"state": document.get_state_display()})
    if not reason.strip():
        raise CannotError(_("请写注销原因"), "reason")
    if document.place in (Place.TRAVELLER, Place.CONSULATE, Place.IN_TRANSIT):
        raise CannotError(_("证照在“%(place)s”，先收回再注销") % {"place": document.get_place_display()})
    day = on or today()
    document.state, document.state_since = State.CANCELLED, day
    move(
        document, CustodyEvent.Why.GONE, Place.NOWHERE, principal=principal, on=day,
        slip=next_slip(document.office_id, day), mark=reason.strip()[:200],
    )  # fmt: skip
    record(
        "document.cancel", principal, subject=("document", document.pk), office=document.office_id,
        readers=document.readers, happened_on=day, data={"code": document.code, "reason": reason.strip()},
    )  # fmt: skip
    refresh_holder(document.holder_id, document.office_id)
    return document


@transaction.atomic
def report_lost(document_id: uuid.UUID, *, words: str, proof: StoredFile, on: date | None = None) -> TravelDocument:
    """The unit or the office says that it is lost, with an explanation and proof; the office answers it later."""
    (document,) = locked_documents([document_id])
    principal = current_principal()
    if not may_keep(principal, document.office_id) and not may_carry(
        principal, document.keeping_unit_id, document.office_id
    ):
        refuse("document.lost", principal, document.office_id)
    if document.state in OVER:
        raise CannotError(_("这本证照已经%(state)s") % {"state": document.get_state_display()})
    day = on or today()
    trip_id = document.place_trip_id
    document.state, document.state_since = State.LOST, day
    move(
        document, CustodyEvent.Why.GONE, Place.NOWHERE, principal=principal, on=day,
        slip=next_slip(document.office_id, day), trip_id=trip_id,
    )  # fmt: skip
    explain_loss(document, words=words, proof=proof, on=day)
    record(
        "document.lost", principal, subject=("document", document.pk), office=document.office_id,
        readers=document.readers, happened_on=day, data={"code": document.code},
    )  # fmt: skip
    refresh_holder(document.holder_id, document.office_id)
    return document


@transaction.atomic
def expire_documents(office_id: uuid.UUID, on: date) -> int:
    """Nightly, by the system: valid no more from the day after the last one. They stay where they are."""
    principal = require_keeper("document.expire", office_id)
    rows = list(
        TravelDocument.objects.select_for_update()
        .filter(office=office_id, state=State.VALID, expires_on__lt=on)
        .order_by("pk")
    )
    for document in rows:
        document.state, document.state_since = State.EXPIRED, on
        document.save(update_fields=["state", "state_since"])
        record(
            "document.expire", principal, subject=("document", document.pk), office=office_id,
            readers=document.readers, happened_on=on, data={"code": document.code},
        )  # fmt: skip
    return len(rows)
