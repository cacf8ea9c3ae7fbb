"""Internal notices: the unit's own list, one notice with its objections, and the file for the unit's intranet."""

import io
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.ui.format import joined
from waiban.domains.outbound.actions.after_notices import may_post_after, post_after_notices
from waiban.domains.outbound.actions.objections import (
    answer_objection,
    may_answer,
    may_keep,
    record_objection,
    take_down_notice,
)
from waiban.domains.outbound.actions.post_notice import PLACES
from waiban.domains.outbound.models import InternalNotice, Objection, SendingPart, Trip
from waiban.domains.outbound.noticing import NoticePage, notice_page, notice_view, notices_of, place_words
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.versions import actual_version
from waiban.domains.outbound.views.cases import wanted_day

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_LIMIT = 20_000


@open_to(Permission.TRIP_READ)
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What the reader's units show now or have shown; anybody of the unit reads it."""
    page = notice_page(
        state=request.GET.get("state", "showing"),
        phase=request.GET.get("phase", ""),
        after=request.GET.get("after", ""),
        sort=request.GET.get("sort", ""),
    )
    return render(
        request,
        "outbound/notices.html",
        {
            "section": "trips",
            "page": page,
            "today": today(),
            "filters": _filters(page),
            "export_url": f"{reverse('outbound:notices_export')}?{page.query}",
        },
    )


