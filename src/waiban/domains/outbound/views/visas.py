"""护照签证办理: the office's board over all trips, a trip's own board, and acts on what is ticked."""

import io
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.offices.queries import setting
from waiban.core.offices.views.pages import my_office
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.people.models import Traveller
from waiban.core.ui.format import day_text, joined, short_day_text
from waiban.domains.outbound import need_queries as queries
from waiban.domains.outbound.actions import progress_need as progress
from waiban.domains.outbound.actions.attest_need import attest_as_suggested, attest_needs, join_visas
from waiban.domains.outbound.actions.visa_batches import open_batch
from waiban.domains.outbound.backward import last_safe_day
from waiban.domains.outbound.briefing import briefing_signed
from waiban.domains.outbound.document_queries import unit_choices
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import may_keep
from waiban.domains.outbound.models import PaperNeed, TravelDocument, Trip, VisaBatch
from waiban.domains.outbound.need_pages import board_rows, grid, paper_name, status
from waiban.domains.outbound.needs import VIA, refresh_needs, safe_days
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.tasks import RUNNING, kinds_for
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.versions import approved_value
from waiban.domains.outbound.views.custody import back_to, day_of, ids_of

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_LIMIT = 20_000
VIEW_LABELS = {
    "open": gettext_lazy("未办结"),
    "ask": gettext_lazy("待确认"),
    "doing": gettext_lazy("在办"),
    "more": gettext_lazy("待补材料"),
    "late": gettext_lazy("过安全日"),
    "refused": gettext_lazy("被拒"),
    "issued": gettext_lazy("已签发"),
    "all": gettext_lazy("全部"),
}


@open_to(Permission.DOCUMENT_READ)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request.GET)
    try:
        found, following = queries.page_of(wanted, request.GET.get("after", ""))
    except (ValueError, ValidationError):
        raise Http404(_("没有这一页")) from None
    office = my_office()
    safe = safe_days({row.trip_id: row.trip for row in found}.values())
    keeps = may_keep(current_principal(), office.pk)
    context: dict[str, Any] = {
        "section": "documents",
        "wanted": wanted,
        "tabs": [
            {
                "label": str(VIEW_LABELS[view]),
                "url": f"{reverse('outbound:visa_board')}?view={view}",
                "count": None,
                "current": view == wanted.view,
            }
            for view in queries.VIEWS
        ],
        "chips": _chips(request.GET, wanted),
        "filters": _filters(request.GET, wanted),
        "rows": board_rows(found, safe, wanted.on),
        "next_url": _with(request.GET, after=following) if following else "",
        "first_url": _with(request.GET) if request.GET.get("after") else "",
        "sort_url": _with(request.GET, sort="-depart" if wanted.sort == "depart" else "depart"),
        "export_url": f"{reverse('outbound:visa_export')}?{request.GET.urlencode()}",
        "clear_url": f"{reverse('outbound:visa_board')}?view={wanted.view}",
        "here": request.get_full_path(),
        **_acts(keeps=keeps, rows=found),
    }
    return render(request, "outbound/visa_board.html", context)


@open_to(Permission.DOCUMENT_READ)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    wanted = _wanted(request.GET)
    columns = [
        SheetColumn(_("团组"), width=34),
        SheetColumn(_("组团单位"), width=24),
        SheetColumn(_("离境"), "day"),
        SheetColumn(_("姓名"), width=12),
        SheetColumn(_("证件"), width=20),
        SheetColumn(_("国家和地区"), width=20),
        SheetColumn(_("是否要办"), width=12),
        SheetColumn(_("办理状态"), width=14),
        SheetColumn(_("预约日期"), "day"),
        SheetColumn(_("送办日期"), "day"),
        SheetColumn(_("办结日期"), "day"),
        SheetColumn(_("失效日期"), "day"),
        SheetColumn(_("送签批次"), "text", width=12),
        SheetColumn(_("结果说明"), width=30),
    ]
    lines = (
        (
            str(row.trip), row.trip.unit.name, row.trip.depart, row.traveller.name, row.get_kind_display(),
            joined(place_name(code) for code in row.countries), row.get_answer_display(), status(row)[1], row.booked_on,
            row.submitted_on, row.ended_on, row.valid_until, f"{row.batch.year}-{row.batch.serial}" if row.batch else "",
            row.ended_words or row.asked_words,
        )
        for row in queries.needs(wanted).order_by("trip__depart", "trip_id", "id")[:EXPORT_LIMIT]
    )  # fmt: skip
    out = io.BytesIO()
    write_xlsx(out, _("护照签证办理"), columns, lines)
    out.seek(0)
    name = _("护照签证办理-%(day)s.xlsx") % {"day": today().isoformat()}
    return FileResponse(out, as_attachment=True, filename=name, content_type=EXCEL)


