"""Report what hands have done after the grant of a change, and close its case when all is done."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.domains.outbound.actions.save_change import locked_change
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import TripChange


@transaction.atomic
def carry_out(change_id: uuid.UUID, done: list[int], *, words: str = "", on: date | None = None) -> TripChange:
    """`done`: places in `followed` that are now done. The case ends with the last of them."""
    principal = current_principal()
    change = locked_change(change_id)
    item = (
        WorkItem.objects.select_related("case", "post")
        .filter(case__subject_id=change.pk, step="carry_out", state=WorkItem.State.OPEN, nature="step")
        .first()
    )
    if item is None or not may_act(principal, item):
        raise CannotError(_("这项变更没有要办的后果，或已经办完"))
    day = on or today()
    for place in done:
        if not 0 <= place < len(change.followed):
            raise CannotError(_("这一操作不认识，请刷新"))
        change.followed[place] = {**change.followed[place], "done": True, "on": day.isoformat()}
    change.save(update_fields=["followed"])
    record(
        "change.carry_out",
        principal.at(item.post_id),
        subject=("trip", change.trip_id),
        case=change.case_id,
        readers=change.readers,
        happened_on=day,
        data={"change": str(change.pk), "done": [change.followed[place]["what"] for place in done]},
    )
    if all(entry.get("done") for entry in change.followed):
        decide(item.pk, "done", opinion=words.strip(), on=day)
    return TripChange.objects.select_related("trip", "case", "base").get(pk=change.pk)
