"""按行程生成预算: write the lines that the itinerary gives; what a person wrote stays."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import budgeting, policies
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.arithmetic import fill_amounts
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.models import Trip


@transaction.atomic
def build_budget(trip_id: uuid.UUID, *, revision: int) -> Trip:
    """Raises CannotError where the dossier isn't the unit's to edit or says neither days nor places."""
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_edit(principal, trip):
        raise CannotError(_("案卷已交出，要改须先撤回或等退回"))
    if trip.revision != revision:
        raise ChangedMeanwhileError(_("这份案卷刚被别人改过，页面已换成最新内容；您刚才填的没有保存，请核对后再填"))
    if trip.depart is None or trip.return_on is None or not trip.countries or not trip.head_count:
        raise CannotError(_("先填离境、入境日期、前往地和人员，再按行程生成预算"), "/depart")
    dossier = budgeting.take_over(trip, trip.dossier)
    fill_amounts(dossier)
    write(trip, dossier)
    record(
        "trip.build_budget",
        principal,
        subject=("trip", trip.pk),
        readers=trip.readers,
        data={"revision": trip.revision},
    )
    return trip
