"""Hand the settlement to the unit's finance: the sums and what isn't reimbursed are fixed now."""

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
from waiban.domains.outbound.actions.save_settlement import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Settlement
from waiban.domains.outbound.settling import advances_of, by_id, judge, sums_of
from waiban.domains.outbound.texts import case_number, destination_text


@transaction.atomic
def hand_in_settlement(settlement_id: uuid.UUID, *, on: date | None = None) -> Settlement:
    """Opens the settlement's own case, or goes on with it after a return."""
    principal = current_principal()
    settlement = locked(settlement_id)
    trip, day = settlement.trip, on or today()
    if not policies.may_draft(principal) or principal.post is None:
        policies.refuse("trip.hand_in_settlement", principal, trip)
    if settlement.state != Settlement.State.DRAFT:
        raise CannotError(_("决算已报财务核定"))
    refused = judge(settlement)
    sums = sums_of(settlement, advances_of(trip), refused)
    case = settlement.case
    if case is None:
        case = open_case(
            "settlement",
            settlement.pk,
            number=_("%(trip)s决") % {"trip": case_number(trip)},
            title=_("%(trip)s：决算") % {"trip": trip.title},
            detail=_("实际 %(total)s 元") % {"total": sums.total},
            destination=destination_text(trip),
            process="settlement",
            applicant_post=Post.objects.select_related("unit", "office").get(pk=principal.post),
            on=day,
        )
    item = WorkItem.objects.get(case=case, step="write", state=WorkItem.State.OPEN)
    decide(item.pk, "done", on=day)
    Settlement.objects.filter(pk=settlement.pk).update(
        case=case,
        state=Settlement.State.HANDED_IN,
        handed_in_on=day,
        total_cny=sums.total,
        refused_cny=sums.refused,
        refund_cny=sums.refund,
        findings=[one.to_dict() for one in refused],
    )
    record(
        "trip.hand_in_settlement",
        principal,
        subject=("trip", trip.pk),
        case=case.pk,
        readers=settlement.readers,
        happened_on=day,
        data={"total_cny": str(sums.total), "refused_cny": str(sums.refused)},
    )
    return by_id(settlement.pk)
