"""Erase a person: name, number and salt go, so that digests elsewhere say nothing any more; the row's id stays."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.offices.queries import today
from waiban.core.people import retention
from waiban.core.people.models import Traveller
from waiban.core.people.policies import may_edit_travellers
from waiban.core.search.keep import keep


@transaction.atomic
def erase_traveller(traveller_id: uuid.UUID, *, reason: str) -> Traveller:
    """Refused while something open needs the person: the message says what."""
    traveller = locked(traveller_id)
    principal, office = current_principal(), traveller.unit.office
    if not may_edit_travellers(principal, traveller.unit):
        refuse("traveller.erase", principal, office.pk, _("出访人员由所在单位专办员维护"))
    if traveller.erased_on:
        raise CannotError(_("这个人的信息已按期限删除"))
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    if still := retention.open_holds(retention.holds_of([traveller.pk])[traveller.pk]):
        raise CannotError(_("还在用，不能删除：%(why)s") % {"why": _("；").join(hold.reason for hold in still)})
    empty(traveller)
    record(
        "traveller.erase", principal, subject=("traveller", traveller.pk), office=office.pk,
        readers=traveller.readers, data={"reason": reason.strip()},
    )  # fmt: skip
    return traveller


def locked(traveller_id: uuid.UUID) -> Traveller:
    return Traveller.objects.select_for_update(of=("self",)).select_related("unit__office").get(pk=traveller_id)


def empty(traveller: Traveller) -> None:
    """What is erasable goes, here and in the rooms that keep something of the person; the caller records the act."""
    retention.erase_elsewhere(traveller.pk)
    traveller.records.all().delete()
    traveller.name, traveller.pinyin, traveller.born_on = "", "", None
    traveller.identity_number, traveller.identity_masked, traveller.identity_hash = None, "", ""
    traveller.salt, traveller.erased_on = b"", today(traveller.unit.office)
    traveller.save()
    keep("traveller", traveller)
