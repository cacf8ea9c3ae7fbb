"""The door of the partners' room for other domains."""

import uuid
from collections.abc import Iterable
from datetime import date

from waiban.core.casework.clocks import today
from waiban.domains.partners.actions.record_promises import record_promises as record
from waiban.domains.partners.actions.withdraw_promises import withdraw_promises as withdraw
from waiban.domains.partners.contracts import Kept, NewPromise, PromiseView
from waiban.domains.partners.models import Promise
from waiban.domains.partners.queries import is_overdue, number_of

__all__ = ["Kept", "NewPromise", "PromiseView", "kept_of", "promises_of", "record", "withdraw"]


def promises_of(origin_kind: str, origin_ids: Iterable[uuid.UUID]) -> list[PromiseView]:
    """Those that the asker sees, in the order in which they were written."""
    rows = (
        Promise.objects.filter(origin_kind=origin_kind, origin_id__in=list(origin_ids))
        .exclude(state=Promise.State.WITHDRAWN)
        .select_related("unit")
        .order_by("origin_id", "origin_place")
    )
    return [_view(row) for row in rows]


def kept_of(origin_kind: str, origin_ids: Iterable[uuid.UUID], on: date | None = None) -> Kept:
    rows = Promise.objects.filter(origin_kind=origin_kind, origin_id__in=list(origin_ids)).values_list("state", "due")
    day = on or today()
    states = [state for state, _due in rows]
    return Kept(
        kept=states.count(Promise.State.KEPT),
        broken=states.count(Promise.State.BROKEN),
        overtaken=states.count(Promise.State.OVERTAKEN),
        open=sum(1 for state in states if state in (Promise.State.OPEN, Promise.State.ANSWERED)),
        overdue=sum(1 for state, due in rows if state == Promise.State.OPEN and due is not None and due < day),
    )


def _view(row: Promise) -> PromiseView:
    return PromiseView(
        id=row.pk,
        number=number_of(row),
        by=str(row.get_by_display()),
        counterpart=row.counterpart,
        what=row.what,
        made_on=row.made_on,
        due=row.due,
        state=row.state,
        state_name=str(row.get_state_display()),
        overdue=is_overdue(row, today()),
        unit=row.unit.short_name or row.unit.name,
        reason=row.reason,
        origin_id=row.origin_id,
    )
