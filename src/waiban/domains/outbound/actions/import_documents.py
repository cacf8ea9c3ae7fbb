"""Save the office's own ledger of documents: all rows or none, and the file erased afterwards (its hash stays)."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.files.blobs import read_blob
from waiban.core.files.models import StoredFile
from waiban.core.offices.models import Office
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import next_slip, require_keeper
from waiban.domains.outbound.ledger import Ledger, read_ledger


def preview_documents(file_id: uuid.UUID, office: Office) -> Ledger:
    require_keeper("document.import", office.pk)
    stored = StoredFile.objects.get(pk=file_id)
    return read_ledger(read_blob(stored.sha256), office, today())


@transaction.atomic
def import_documents(file_id: uuid.UUID, office: Office, *, on: date | None = None) -> int:
    """Gives how many were registered, on one slip. Raises CannotError while a row has a fault."""
    principal = require_keeper("document.import", office.pk)
    stored = StoredFile.objects.select_for_update().get(pk=file_id)
    ledger = read_ledger(read_blob(stored.sha256), office, on or today())
    if ledger.faults:
        raise CannotError(_("还有 %(n)d 处要改，什么都没有存") % {"n": len(ledger.faults)})
    day = on or today()
    slip = next_slip(office.pk, day) if ledger.lines else 0
    for line in ledger.lines:
        register_document(
            line.holder.pk, kind=line.kind, number=line.number, issuer=line.issuer, issued_on=line.issued_on,
            expires_on=line.expires_on, place=line.place, code=line.code, mark=line.mark, on=day, slip=slip,
        )  # fmt: skip
    record(
        "document.import", principal, subject=("file", stored.pk), office=office.pk, readers=stored.readers,
        happened_on=day, data={"n": len(ledger.lines), "known": ledger.known, "sha256": stored.sha256},
    )  # fmt: skip
    stored.delete()
    return len(ledger.lines)
