"""Erase a person: name, number and salt go, so that digests elsewhere say nothing any more; the row's id stays."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.offices.queries import today
from waiban.core.people.models import Traveller
from waiban.core.people.policies import may_edit_travellers


@transaction.atomic
def erase_traveller(traveller_id: uuid.UUID, *, reason: str) -> Traveller:
    traveller = Traveller.objects.select_for_update(of=("self",)).select_related("unit__office").get(pk=traveller_id)
    principal, office = current_principal(), traveller.unit.office
    if not may_edit_travellers(principal, traveller.unit):
        refuse("traveller.erase", principal, office.pk, _("出访人员由所在单位专办员维护"))
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    traveller.records.all().delete()
    traveller.name, traveller.pinyin, traveller.born_on = "", "", None
    traveller.identity_number, traveller.identity_masked, traveller.identity_hash = None, "", ""
    traveller.salt, traveller.erased_on = b"", today(office)
    traveller.save()
    record(
        "traveller.erase", principal, subject=("traveller", traveller.pk), office=office.pk,
        readers=traveller.readers, data={"reason": reason.strip()},
    )  # fmt: skip
    return traveller
