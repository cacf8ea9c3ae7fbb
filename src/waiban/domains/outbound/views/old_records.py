"""Old records: hand a workbook in, settle its columns, look before it is saved, take it back; and one old trip."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.files.blobs import read_blob
from waiban.core.files.errors import RefusedError
from waiban.core.jobs.models import Job
from waiban.core.offices.views.pages import my_office
from waiban.core.people.models import TravellerRecord
from waiban.core.ui.format import money_text, span_text
from waiban.domains.outbound.actions import import_trips as acts
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.importing.fields import BY_CODE, FIELDS
from waiban.domains.outbound.importing.reading import read_sheet, sheet_names
from waiban.domains.outbound.importing.undoing import stands_on
from waiban.domains.outbound.models import ImportBatch, Trip, TripMember
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.texts import case_number, place_name
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money

PAGE = 25


@open_to(Permission.TRIP_IMPORT)
def batches(request: HttpRequest) -> HttpResponse:
    office = my_office()
    wrong = ""
    if request.method == "POST":
        upload = request.FILES.get("workbook")
        try:
            if upload is None:
                raise CannotError(_("请选工作簿"))
            batch = acts.upload_old_records(office, upload)
        except (CannotError, RefusedError) as error:
            wrong = str(error)
        else:
            return HttpResponseRedirect(reverse("outbound:old_batch", args=[batch.pk]))
    rows = ImportBatch.objects.filter(office=office)
    if state := request.GET.get("state", ""):
        rows = rows.filter(state=state)
    try:
        before = int(request.GET.get("before", "0"))
    except ValueError:
        before = 0
    if before:
        rows = rows.filter(number__lt=before)
    page = list(rows.order_by("-number")[: PAGE + 1])
    more = page[PAGE - 1].number if len(page) > PAGE else 0
    shown = [
        {"batch": batch, "at": localtime(batch.uploaded_at).strftime("%Y-%m-%d %H:%M"), "counts": batch.counts}
        for batch in page[:PAGE]
    ]
    states = [
        {"label": _("全部"), "url": "?", "current": not state},
        *(
            {"label": str(label), "url": f"?state={value}", "current": state == value}
            for value, label in ImportBatch.State.choices
        ),
    ]
    context = {
        "section": "trips", "rows": shown, "wrong": wrong, "states": states, "more": more, "state": state,
    }  # fmt: skip
    return render(request, "outbound/old_records.html", context)


@open_to(Permission.TRIP_IMPORT)
def batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    row = ImportBatch.objects.select_related("file").filter(pk=batch_id).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        try:
            _act(request, row)
        except CannotError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(request.path)
    job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
    running = job is not None and job.ended_at is None
    context: dict[str, Any] = {
        "section": "trips",
        "batch": row,
        "job": job,
        "running": running,
        "of": max(job.of, 1) if job else 1,
        "failed": job is not None and job.state == "failed",
        "problems": row.problems,
        "changes": [
            one | {"label": BY_CODE[one["field"]].label, "column": row.columns.get(one["field"], "")}
            for one in row.changes
        ],
        "figures": _figures(row),
        "mapping": _mapping(request, row) if row.file is not None and not running else None,
        "stands": stands_on(row) if row.state == ImportBatch.State.SAVED and not running else "",
    }
    return render(request, "outbound/old_batch.html", context)


def _act(request: HttpRequest, row: ImportBatch) -> None:
    match request.POST.get("act", ""):
        case "check":
            columns = {field.code: request.POST.get(f"column-{field.code}", "") for field in FIELDS}
            acts.check_old_records(row.pk, sheet=request.POST.get("sheet", row.sheet), columns=columns)
        case "save":
            acts.save_old_records(row.pk)
        case "good":
            acts.save_old_records(row.pk, good_only=True)
        case "drop":
            acts.drop_old_records(row.pk)
        case "undo":
            acts.undo_old_records(row.pk)
        case _:
            raise CannotError(_("没有这个办法"))


def _mapping(request: HttpRequest, row: ImportBatch) -> dict[str, Any]:
    """Each field beside the headings of the sheet that is chosen."""
    assert row.file is not None
    data = read_blob(row.file.sha256)
    sheet = read_sheet(data, request.GET.get("sheet") or row.sheet)
    return {
        "sheet": sheet.name,
        "sheets": sheet_names(data),
        "headings": [heading for heading in sheet.headings if heading],
        "fields": [
            {
                "code": field.code,
                "label": field.label,
                "needed": field.needed,
                "column": row.columns.get(field.code, ""),
            }
            for field in FIELDS
        ],
        "lines": len(sheet.rows),
    }


def _figures(row: ImportBatch) -> list[tuple[str, int]]:
    names = (
        ("rows", _("行")), ("new_trips", _("新团组")), ("new", _("新行")), ("changed", _("改动的行")),
        ("same", _("不变的行")), ("people", _("新建人员")), ("bad_rows", _("有问题的行")), ("held", _("被搁下的团组")),
    )  # fmt: skip
    return [(name, row.counts[code]) for code, name in names if code in row.counts]


@require_safe
@open_to(Permission.TRIP_READ)
def old_record(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """What is known of a trip of former years. What isn't stated isn't shown as anything else."""
    trip = trip_or_404(trip_id)
    if not trip.imported:
        return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
    return render(request, "outbound/old_record.html", {"section": "trips", "trip": trip, **_record(trip)})


def _record(trip: Trip) -> dict[str, Any]:
    approval = trip.dossier.get("approval") or {}
    facts = [
        (_("外部编号"), trip.outside_number),
        (_("组团单位"), trip.unit.name),
        (_("出访任务"), trip.dossier.get("purpose") or ""),
        (_("国家和地区"), "、".join(place_name(code) for code in trip.countries)),
        (_("离境至返回"), span_text(DateRange(trip.depart, trip.return_on)) if trip.depart and trip.return_on else ""),
        (_("邀请方"), "、".join(trip.inviters)),
        (_("批准日期"), approval.get("on") or ""),
        (_("批准机关"), approval.get("by") or ""),
        (_("经费"), money_text(Money(trip.total_cny, "CNY")) if trip.total_cny is not None else ""),
    ]
    ranks = dict(TravellerRecord.Rank.choices)
    said = {str(member.get("id")): member for member in trip.dossier.get("members") or []}
    rows = TripMember.objects.filter(trip=trip).select_related("traveller").order_by("place")
    members = [
        {
            "name": row.traveller.name,
            "unit": said.get(str(row.traveller_id), {}).get("unit", ""),
            "post": said.get(str(row.traveller_id), {}).get("post", ""),
            "rank": ranks.get(row.rank, ""),
        }
        for row in rows
    ]
    return {
        "facts": [(name, value or _("未说明")) for name, value in facts],
        "members": members,
        "number": case_number(trip),
    }
