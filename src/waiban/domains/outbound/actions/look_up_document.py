"""Find a document by its number, or read the number: each is an event of its own, kept whatever comes of it."""

import uuid

from django.utils.translation import gettext as _

from waiban.core.access.keys import readers as office_readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.people import identity
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import require_keeper
from waiban.domains.outbound.models import TravelDocument


def look_up_document(number: str) -> TravelDocument | None:
    """By the keyed hash of the whole number. The register holds whether it was found, never the number."""
    principal = current_principal()
    if principal.office is None:
        raise CannotError(_("您的岗位不能做这件事"))
    require_keeper("document.look_up", principal.office)
    plain = identity.normal(number)
    if not plain:
        raise CannotError(_("待填：证照号码"), "number")
    found = (
        TravelDocument.objects.select_related("holder", "keeping_unit")
        .filter(office=principal.office, number_hash=identity.digest(plain))
        .first()
    )
    record_apart(
        "document.look_up", principal, kind=Event.Kind.READ, subject=("document", found.pk if found else None),
        office=principal.office, data={"found": found is not None},
        readers=found.readers if found else office_readers(principal.office, office=True),
    )  # fmt: skip
    return found


def show_number(document_id: uuid.UUID, *, reason: str) -> str:
    """The number in the clear, for a reason that stands in the register."""
    document = TravelDocument.objects.get(pk=document_id)
    principal = require_keeper("document.show_number", document.office_id)
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"), "reason")
    if document.number_secret is None:
        raise CannotError(_("没有登记证照号码"))
    record_apart(
        "document.show_number", principal, kind=Event.Kind.READ, subject=("document", document.pk),
        office=document.office_id, readers=document.readers, data={"code": document.code, "reason": reason.strip()},
    )  # fmt: skip
    return identity.decrypt(document.number_secret)
