"""File the trip report with its required core, write its promises down, and hand the case back for reading."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.policies import may_act
from waiban.core.people.models import Post
from waiban.domains.outbound import debts
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Deviation, Trip, TripReport
from waiban.domains.partners import api as partners

ORIGIN = "trip_report"
"""Where a promise of a trip comes from: the report's id."""


@transaction.atomic
def file_report(trip_id: uuid.UUID, *, published_on: date | None = None, on: date | None = None) -> Trip:
    """Raises CannotError with the first part of the core that is missing (what was done and learned, money, promises)."""
    principal = current_principal()
    trip = locked(trip_id)
    item = open_item(trip, "report")
    if item is None or not may_act(principal, item):
        raise CannotError(_("还没到交出访报告这一步"))
    day = on or today()
    report = TripReport.objects.select_for_update().filter(trip=trip).first()
    require_core(report)
    assert report is not None
    if Deviation.objects.filter(trip=trip, replaced=False, explanation="").exists():
        raise CannotError(_("有与批准不符的地方还没有说明情况"), "/after/changes")
    after = {**(trip.dossier.get("after") or {}), "report_filed": day.isoformat()}
    if report.actual_total_cny is not None:
        after["actual_total_cny"] = str(report.actual_total_cny)
    if published_on:
        after["report_published"] = published_on.isoformat()
    write(trip, {**trip.dossier, "after": after})
    report.filed_on, report.filed_by_post_id, report.published_on = day, item.post_id, published_on
    report.save(update_fields=["filed_on", "filed_by_post_id", "published_on"])
    _write_down(trip, report)
    record(
        "trip.file_report",
        principal.at(item.post_id),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=day,
        data={"published_on": published_on, "promises": len(report.promised)},
    )
    decide(item.pk, "done", on=day)
    debts.refresh(trip.pk, trip.office_id)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def require_core(report: TripReport | None) -> None:
    if report is None or not report.done:
        raise CannotError(_("请写任务完成情况"), "done")
    if not report.learned:
        raise CannotError(_("请写所得所学"), "learned")
    if report.actual_total_cny is None:
        raise CannotError(_("请填实际经费合计"), "actual_total_cny")
    if report.no_promises is None:
        raise CannotError(_("请写承诺事项，或勾选没有承诺"), "no_promises")
    for row in report.promised:
        if not row["what"]:
            raise CannotError(_("请写明承诺了什么"), "promised")
        if not row["counterpart"]:
            raise CannotError(_("请写明对方是谁"), "promised")


def _write_down(trip: Trip, report: TripReport) -> None:
    """By the partners' door: the unit that must keep a promise sees it there, and needn't see the trip."""
    back = date.fromisoformat(trip.dossier["after"]["came_back"])
    promises = []
    for place, row in enumerate(report.promised):
        owner = Post.objects.filter(pk=row["owner_post"]).first() if row["owner_post"] else None
        promises.append(
            partners.NewPromise(
                place=place,
                by=row["by"],
                counterpart=row["counterpart"],
                what=row["what"],
                made_on=back,
                due=date.fromisoformat(row["due"]) if row["due"] else None,
                unit=owner.unit_id if owner else trip.unit_id,
                owner_post=owner.pk if owner else None,
            )
        )
    if promises:
        partners.record(trip.office, ORIGIN, report.pk, report.revision, promises)
