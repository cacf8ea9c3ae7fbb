"""Show what the asked version would say, as the notice before the trip did; and write down what came of it."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound.actions.post_notice import PLACES, SHORTEST
from waiban.domains.outbound.actions.save_change import locked_change
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, ChangeNotice, TripChange
from waiban.domains.outbound.relevant import digest, shown_in_notice


@transaction.atomic
def post_change_notice(
    change_id: uuid.UUID, unit_id: uuid.UUID, *, since: date, until: date, places: Sequence[str], on: date | None = None
) -> ChangeNotice:
    """Five working days, both end days counted, as for any notice."""
    principal = current_principal()
    change = locked_change(change_id)
    item = notice_item(change, unit_id)
    if item is None or not may_act(principal, item):
        raise CannotError(_("公示由本单位专办员在公示环节登记"))
    if until < since:
        raise CannotError(_("公示结束不能早于开始 %(day)s") % {"day": since}, "until")
    if work_calendar().workdays(since, until) < SHORTEST:
        raise CannotError(_("公示不少于 5 个工作日"), "until")
    if not places or set(places) - set(PLACES):
        raise CannotError(_("请选公示地点"), "places")
    shown = shown_in_notice(change.dossier)
    ChangeNotice.objects.filter(change=change, unit_id=unit_id, replaced=False).update(replaced=True)
    notice = ChangeNotice.objects.create(
        change=change,
        unit_id=unit_id,
        since=since,
        until=until,
        places=list(places),
        shown=shown,
        shown_sha256=digest(shown),
        posted_by_post_id=item.post_id,
        readers=change.readers,
    )
    record(
        "change.post_notice",
        principal.at(item.post_id),
        subject=("trip", change.trip_id),
        case=change.case_id,
        readers=change.readers,
        happened_on=on,
        data={"unit": str(unit_id), "since": since, "until": until, "shown_sha256": notice.shown_sha256},
    )
    return notice


@transaction.atomic
def close_change_notice(
    notice_id: uuid.UUID, *, objections: bool, result: str = "", proof: Attachment | None = None, on: date | None = None
) -> ChangeNotice:
    principal = current_principal()
    notice = ChangeNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    change = locked_change(notice.change_id)
    item = notice_item(change, notice.unit_id)
    if item is None or notice.replaced or not may_act(principal, item):
        raise CannotError(_("这一步已经办了，请刷新"))
    if proof is None:
        raise CannotError(_("请上传公示证明（截图或照片）"), "proof")
    notice.objections, notice.result, notice.proof = objections, result.strip(), proof
    notice.save(update_fields=["objections", "result", "proof"])
    record(
        "change.close_notice",
        principal.at(item.post_id),
        subject=("trip", change.trip_id),
        case=change.case_id,
        readers=change.readers,
        happened_on=on,
        data={"unit": str(notice.unit_id), "objections": objections},
    )
    decide(item.pk, "done", opinion=result.strip(), on=on)
    return notice


def notice_item(change: TripChange, unit_id: uuid.UUID) -> WorkItem | None:
    if change.case_id is None:
        return None
    found = WorkItem.objects.select_related("case", "post").filter(
        case_id=change.case_id, step="notice", entry=str(unit_id), state=WorkItem.State.OPEN, nature="step"
    )
    return found.first()
