"""Begin a trip: empty, from a dossier file, or as a copy of an earlier one."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.people.models import Unit
from waiban.core.search.keep import keep
from waiban.domains.outbound import policies
from waiban.domains.outbound.dossier import project
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.members import project_members
from waiban.domains.outbound.models import Trip

NOT_COPIED = ("submitted", "approval", "after", "notices", "depart", "return", "unit_trips", "programme", "plan")
"""What belongs to the earlier trip alone: its days, its notice, what was decided and what happened."""


@transaction.atomic
def create_draft(unit: Unit, dossier: Mapping[str, Any] | None = None, *, source: str = "blank") -> Trip:
    """`source`: blank, file or copy, for the register. The dossier was read by `dossiers.load_trip` before."""
    principal = current_principal()
    if not policies.may_draft(principal) or principal.post is None:
        raise PermissionError("trip.draft")
    content = {key: value for key, value in (dossier or {}).items() if key != "schema"}
    content.setdefault("unit", unit.name)
    content.setdefault("unit_kind", unit.kind)
    year = timezone.localdate().year
    trip = Trip(
        office_id=unit.office_id,
        unit=unit,
        year=year,
        number=_next_number(unit.office_id, year),
        created_by_post_id=principal.post,
        dossier=content,
        readers=readers(unit.office_id, units=(unit.pk,)),
    )
    project(trip)
    trip.save(force_insert=True)
    project_members(trip)
    keep("trip", trip)
    record("trip.create", principal, subject=("trip", trip.pk), readers=trip.readers, data={"source": source})
    return trip


def copy_of(trip: Trip) -> dict[str, Any]:
    """What a new trip takes over from an earlier one."""
    dossier = {key: value for key, value in trip.dossier.items() if key not in NOT_COPIED}
    dossier["stops"] = [
        {key: value for key, value in stop.items() if key not in ("arrive", "leave")}
        for stop in dossier.get("stops") or []
    ]
    for member in dossier.get("members") or []:
        for key in ("personnel_review", "security_opinion", "briefed_on", "earlier_trips"):
            member.pop(key, None)
    budget = dossier.get("budget") or {}
    for key in ("finance_review", "rates_to_cny", "rate_date", "rate_source"):
        budget.pop(key, None)
    return dossier


def _next_number(office: uuid.UUID, year: int) -> int:
    """The office's next running number; a lock of the transaction keeps two drafts from taking the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"trip {office} {year}"])
        cursor.execute("SELECT outbound_last_number(%s, %s)", [office, year])
        (last,) = cursor.fetchone()
    if last >= 99_999:
        raise CannotError(_("本年案号已满"))
    return int(last) + 1
