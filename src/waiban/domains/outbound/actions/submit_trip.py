"""申报: hand the case to the office. The gate (gates.py) says what is missing; the version is frozen by casework."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.domains.outbound.actions.ask_senders import drop_gone
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Trip


@transaction.atomic
def submit_trip(trip_id: uuid.UUID, *, resume: bool = False, on: date | None = None) -> Trip:
    """`resume`: straight back to the desk that returned it; refused where a fact that a rule looks at has changed."""
    trip = locked(trip_id)
    item = open_item(trip, "submit")
    if item is None:
        raise CannotError(_("还没到报送外办这一步，或已经报送"))
    drop_gone(trip, on=on or today())
    decide(item.pk, "done", resume=resume, on=on)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
