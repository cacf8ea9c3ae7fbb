"""Its holder moved: the document follows to the new unit, which sees it from now on; the old one no longer does."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import document_readers, locked_documents, require_keeper
from waiban.domains.outbound.models import CustodyEvent, TravelDocument


@transaction.atomic
def transfer_document(document_id: uuid.UUID, *, on: date | None = None) -> TravelDocument:
    """Only from the office's drawer: what lies with the old unit is handed in first. What it owed stays the old unit's."""
    (document,) = locked_documents([document_id])
    principal = require_keeper("document.transfer", document.office_id)
    unit = document.holder.unit
    if unit.pk == document.keeping_unit_id:
        raise CannotError(_("持证人没有调动"))
    if document.place != TravelDocument.Place.DRAWER:
        raise CannotError(_("先收回外办，再转到新单位"))
    before = document.keeping_unit_id
    document.keeping_unit, document.readers = unit, document_readers(document.office_id, unit.pk)
    document.save(update_fields=["keeping_unit", "readers"])
    CustodyEvent.objects.filter(document=document).update(readers=document.readers)
    record(
        "document.transfer", principal, subject=("document", document.pk), office=document.office_id,
        readers=document.readers, happened_on=on or today(),
        data={"code": document.code, "from": before, "to": unit.pk},
    )  # fmt: skip
    return document
