"""财务核定: the unit's finance confirms the settlement, or sends it back. What is paid against a rule needs a reason."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.domains.outbound import debts
from waiban.domains.outbound.actions.save_draft import locked as locked_trip
from waiban.domains.outbound.actions.save_draft import write
from waiban.domains.outbound.actions.save_settlement import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Settlement
from waiban.domains.outbound.settling import advances_of, by_id, refused_of, sums_of, with_the_sum


@transaction.atomic
def confirm_settlement(
    settlement_id: uuid.UUID, *, opinion: str, waived: Mapping[int, str] | None = None, on: date | None = None
) -> Settlement:
    """`waived`: place among what isn't reimbursed → why it is paid all the same; recorded as finance's own word."""
    principal = current_principal()
    settlement = locked(settlement_id)
    trip, day = settlement.trip, on or today()
    item = _open_item(settlement)
    if item is None or not may_act(principal, item):
        raise CannotError(_("这份决算不在您手里"))
    reasons = {place: words.strip() for place, words in (waived or {}).items()}
    judged = [replace(one, waived=reasons.get(place, "")) for place, one in enumerate(refused_of(settlement))]
    of_sum = next((one.waived for one in judged if one.line is None), "")
    refused = with_the_sum(settlement, [one for one in judged if one.line is not None], of_sum)
    sums = sums_of(settlement, advances_of(trip), refused)
    Settlement.objects.filter(pk=settlement.pk).update(
        state=Settlement.State.CONFIRMED,
        confirmed_on=day,
        total_cny=sums.total,
        refused_cny=sums.refused,
        refund_cny=sums.refund,
        findings=[one.to_dict() for one in refused],
    )
    decide(item.pk, "agree", opinion=opinion, on=day)
    held = locked_trip(trip.pk)
    after = {**(held.dossier.get("after") or {}), "actual_total_cny": str(sums.payable)}
    write(held, {**held.dossier, "after": after})
    record(
        "trip.confirm_settlement",
        principal.at(item.post_id),
        subject=("trip", trip.pk),
        case=settlement.case_id,
        readers=settlement.readers,
        happened_on=day,
        data={
            "payable_cny": str(sums.payable),
            "refused_cny": str(sums.refused),
            "waived": [one.rule for one in refused if one.waived],
        },
    )
    debts.refresh(trip.pk, trip.office_id)
    return by_id(settlement.pk)


def _open_item(settlement: Settlement) -> WorkItem | None:
    found = WorkItem.objects.select_related("case", "post").filter(
        case=settlement.case, step="confirm", nature=WorkItem.Nature.STEP, state=WorkItem.State.OPEN
    )
    return found.first() if settlement.case_id else None


@transaction.atomic
def return_settlement(settlement_id: uuid.UUID, *, opinion: str, on: date | None = None) -> Settlement:
    """Back to whoever wrote it, with the reason."""
    principal = current_principal()
    settlement = locked(settlement_id)
    item = _open_item(settlement)
    if item is None or not may_act(principal, item):
        raise CannotError(_("这份决算不在您手里"))
    send_back(item.pk, "write", reason=opinion, on=on)
    return by_id(settlement.pk)
