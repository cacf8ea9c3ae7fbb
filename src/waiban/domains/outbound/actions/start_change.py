"""Hand the change on inside the unit: its case is opened, and the unit's finance, bodies and head are asked."""

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
from waiban.domains.outbound.actions.save_change import locked_change
from waiban.domains.outbound.changing import kind_names
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import TripChange
from waiban.domains.outbound.texts import case_number, destination_text


@transaction.atomic
def start_change(change_id: uuid.UUID, *, on: date | None = None) -> TripChange:
    """Also hands on again a change that was returned or taken back."""
    principal = current_principal()
    change = locked_change(change_id)
    if not policies.may_draft(principal) or principal.post is None or change.state != TripChange.State.DRAFT:
        raise CannotError(_("这项变更已经交出"))
    day = on or today()
    if change.case is None:
        trip = change.trip
        kinds = "、".join(kind_names(trip.office, change.kinds))
        case = open_case(
            "change",
            change.pk,
            number=_("%(trip)s变%(n)d") % {"trip": case_number(trip), "n": change.number},
            title=f"{trip.title}：{kinds}"[:200],
            detail=kinds[:200],
            destination=destination_text(trip),
            process="change",
            applicant_post=Post.objects.select_related("unit", "office").get(pk=principal.post),
            on=day,
        )
        TripChange.objects.filter(pk=change.pk).update(case=case, readers=sorted({*change.readers, *case.readers}))
        record(
            "change.start",
            principal,
            subject=("trip", trip.pk),
            case=case.pk,
            readers=case.readers,
            happened_on=day,
            data={"change": str(change.pk), "number": change.number, "kinds": change.kinds},
        )
    else:
        case = change.case
    item = WorkItem.objects.get(case=case, step="ask", state=WorkItem.State.OPEN)
    decide(item.pk, "done", on=day)
    return TripChange.objects.select_related("trip__unit", "trip__office", "trip__case", "base", "case").get(
        pk=change.pk
    )
