"""发起: open the case inside the unit. Judges nothing as due yet; asks only for what the desks cannot work without."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.people.models import Post
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.texts import case_number, destination_text, detail_text


@transaction.atomic
def start_trip(trip_id: uuid.UUID, *, on: date | None = None) -> Trip:
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_start(principal, trip) or principal.post is None:
        raise CannotError(_("这份案卷已经发起"))
    day = on or today()
    case = open_case(
        "trip",
        trip.pk,
        number=case_number(trip),
        title=trip.title,
        detail=detail_text(trip),
        destination=destination_text(trip),
        process="trip",
        applicant_post=Post.objects.select_related("unit", "office").get(pk=principal.post),
        on=day,
    )
    Trip.objects.filter(pk=trip.pk).update(case=case, state=Trip.State.IN_UNIT)
    record("trip.start", principal, subject=("trip", trip.pk), case=case.pk, readers=case.readers, happened_on=day)
    item = WorkItem.objects.get(case=case, step="start", state=WorkItem.State.OPEN)
    decide(item.pk, "done", on=day)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
