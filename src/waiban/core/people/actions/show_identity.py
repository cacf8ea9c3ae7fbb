"""Read an identity number in the clear: a read of its own in the register, with the reason."""

import uuid

from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.offices.errors import CannotError
from waiban.core.people import identity
from waiban.core.people.models import Traveller


def show_identity(traveller_id: uuid.UUID, *, reason: str) -> str:
    """Whoever sees the row may ask; without a reason nobody gets an answer."""
    traveller = Traveller.objects.select_related("unit").get(pk=traveller_id)
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    if traveller.identity_number is None:
        raise CannotError(_("没有登记证件号码"))
    record_apart(
        "traveller.show_identity", current_principal(), kind=Event.Kind.READ, subject=("traveller", traveller.pk),
        office=traveller.unit.office_id, readers=traveller.readers, data={"reason": reason.strip()},
    )  # fmt: skip
    return identity.decrypt(traveller.identity_number)
