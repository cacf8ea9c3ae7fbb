"""After the trip: enter the return, explain what was otherwise, write and file the report, see what it was worth."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.files.errors import RefusedError
from waiban.domains.outbound.actions.explain_deviation import explain_deviation, judge_deviation
from waiban.domains.outbound.actions.file_report import file_report
from waiban.domains.outbound.actions.record_return import correct_return, record_return
from waiban.domains.outbound.actions.save_report import TEXTS, save_report
from waiban.domains.outbound.after_pages import after_page, day_or_none, report_page, return_form, value_page
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Attachment, Deviation, Trip
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.returning import Place
from waiban.domains.outbound.views.cases import attachment_from, wanted_day


@open_to(Permission.TRIP_SUBMIT)
@require_http_methods(["GET", "POST"])
def come_back(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    trouble = ""
    if request.method == "POST":
        try:
            _enter(request, trip)
            return HttpResponseRedirect(reverse("outbound:after", args=[trip.pk]))
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
    context = {
        "section": "trips",
        "trip": trip,
        "trouble": trouble,
        "posted": request.POST,
        "page": return_form(trip, request.POST if trouble else None),
    }
    return render(request, "outbound/come_back.html", context, status=422 if trouble else 200)


def _enter(request: HttpRequest, trip: Trip) -> None:
    """Without the boxes for places and people (an older form, a phone's short one) they are as approved."""
    left = wanted_day(request, "left", _("实际离境日期"))
    back = wanted_day(request, "came_back", _("实际入境日期"))
    places = _places(request) if "place-country" in request.POST else None
    members = request.POST.getlist("went") if "asked-members" in request.POST else None
    if open_item(trip, "come_back") is not None:
        record_return(
            trip.pk,
            left=left,
            came_back=back,
            papers_returned_on=day_or_none(request.POST.get("papers_returned_on", "")),
            places=places,
            members=members,
        )
    else:
        correct_return(trip.pk, left=left, came_back=back, places=places, members=members)


def _places(request: HttpRequest) -> list[Place]:
    columns = [request.POST.getlist(f"place-{key}") for key in ("country", "city", "arrive", "leave")]
    if len({len(column) for column in columns}) != 1:
        raise CannotError(_("请刷新后再填"))
    found = []
    for country, city, arrive, leave in zip(*columns, strict=True):
        if not country.strip():
            continue
        for text in (arrive, leave):
            if text.strip() and day_or_none(text) is None:
                raise CannotError(_("%(what)s写成 2027-03-02 这样") % {"what": _("到达、离开日期")})
        found.append(Place(country.strip()[:2], city.strip()[:80], day_or_none(arrive), day_or_none(leave)))
    if not found:
        raise CannotError(_("请填实际到过的国家和地区"))
    return found


@open_to(Permission.TRIP_READ)
@require_GET
def after(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    if trip.state not in (Trip.State.RETURNED, Trip.State.CLOSED):
        raise Http404
    context = {"section": "trips", "trip": trip, "page": after_page(trip)}
    return render(request, "outbound/after.html", context)


@open_to(Permission.TRIP_SUBMIT)
@require_POST
def explain(request: HttpRequest, deviation_id: uuid.UUID) -> HttpResponse:
    row = _deviation(deviation_id)
    try:
        proof = attachment_from(request, row.trip, Attachment.Kind.OTHER, "proof") if "proof" in request.FILES else None
        explain_deviation(
            row.pk,
            explanation=request.POST.get("explanation", ""),
            force_majeure=request.POST.get("force_majeure") == "yes",
            proof=proof,
        )
        messages.success(request, _("已说明，待外办核定"))
    except (CannotError, RefusedError) as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("outbound:after", args=[row.trip_id]))


@open_to(Permission.CASE_ACCEPT)
@require_POST
def judge(request: HttpRequest, deviation_id: uuid.UUID) -> HttpResponse:
    row = _deviation(deviation_id)
    try:
        judge_deviation(row.pk, cleared=request.POST.get("do") == "clear", reason=request.POST.get("reason", ""))
        messages.success(request, _("已核定"))
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:after", args=[row.trip_id]))


@open_to(Permission.TRIP_SUBMIT)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """`do`: save keeps what was typed; file hands it in when the core is whole."""
    trip = trip_or_404(trip_id)
    trouble = ""
    if request.method == "POST":
        try:
            _write(request, trip)
            if "file" in request.FILES:
                attachment_from(request, trip, Attachment.Kind.REPORT)
            if request.POST.get("do") == "file":
                file_report(trip.pk, published_on=day_or_none(request.POST.get("published_on", "")))
                return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
            messages.success(request, _("已保存"))
            return HttpResponseRedirect(request.path)
        except (CannotError, NotAllowedError, RefusedError) as error:
            trouble = str(error)
    context: dict[str, Any] = {
        "section": "trips",
        "trip": trip,
        "trouble": trouble,
        "posted": request.POST,
        "page": report_page(trip),
        "may_file": open_item(trip, "report") is not None,
    }
    return render(request, "outbound/report.html", context, status=422 if trouble else 200)


def _write(request: HttpRequest, trip: Trip) -> None:
    columns = {
        key: request.POST.getlist(f"promise-{key}") for key in ("by", "counterpart", "what", "due", "owner_post")
    }
    if len({len(column) for column in columns.values()}) != 1:
        raise CannotError(_("请刷新后再填"))
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    revision = request.POST.get("revision", "")
    save_report(
        trip.pk,
        {key: request.POST.get(key, "") for key in TEXTS},
        actual_total=request.POST.get("actual_total", ""),
        no_promises=True if request.POST.get("no_promises") == "yes" else None,
        promised=rows,
        revision=int(revision) if revision.isdigit() and revision != "0" else None,
    )


@open_to(Permission.TRIP_READ)
@require_GET
def value(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    context = {"section": "trips", "trip": trip, "page": value_page(trip)}
    return render(request, "outbound/value.html", context)


def _deviation(deviation_id: uuid.UUID) -> Deviation:
    try:
        return Deviation.objects.select_related("trip").get(pk=deviation_id)
    except Deviation.DoesNotExist:
        raise Http404 from None
