"""材料: what is needed and why, the papers to print, the page to copy from, stamps and who took which original."""

import io
import re
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.errors import CannotError
from waiban.core.papers.models import Paper
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.papers.source import PaperError
from waiban.core.ui.format import day_text
from waiban.domains.outbound.actions.handle_paper import handle_paper, record_outside_number, record_printing
from waiban.domains.outbound.checklist import wanted
from waiban.domains.outbound.models import PaperHandling, Trip
from waiban.domains.outbound.outside_form import boxes_of
from waiban.domains.outbound.papers.forms import Sheet, bundle, cards_of, printed, sheets_of
from waiban.domains.outbound.queries import trip_or_404

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@open_to(Permission.TRIP_READ)
@require_GET
def materials(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    return _page(request, trip_or_404(trip_id))


@open_to(Permission.TRIP_READ)
@require_GET
def form(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """One paper, by ?paper=&of=, as PDF or with as=docx as Word. Identity numbers masked; the ZIP has them in full."""
    trip = trip_or_404(trip_id)
    sheet = _sheet(trip, request.GET.get("paper", ""), request.GET.get("of", ""))
    try:
        made = printed(sheet, cards_of(trip))
    except PaperError as lack:
        return _page(request, trip, trouble=str(lack))
    if request.GET.get("as") == "docx" or made.pdf is None:
        return _file(made.docx, DOCX, f"{sheet.name}.docx")
    answer = HttpResponse(made.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{_quoted(sheet.name)}.pdf"
    return answer


@open_to(Permission.TRIP_DRAFT)
@require_POST
def bundle_file(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """All papers of the trip in one ZIP; `whole` puts the unit's own people's identity numbers in, on record."""
    trip = trip_or_404(trip_id)
    whole = "whole" in request.POST
    try:
        packed = bundle(trip, whole_numbers=whole)
    except PaperError as lack:
        return _page(request, trip, trouble=str(lack))
    record_printing(trip, whole_numbers=whole, papers=len(sheets_of(trip)))
    return _file(packed, "application/zip", f"{trip.title or trip.pk}.zip")


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def copy_page(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """抄录页; POST keeps the outside system's number."""
    trip, trouble = trip_or_404(trip_id), ""
    if request.method == "POST":
        try:
            record_outside_number(trip.pk, request.POST.get("number", ""))
            return HttpResponseRedirect(reverse("outbound:copy_page", args=[trip.pk]))
        except CannotError as error:
            trouble = error.message
    if request.GET.get("as") == "xlsx":
        return _boxes_file(trip)
    context = {"section": "trips", "trip": trip, "boxes": boxes_of(trip), "trouble": trouble}
    return render(request, "outbound/copy_page.html", context, status=422 if trouble else 200)


def _boxes_file(trip: Trip) -> HttpResponse:
    """As the outside form's import takes it: one row under its own names."""
    boxes, out = boxes_of(trip), io.BytesIO()
    write_xlsx(out, _("抄录"), [SheetColumn(box.label) for box in boxes], [[box.value for box in boxes]])
    return _file(out.getvalue(), EXCEL, f"{trip.title or trip.pk}.xlsx")


@open_to(Permission.PAPER_FILE)
@require_POST
def handle(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip, given = trip_or_404(trip_id), request.POST
    try:
        day = parse_date(given.get("happened_on", ""))
    except ValueError:
        day = None
    copies = given.get("copies", "")
    trouble = ""
    if day is None:
        trouble = _("日期写成 2027-04-12 这样")
    elif not re.fullmatch(r"\d{1,2}", copies):
        trouble = _("份数写 1 到 99")
    else:
        try:
            handle_paper(
                trip.pk, given.get("act", ""), person=given.get("person", ""), copies=int(copies), happened_on=day,
                paper_id=_uuid(given.get("paper", "")), what=given.get("what", ""), note=given.get("note", ""),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("outbound:materials", args=[trip.pk]) + "#handled")
        except CannotError as error:
            trouble = error.message
    return _page(request, trip, trouble=trouble, typed=given)


@open_to(Permission.PAPER_FILE)
@require_GET
def handlings(request: HttpRequest) -> HttpResponse:
    """The office's register of stamps and collections, filtered; ?as=xlsx takes what is filtered."""
    rows = PaperHandling.objects.select_related("trip").order_by("-happened_on", "-id")
    act, text = request.GET.get("act", ""), request.GET.get("q", "").strip()
    if act in PaperHandling.Act.values:
        rows = rows.filter(act=act)
    for field, name in (("since", "happened_on__gte"), ("until", "happened_on__lte")):
        try:
            day = parse_date(request.GET.get(field, ""))
        except ValueError:
            day = None
        if day:
            rows = rows.filter(**{name: day})
    found = [row for row in rows[:2000] if not text or text in f"{row.what} {row.number} {row.person} {row.trip.title}"]
    if request.GET.get("as") == "xlsx":
        out = io.BytesIO()
        columns = [
            SheetColumn(_("日期"), "day"), SheetColumn(_("事项")), SheetColumn(_("件名"), width=36), SheetColumn(_("文号"), width=24),
            SheetColumn(_("份数"), "count"), SheetColumn(_("用印人或领取人")), SheetColumn(_("团组"), width=36), SheetColumn(_("说明"), width=24),
        ]  # fmt: skip
        write_xlsx(out, _("用印和领取"), columns, [
            [row.happened_on, row.get_act_display(), row.what, row.number, row.copies, row.person, row.trip.title, row.note]
            for row in found
        ])  # fmt: skip
        return _file(out.getvalue(), EXCEL, "handlings.xlsx")
    context = {
        "section": "trips", "rows": [(row, day_text(row.happened_on)) for row in found[:200]], "given": request.GET,
        "acts": PaperHandling.Act.choices, "more": len(found) > 200, "export": f"?{_query(request)}",
    }  # fmt: skip
    return render(request, "outbound/handlings.html", context)


def _query(request: HttpRequest) -> str:
    given = request.GET.copy()
    given["as"] = "xlsx"
    return given.urlencode()


def _sheet(trip: Trip, code: str, key: str) -> Sheet:
    for sheet in sheets_of(trip):
        if sheet.form.code == code and sheet.key == key:
            return sheet
    raise Http404(_("没有这份材料"))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(name)}"
    return answer


def _page(request: HttpRequest, trip: Trip, *, trouble: str = "", typed: Any = None) -> HttpResponse:
    principal = current_principal()
    context = {
        "section": "trips",
        "trip": trip,
        "trouble": trouble,
        "wanted": wanted(trip),
        "sheets": sheets_of(trip),
        "may_pack": principal.may(Permission.TRIP_DRAFT),
        "may_handle": principal.may(Permission.PAPER_FILE),
        "handled": [
            (row, day_text(row.happened_on))
            for row in PaperHandling.objects.filter(trip=trip).order_by("-happened_on", "-id")
        ],
        "papers": Paper.objects.filter(case_id=trip.case_id).order_by("drawn_at") if trip.case_id else [],
        "acts": PaperHandling.Act.choices,
        "typed": typed or {},
    }
    return render(request, "outbound/materials.html", context, status=422 if trouble else 200)
