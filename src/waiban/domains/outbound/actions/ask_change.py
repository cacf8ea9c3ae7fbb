"""Ask for a change of an approved trip: a new version is begun, equal to the approved one, and edited from there."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal, current_principal
from waiban.core.audit.record import record
from waiban.core.notify.outbox import enqueue
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.differing import difference
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Trip, TripChange
from waiban.domains.outbound.teams import officer_of
from waiban.domains.outbound.versions import approved_version, running_change

CAN_CHANGE = (Trip.State.APPROVED, Trip.State.AWAY)


def may_record_call(principal: Principal) -> bool:
    """Whoever at the office takes the call writes it down; the unit goes on from there."""
    return principal.may(Permission.CASE_ACCEPT) or principal.may(Permission.CASE_RECORD_FROM_PAPER)


@transaction.atomic
def ask_change(
    trip_id: uuid.UUID,
    *,
    reason: str = "",
    cancels: bool = False,
    without: Collection[str] = (),
    called_by: str = "",
    called_at: datetime | None = None,
    said: str = "",
) -> TripChange:
    """`without`: member ids that the new version begins without (a refused visa). `cancels`: 撤团.
    `called_by`, `called_at`, `said`: a request from abroad, as it was heard.

    Raises CannotError before any approval, after the return, or while another change is asked for.
    """
    principal = current_principal()
    trip = locked(trip_id)
    by_call = bool(called_by.strip())
    if principal.post is None or not (policies.may_draft(principal) or (by_call and may_record_call(principal))):
        raise CannotError(_("变更由组团单位专办员提出；来电由接听岗位登记"))
    base = approved_version(trip)
    if base is None or trip.state not in CAN_CHANGE:
        if trip.state in (Trip.State.RETURNED, Trip.State.CLOSED):
            raise CannotError(_("团组已返回，不再批准变更；与批准不符的在返回登记里说明"))
        raise CannotError(_("还没有批准，不用变更：撤回或等退回后直接改"))
    if running_change(trip) is not None:
        raise CannotError(_("已有一项变更在办，请接着办那一项"))
    if by_call and not said.strip():
        raise CannotError(_("请照原话记下来电内容"), "said")
    if called_at is not None and called_at > timezone.now():
        raise CannotError(_("来电时间在现在之后"), "called_at")
    dossier = dict(base.dossier)
    for key in ("passport", "approval"):
        dossier.pop(key, None)
    dossier["members"] = [m for m in base.dossier.get("members") or [] if str(m.get("id")) not in set(without)]
    last = TripChange.objects.filter(trip=trip).aggregate(last=Max("number"))["last"] or 0
    change = TripChange.objects.create(
        trip=trip,
        number=last + 1,
        base=base,
        dossier=dossier,
        cancels=cancels,
        kinds=list(difference(base.dossier, dossier, cancels=cancels).kinds),
        reason=reason.strip(),
        created_by_post_id=principal.post,
        called_by=called_by.strip(),
        called_at=called_at if by_call else None,
        said=said.strip(),
        readers=trip.readers,
    )
    record(
        "change.ask",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"number": change.number, "change": str(change.pk), "called_by": change.called_by, "said": change.said},
    )
    if by_call and not policies.may_draft(principal):
        _tell_unit(trip, change)
    return change


def _tell_unit(trip: Trip, change: TripChange) -> None:
    from django.urls import reverse

    officer = officer_of(trip.unit_id)
    if officer is not None:
        enqueue(
            "change.called",
            office=trip.office_id,
            to_posts=[officer.pk],
            thread=change.pk,
            data={"title": trip.title, "number": str(change.number), "called_by": change.called_by},
            url=reverse("outbound:change", args=[change.pk]),
        )
