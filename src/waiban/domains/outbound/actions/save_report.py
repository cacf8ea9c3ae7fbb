"""Write the report: its required parts, and what was promised. Saved as it is typed, whole or not."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.models import Trip, TripReport

WRITABLE = (Trip.State.AWAY, Trip.State.RETURNED)
TEXTS = ("done", "learned", "next_steps", "money")
MOST = 50
"""Promises of one trip."""


@transaction.atomic
def save_report(
    trip_id: uuid.UUID,
    texts: Mapping[str, str],
    *,
    actual_total: str = "",
    no_promises: bool | None = None,
    promised: Sequence[Mapping[str, Any]] = (),
    revision: int | None = None,
) -> TripReport:
    """`promised`: {by, counterpart, what, due, owner_post}; rows without words are left out. `revision` None: as it is."""
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_draft(principal):
        raise CannotError(_("由组团单位专办员写报告"))
    if trip.state not in WRITABLE:
        raise CannotError(_("报告已交，或还没有出访"))
    report = TripReport.objects.select_for_update().filter(trip=trip).first() or TripReport(
        trip=trip, readers=trip.readers
    )
    if report.filed_on is not None:
        raise CannotError(_("报告已交，不再改"))
    if revision is not None and report.revision != revision:
        raise ChangedMeanwhileError(_("报告刚被别人改过，请核对后再存"))
    for key in TEXTS:
        setattr(report, key, texts.get(key, "").strip())
    report.actual_total_cny = _amount(actual_total)
    report.promised = [row for row in map(_promise, promised) if row]
    report.no_promises = False if report.promised else no_promises
    if len(report.promised) > MOST:
        raise CannotError(_("一次出访最多登记 %(n)d 项承诺") % {"n": MOST})
    report.revision += 1
    report.save()
    record(
        "trip.save_report",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"revision": report.revision, "promises": len(report.promised)},
    )
    return report


def _promise(row: Mapping[str, Any]) -> dict[str, Any]:
    what = str(row.get("what") or "").strip()
    counterpart = str(row.get("counterpart") or "").strip()
    if not what and not counterpart:
        return {}
    due = str(row.get("due") or "").strip()
    if due:
        try:
            date.fromisoformat(due)
        except ValueError as error:
            raise CannotError(_("到期日写成 2027-03-02 这样"), "due") from error
    return {
        "by": str(row.get("by") or "ours"),
        "counterpart": counterpart[:200],
        "what": what,
        "due": due,
        "owner_post": str(row.get("owner_post") or ""),
    }


def _amount(text: str) -> Decimal | None:
    plain = text.replace(",", "").replace("，", "").replace("¥", "").strip()
    if not plain:
        return None
    try:
        amount = Decimal(plain).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise CannotError(_("金额写成数字，如 21340.50"), "actual_total_cny") from error
    if amount < 0 or amount >= Decimal(10) ** 12:
        raise CannotError(_("金额写成数字，如 21340.50"), "actual_total_cny")
    return amount