@open_to(Permission.TRIP_READ)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """What the list filters, in its order; no names of travellers, no words of objections."""
    page = notice_page(
        state=request.GET.get("state", "showing"), phase=request.GET.get("phase", ""), after="",
        sort=request.GET.get("sort", ""),
    )  # fmt: skip
    columns = [
        SheetColumn(_("团组名称"), width=34),
        SheetColumn(_("公示单位"), width=26),
        SheetColumn(_("阶段")),
        SheetColumn(_("公示起"), "day"),
        SheetColumn(_("公示止"), "day"),
        SheetColumn(_("公示地点"), width=20),
        SheetColumn(_("有无异议")),
        SheetColumn(_("公示结果"), width=34),
        SheetColumn(_("撤下日期"), "day"),
    ]
    words = place_words()
    objected = {None: "", False: _("无异议"), True: _("有异议")}
    lines = (
        (
            str(row.shown.get("title") or ""), row.unit.name, row.get_phase_display(), row.since, row.until,
            joined(words[code] for code in row.places if code in words), objected[row.objections], row.result,
            row.taken_down_on,
        )
        for row in notices_of(state=page.state, phase=page.phase, sort=page.sort)[:EXPORT_LIMIT]
    )  # fmt: skip
    out = io.BytesIO()
    write_xlsx(out, _("内部公示"), columns, lines)
    out.seek(0)
    name = _("内部公示-%(day)s.xlsx") % {"day": today().isoformat()}
    return FileResponse(out, as_attachment=True, filename=name, content_type=EXCEL)


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def of_trip(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """Every notice of one trip, before and after it; the notice of what really happened is posted here."""
    trip = trip_or_404(trip_id)
    trouble = ""
    if request.method == "POST":
        try:
            post_after_notices(
                trip.pk,
                since=wanted_day(request, "since", _("公示起")),
                until=wanted_day(request, "until", _("公示止")),
                places=request.POST.getlist("places"),
            )
            return HttpResponseRedirect(request.path)
        except CannotError as error:
            trouble = error.message
    rows = InternalNotice.objects.filter(trip=trip).select_related("unit").order_by("replaced", "-phase", "since", "id")
    context = {
        "section": "trips",
        "trip": trip,
        "rows": rows,
        "today": today(),
        "places": PLACES,
        "may_post": may_post_after(current_principal(), trip) and actual_version(trip) is not None,
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/trip_notices.html", context, status=422 if trouble else 200)


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def shown(request: HttpRequest, shown_id: uuid.UUID) -> HttpResponse:
    notice = _notice(shown_id)
    trouble = ""
    if request.method == "POST":
        try:
            _act(request, notice)
            return HttpResponseRedirect(request.path)
        except CannotError as error:
            trouble = error.message
    principal = current_principal()
    context = {
        "section": "trips",
        "notice": notice,
        "view": notice_view(notice, title_of(notice)),
        "trip": Trip.objects.select_related("unit").filter(pk=notice.trip_id).first(),
        "part": SendingPart.objects.filter(pk=notice.part_id).first() if notice.part_id else None,
        "keeps": may_keep(principal, notice),
        "answers": may_answer(principal, notice),
        "objections": list(Objection.objects.filter(notice=notice).order_by("received_on", "id")),
        "hows": Objection.How.choices,
        "over": today() > notice.until,
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/shown.html", context, status=422 if trouble else 200)


@open_to(Permission.TRIP_READ)
@require_GET
def notice_file(request: HttpRequest, shown_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    """One file that needs nothing else: for the unit's own intranet, marked with the day on which it comes down."""
    notice = _notice(shown_id)
    principal = current_principal()
    if not may_keep(principal, notice):
        raise Http404
    if today() > notice.until:
        return HttpResponse(_("公示期已过，不再导出。"), status=410, content_type="text/plain; charset=utf-8")
    record(
        "trip.export_notice", principal, subject=("notice", notice.pk), readers=notice.readers,
        data={"trip": str(notice.trip_id)},
    )  # fmt: skip
    text = render_to_string("outbound/notice_file.html", {"view": notice_view(notice, title_of(notice))})
    response = HttpResponse(text, content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="notice-until-{notice.until:%Y%m%d}.html"'
    return response


def _filters(page: NoticePage) -> list[dict[str, Any]]:
    """Three menus, each naming what it shows now."""
    states = {"showing": _("正在公示"), "hanging": _("期满待撤"), "answer": _("有异议待答复"), "all": _("全部")}
    phases = {"": _("行前和事后"), **{code: str(label) for code, label in InternalNotice.Phase.choices}}
    orders = {"": _("后结束的在前"), "until": _("先结束的在前")}
    return [
        _menu("state", page.state, states, page),
        _menu("phase", page.phase, phases, page),
        _menu("sort", page.sort, orders, page),
    ]


def _menu(name: str, chosen: str, words: dict[str, str], page: NoticePage) -> dict[str, Any]:
    kept = {"state": page.state, "phase": page.phase, "sort": page.sort}
    options = [
        {"label": label, "url": "?" + urlencode(kept | {name: code}), "count": None, "current": code == chosen}
        for code, label in words.items()
    ]
    return {"label": words[chosen], "options": options}


def title_of(notice: InternalNotice) -> str:
    """A sending unit reads its part's title; the trip itself stays closed to it."""
    trip = Trip.objects.filter(pk=notice.trip_id).values_list("title", flat=True).first()
    if trip:
        return str(trip)
    part = SendingPart.objects.filter(pk=notice.part_id).first() if notice.part_id else None
    return str(notice.shown.get("title") or (part.content["dossier"].get("title") if part else "") or _("因公出访"))


def _notice(shown_id: uuid.UUID) -> InternalNotice:
    notice = InternalNotice.objects.select_related("unit").filter(pk=shown_id).first()
    if notice is None:
        raise Http404
    return notice


def _act(request: HttpRequest, notice: InternalNotice) -> None:
    match request.POST.get("act", ""):
        case "object":
            record_objection(
                notice.pk,
                received_on=wanted_day(request, "received_on", _("收到日期")),
                how=request.POST.get("how", ""),
                words=request.POST.get("words", ""),
                by_whom=request.POST.get("by_whom", ""),
            )
        case "answer":
            objection = Objection.objects.filter(pk=_id(request.POST.get("objection", "")), notice=notice).first()
            if objection is None:
                raise Http404
            answer_objection(objection.pk, answer=request.POST.get("answer", ""))
        case "take_down":
            take_down_notice(notice.pk)
        case _:
            raise CannotError(_("这一操作不认识，请刷新"))


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