@open_to(Permission.TRIP_READ)
@require_GET
def papers_visas(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """The trip's own board: a line a member, a cell a paper."""
    trip = trip_or_404(trip_id)
    value, on = approved_value(trip), today()
    if value is None:
        raise Http404
    rows = queries.needs_of(trip)
    safe = last_safe_day(trip, "travel_papers")
    names = _names(trip, value)
    keeps = may_keep(current_principal(), trip.office_id)
    lines = grid(rows, names=names, safe=safe, on=on, value=value)
    held = _held(lines) if current_principal().may(Permission.DOCUMENT_READ) else {}
    for line in lines:
        line["documents"] = held.get(line["id"], [])
        line["briefed"] = _signed(trip, line["id"])
    running = trip.state in RUNNING
    context = {
        "section": "trips",
        "trip": trip,
        "lines": lines,
        "safe": day_text(safe) if safe else "",
        "is_late": safe is not None and on > safe and any(need["late"] for line in lines for need in line["needs"]),
        "trouble": [need for line in lines for need in line["needs"] if need["mark"] == "block" or need["late"]],
        "refused": any(row.state == PaperNeed.State.REFUSED for row in rows),
        "stale": any(need["stale"] for line in lines for need in line["needs"]),
        "suggested": [need["pk"] for line in lines for need in line["needs"] if need["suggested"]],
        "running": running,
        "kinds": [(kind.value, kind.label) for kind in kinds_for(trip)],
        "members": [(line["id"], line["name"]) for line in lines],
        "here": reverse("outbound:papers_visas", args=[trip.pk]),
        "today": on.isoformat(),
        **_acts(keeps=keeps and running, rows=rows),
    }
    return render(request, "outbound/papers_visas.html", context)


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def refresh(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    added = refresh_needs(trip.pk, trip.office_id)
    messages.success(request, _("已按批准的行程更新，新增 %(n)d 项") % {"n": added})
    return HttpResponseRedirect(reverse("outbound:papers_visas", args=[trip.pk]))


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """One act on everything ticked, here or on the trip's own board."""
    posted, ids = request.POST, ids_of(request.POST.getlist("need"))
    back = back_to(request, reverse("outbound:visa_board"))
    try:
        said = _do(posted, ids)
        messages.success(request, said)
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(back)


def _do(posted: QueryDict, ids: Sequence[uuid.UUID]) -> str:
    words, on = posted.get("words", ""), day_of(posted.get("on", ""))
    match posted.get("act", ""):
        case "as_suggested":
            return _done(attest_as_suggested(ids))
        case "needed":
            return _done(attest_needs(ids, needed=True, words=words))
        case "not_needed":
            return _done(attest_needs(ids, needed=False, words=words))
        case "join":
            return _("已合并为一个签证：%(paper)s") % {"paper": paper_name(join_visas(ids))}
        case "book":
            if on is None:
                raise CannotError(_("请写预约日期"), "on")
            return _done(progress.book(ids, booked_on=on, words=words))
        case "submit":
            return _done(progress.submit(ids, on=on))
        case "more":
            return _done(progress.ask_more(ids, words=words, on=on))
        case "refuse":
            return _done(progress.refuse_need(ids, reason=words, on=on))
        case "call_off":
            return _done(progress.call_off(ids, words=words, on=on))
        case "batch":
            batch = open_batch(
                ids, consulate=posted.get("consulate", ""), country=posted.get("country", ""), via=posted.get("via", "")
            )
            return _("已编入批次 %(batch)s") % {"batch": f"{batch.year}-{batch.serial}"}
    raise CannotError(_("请选要做的事"))


def _done(rows: Sequence[PaperNeed]) -> str:
    return _("已登记 %(n)d 项") % {"n": len(rows)}


def _acts(*, keeps: bool, rows: Sequence[PaperNeed]) -> dict[str, Any]:
    """What the form under a board offers."""
    codes = sorted({code for row in rows if row.kind == PaperNeed.Kind.VISA for code in row.countries})
    return {
        "keeps": keeps,
        "act_choices": [
            ("as_suggested", _("按建议确认")),
            ("needed", _("确认要办")),
            ("not_needed", _("确认不用办")),
            ("join", _("合并为一个签证")),
            ("book", _("登记预约")),
            ("batch", _("编入送签批次")),
            ("submit", _("登记送办")),
            ("more", _("登记要求补充")),
            ("refuse", _("登记被拒")),
            ("call_off", _("不再办")),
        ],
        "batch_countries": [(code, place_name(code)) for code in codes],
        "vias": VisaBatch.Via.choices,
        "via": str(setting(my_office(), VIA)) if keeps else "",
    }


def _names(trip: Trip, value: Any) -> dict[str, str]:
    ids = ids_of([str(member.id) for member in value.members or [] if member.id])
    ids += list(PaperNeed.objects.filter(trip=trip).values_list("traveller_id", flat=True))
    return {str(pk): name for pk, name in Traveller.objects.filter(pk__in=ids).values_list("pk", "name")}


def _held(lines: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    ids = ids_of([line["id"] for line in lines])
    rows = TravelDocument.objects.filter(holder__in=ids).exclude(state__in=["cancelled", "lost"]).order_by("kind")
    for row in rows:
        found.setdefault(str(row.holder_id), []).append(
            {
                "code": row.code,
                "url": reverse("outbound:document", args=[row.pk]),
                "kind": str(row.get_kind_display()),
                "place": str(row.get_place_display()),
            }
        )
    return found


def _signed(trip: Trip, member: str) -> str:
    day: date | None = briefing_signed(trip, member)
    return short_day_text(day) if day else ""


def _wanted(given: QueryDict) -> queries.NeedFilter:
    def one(key: str) -> uuid.UUID | None:
        try:
            return uuid.UUID(str(given[key])) if given.get(key) else None
        except ValueError:
            raise Http404 from None

    view, kind, sort = given.get("view", "open"), given.get("kind", ""), given.get("sort", "depart")
    return queries.NeedFilter(
        on=today(),
        view=view if view in queries.VIEWS else "open",
        kind=kind if kind in PaperNeed.Kind.values else "",
        country=given.get("country", "")[:2].upper(),
        unit=one("unit"),
        trip=one("trip"),
        batch=one("batch"),
        sort=sort if sort in ("depart", "-depart") else "depart",
    )


def _chips(given: QueryDict, wanted: queries.NeedFilter) -> list[dict[str, str]]:
    chips = []
    if wanted.kind:
        chips.append({"label": str(PaperNeed.Kind(wanted.kind).label), "url": _with(given, kind="")})
    if wanted.country:
        chips.append({"label": place_name(wanted.country), "url": _with(given, country="")})
    if wanted.unit:
        names = dict(unit_choices(Trip.objects.filter(unit=wanted.unit), "unit"))
        chips.append(
            {"label": _("单位：%(unit)s") % {"unit": names.get(wanted.unit, "")}, "url": _with(given, unit="")}
        )
    if wanted.batch:
        batch = VisaBatch.objects.filter(pk=wanted.batch).first()
        number = f"{batch.year}-{batch.serial}" if batch else ""
        chips.append({"label": _("批次：%(batch)s") % {"batch": number}, "url": _with(given, batch="")})
    return chips


def _filters(given: QueryDict, wanted: queries.NeedFilter) -> list[dict[str, Any]]:
    found = queries.needs(wanted)
    filters = []
    if not wanted.kind:
        kinds = [
            {"label": str(one.label), "url": _with(given, kind=one.value), "count": None} for one in PaperNeed.Kind
        ]
        filters.append({"label": _("证件"), "options": kinds})
    if not wanted.country:
        codes = queries.countries_of(found)
        options = [{"label": place_name(code), "url": _with(given, country=code), "count": None} for code in codes]
        filters.append({"label": _("国家和地区"), "options": options})
    if not wanted.unit:
        units = unit_choices(found.order_by(), "trip__unit")[:60]
        options = [{"label": name, "url": _with(given, unit=str(pk)), "count": None} for pk, name in units]
        filters.append({"label": _("单位"), "options": options})
    return [one for one in filters if one["options"]]


def _with(given: QueryDict, **change: str) -> str:
    kept = {key: value for key, value in given.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('outbound:visa_board')}?{query}" if query else reverse("outbound:visa_board")
