"""Take in the passport or permit that was applied for."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.domains.outbound.actions.register_document import check_facts, refuse_second, set_number
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import locked_documents, move, next_slip, require_keeper
from waiban.domains.outbound.models import CustodyEvent, TravelDocument
from waiban.domains.outbound.needs import refresh_holder


@transaction.atomic
def issue_document(
    document_id: uuid.UUID,
    *,
    number: str,
    issuer: str = "",
    issued_on: date,
    expires_on: date,
    on: date | None = None,
) -> TravelDocument:
    (document,) = locked_documents([document_id])
    principal = require_keeper("document.issue", document.office_id)
    if document.state != TravelDocument.State.APPLIED:
        raise CannotError(_("这本证照不在申办中"))
    check_facts(document.kind, number, issued_on, expires_on)
    refuse_second(document.holder, document.kind, but=document.pk)
    day = on or today()
    set_number(document, number)
    document.issuer = issuer.strip() or document.issuer
    document.issued_on, document.expires_on = issued_on, expires_on
    document.state, document.state_since = TravelDocument.State.VALID, issued_on
    document.save()
    move(
        document, CustodyEvent.Why.ISSUED, TravelDocument.Place.DRAWER, principal=principal, on=day,
        slip=next_slip(document.office_id, day), trip_id=document.applied_for_id,
    )  # fmt: skip
    record(
        "document.issue", principal, subject=("document", document.pk), office=document.office_id,
        readers=document.readers, happened_on=day, data={"code": document.code, "expires_on": expires_on},
    )  # fmt: skip
    refresh_holder(document.holder_id, document.office_id)
    return document
