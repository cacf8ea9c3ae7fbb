"""事后公示: what really happened, shown in each unit that took part; the organising unit posts them together."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal, current_principal
from waiban.core.audit.record import record
from waiban.core.people.models import Post, Role, Unit
from waiban.domains.outbound.actions.post_notice import PLACES, make_notice
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, InternalNotice, SendingPart, Trip
from waiban.domains.outbound.relevant import changed_since, shown_in_notice
from waiban.domains.outbound.sending import parts_in_force, units_of_members
from waiban.domains.outbound.versions import actual_version, approved_version


@transaction.atomic
def post_after_notices(
    trip_id: uuid.UUID, *, since: date, until: date, places: Sequence[str], on: date | None = None
) -> list[InternalNotice]:
    """One for the organising unit and one a sending unit, of the actual version. No text sets its length: the unit does."""
    principal = current_principal()
    trip = locked(trip_id)
    if not may_post_after(principal, trip):
        raise CannotError(_("事后公示由组团单位专办员登记"))
    actual = actual_version(trip)
    if actual is None:
        raise CannotError(_("请先登记实际离境和返回"))
    if until < since:
        raise CannotError(_("公示结束不能早于开始 %(day)s") % {"day": since}, "until")
    if not places or set(places) - set(PLACES):
        raise CannotError(_("请选公示地点"), "places")
    assert principal.post is not None
    said = _what_happened(trip, actual.dossier)
    posted = []
    for unit, part, dossier in _units(trip, actual.dossier):
        posted.append(
            make_notice(
                trip.pk,
                unit.pk,
                {**shown_in_notice(dossier), **said, "title": trip.title},
                part.readers if part else trip.readers,
                since=since,
                until=until,
                places=places,
                post_id=principal.post,
                part_id=part.pk if part else None,
                phase=InternalNotice.Phase.AFTER,
            )
        )
    record(
        "trip.post_after_notices",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=on,
        data={"since": since, "until": until, "units": [str(one.unit_id) for one in posted]},
    )
    return posted


def may_post_after(principal: Principal, trip: Trip) -> bool:
    mine = principal.posts | principal.standing_in
    officers = Post.objects.filter(unit_id=trip.unit_id, role=Role.DESIGNATED_OFFICER, closed_on=None, pk__in=mine)
    return principal.may(Permission.TRIP_SUBMIT) and officers.exists()


def _units(trip: Trip, dossier: Mapping[str, Any]) -> list[tuple[Unit, SendingPart | None, dict[str, Any]]]:
    """Each unit with the dossier that it may read: a sending unit its own people alone."""
    units = units_of_members(trip)
    found: list[tuple[Unit, SendingPart | None, dict[str, Any]]] = [(trip.unit, None, dict(dossier))]
    for part in parts_in_force(trip):
        own = [
            member
            for member in dossier.get("members") or []
            if (unit := units.get(str(member.get("id")))) and unit.pk == part.unit_id
        ]
        if own:
            found.append((part.unit, part, {**dossier, "members": own}))
    return found


def _what_happened(trip: Trip, actual: Mapping[str, Any]) -> dict[str, Any]:
    """Beside the contents of the rule: the days, what differs from the approval, and whether the report is in."""
    after = actual.get("after") or {}
    approved = approved_version(trip)
    differs = changed_since(shown_in_notice(approved.dossier), actual, cut_is_fine=False) if approved else []
    names = {"members": "人员", "units": "人员", "posts": "人员", "countries": "国家和地区", "route": "行程", "programme": "日程",
             "task": "任务", "budget": "经费", "funding": "经费来源", "invitation": "邀请方"}  # fmt: skip
    report = Attachment.objects.filter(trip=trip, kind=Attachment.Kind.REPORT, removed_at=None).exists()
    left, back = after.get("left") or actual.get("depart"), after.get("came_back") or actual.get("return")
    return {
        "executed": f"{left} 离境，{back} 返回" if left and back else "",
        "differences": "、".join(dict.fromkeys(names[name] for name in differs if name in names)) or "无",
        "report": "已交" if report else "",
    }
