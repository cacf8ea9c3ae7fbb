"""The list of trips: views, filters, totals, pages by key, and an export of what is filtered."""

import io
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.papers.sheets import write_csv, write_xlsx
from waiban.core.people.models import TravellerRecord, Unit
from waiban.core.ui.clocks import case_faces
from waiban.core.ui.format import money_text, short_day_text
from waiban.core.ui.lists import state
from waiban.core.ui.marks import ClockFace
from waiban.domains.outbound import by_member, listing, queries
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.texts import destination_text, kind_text, place_name
from waiban.kernel.money import Money

EXPORT_LIMIT = 20_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
MARK_OF_STATE = {
    "draft": "todo",
    "correction": "paused",
    "forwarded": "paused",
    "closed": "done",
    "refused": "block",
    "withdrawn": "void",
}


@open_to(Permission.TRIP_READ)
@require_GET
def trips(request: HttpRequest) -> HttpResponse:
    shown = state(request, listing.TRIPS)
    given, wanted = shown.given, _wanted(shown.given)
    try:
        page = queries.page_of(wanted, given.get("after", ""))
    except (ValueError, ValidationError):
        raise Http404(_("没有这一页")) from None
    totals = queries.totals(wanted, page.matching, exact="exact" in given)
    rest = listing.beside(page.rows, shown.columns)
    clocks = case_faces([trip.case for trip in page.rows if trip.case], today())
    context: dict[str, Any] = {
        "section": "trips",
        "wanted": wanted,
        "q": wanted.text,
        "find_within": [(key, value) for key, value in given.items() if value and key not in ("q", "after", "exact")],
        "lists": shown,
        "columns": shown.columns,
        "tabs": [*_tabs(wanted, in_view=shown.current is not None), *shown.tabs],
        "chips": _chips(given, wanted),
        "filters": _filters(given, wanted, page),
        "totals": totals,
        "totals_money": money_text(Money(totals.money, "CNY")),
        "exact_url": _with(given, exact="1"),
        "rows": [_row(trip, rest, clocks) for trip in page.rows],
        "next_url": _with(given, after=page.following) if page.following else "",
        "first_url": _with(given) if given.get("after") else "",
        "exports": _exports(given, totals) if page.rows else [],
        "new_url": reverse("outbound:new") if current_principal().may(Permission.TRIP_DRAFT) else "",
        "sorts": {name: _with(given, sort=_other_way(wanted.sort, name)) for name in ("number", "depart", "due")},
        "clear_url": f"{reverse('outbound:list')}?view=all",
    }
    return render(request, "outbound/list.html", context)


@open_to(Permission.TRIP_READ)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """What is filtered, in the columns that are shown, as `format` xlsx or csv; `rows=members` writes one row a member.
    More than 20,000 trips want a narrower filter.
    """
    shown = state(request, listing.TRIPS)
    wanted = _wanted(shown.given)
    each = shown.given.get("rows") == "members"
    found = queries.every_trip(wanted, EXPORT_LIMIT, whole=each)
    columns = by_member.sheet_columns() if each else listing.sheet_columns(shown.columns)
    rows = by_member.sheet_rows(found) if each else listing.sheet_rows(found, shown.columns)
    name, out = _("团组逐人") if each else _("团组"), io.BytesIO()
    if shown.given.get("format") == "csv":
        write_csv(out, columns, rows)
        ending, kind = "csv", CSV
    else:
        write_xlsx(out, name, columns, rows)
        ending, kind = "xlsx", EXCEL
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}-{today().isoformat()}.{ending}", content_type=kind)


def _exports(given: QueryDict, totals: queries.Totals) -> list[dict[str, Any]]:
    """What can be taken along, the usual one first."""
    here = urlencode({key: value for key, value in given.items() if value and key not in ("after", "exact")})
    number = totals.trips if totals.exact else f"{totals.trips}+"
    kinds = (
        (_("导出筛选结果 %(n)s 个") % {"n": number}, ""),
        (_("每个团组一行，CSV"), "format=csv"),
        (_("逐人：每人一行，本人结论和理由"), "rows=members"),
        (_("逐人，CSV"), "rows=members&format=csv"),
    )
    return [
        {"label": label, "url": f"{reverse('outbound:export')}?{'&'.join(filter(None, (here, more)))}", "count": None}
        for label, more in kinds
    ]


def _wanted(given: QueryDict) -> queries.TripFilter:
    try:
        unit = uuid.UUID(str(given["unit"])) if given.get("unit") else None
    except ValueError:
        raise Http404 from None
    view, sort, state = given.get("view", "all"), given.get("sort", "-number"), given.get("state", "")
    return queries.TripFilter(
        view=view if view in queries.VIEWS else "all",
        state=state if state in Trip.State.values else "",
        kind=given.get("kind", "")[:32],
        rank=given.get("rank", "")[:16],
        unit=unit,
        country=given.get("country", "")[:2].upper(),
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        text=given.get("q", "").strip()[:60],
        sort=sort if sort in queries.SORTS else "-number",
    )


def _row(trip: Trip, rest: listing.Beside, clocks: Mapping[uuid.UUID, ClockFace]) -> dict[str, Any]:
    return {
        "leader": rest.leader.get(trip.pk, "—"),
        "holder": rest.holder.get(trip.pk, "—"),
        "paper": rest.paper.get(trip.pk, "—"),
        "url": reverse("outbound:case" if trip.case_id or trip.imported else "outbound:draft", args=[trip.pk]),
        "number": f"{trip.number:02d}",
        "title": trip.title or _("未命名团组"),
        "unit": trip.unit.short_name or trip.unit.name,
        "where": destination_text(trip, _language()),
        "people": trip.head_count,
        "out": short_day_text(trip.depart, weekday=True) if trip.depart else "—",
        "back": short_day_text(trip.return_on, weekday=True) if trip.return_on else "—",
        "state": trip.get_state_display(),
        "state_mark": MARK_OF_STATE.get(trip.state, "now"),
        "clock": clocks.get(trip.case_id) if trip.case_id else None,
        "money": money_text(Money(trip.total_cny, "CNY")) if trip.total_cny is not None else "—",
    }


VIEW_LABELS = {
    "all": gettext_lazy("全部"),
    "open": gettext_lazy("办理中"),
    "mine": gettext_lazy("在我手里"),
    "report": gettext_lazy("报告未交"),
    "forwarded": gettext_lazy("已报省"),
    "went": gettext_lazy("已批准及以后"),
    "drafts": gettext_lazy("草稿"),
}


def _tabs(wanted: queries.TripFilter, *, in_view: bool) -> list[dict[str, Any]]:
    return [
        {
            "label": str(VIEW_LABELS[view]),
            "url": f"{reverse('outbound:list')}?view={view}",
            "count": None,
            "current": view == wanted.view and not in_view,
        }
        for view in queries.VIEWS
    ]


def _chips(given: QueryDict, wanted: queries.TripFilter) -> list[dict[str, str]]:
    chips = []
    if wanted.text:
        chips.append({"label": _("含“%(text)s”") % {"text": wanted.text}, "url": _with(given, q="")})
    if wanted.state:
        chips.append(
            {"label": _("状态：%(state)s") % {"state": Trip.State(wanted.state).label}, "url": _with(given, state="")}
        )
    if wanted.rank:
        rank = dict(TravellerRecord.Rank.choices).get(wanted.rank, wanted.rank)
        chips.append({"label": _("团长级别：%(rank)s") % {"rank": rank}, "url": _with(given, rank="")})
    if wanted.kind:
        chips.append({"label": _("类别：%(kind)s") % {"kind": kind_text(wanted.kind)}, "url": _with(given, kind="")})
    if wanted.unit:
        unit = Unit.objects.filter(pk=wanted.unit).first()
        chips.append({"label": _("单位：%(unit)s") % {"unit": unit.name if unit else ""}, "url": _with(given, unit="")})
    if wanted.country:
        chips.append(
            {"label": _("目的地：%(place)s") % {"place": place_name(wanted.country)}, "url": _with(given, country="")}
        )
    if wanted.since or wanted.until:
        span = f"{wanted.since or ''} {_('至')} {wanted.until or ''}"
        chips.append({"label": _("离境 %(span)s") % {"span": span}, "url": _with(given, since="", until="")})
    return chips


def _filters(given: QueryDict, wanted: queries.TripFilter, page: queries.Page) -> list[dict[str, Any]]:
    filters = []
    places = {code for _pk, codes, _unit in page.menus for code in codes}
    unit_ids = {unit for _pk, _codes, unit in page.menus}
    if not wanted.country:
        codes = sorted(places, key=place_name)
        filters.append(
            {"label": _("目的地"), "options": [_option(given, place_name(code), country=code) for code in codes]}
        )
    if not wanted.unit:
        units = Unit.objects.filter(pk__in=unit_ids).order_by("name")
        filters.append(
            {"label": _("单位"), "options": [_option(given, unit.name, unit=str(unit.pk)) for unit in units]}
        )
    if not wanted.state:
        filters.append(
            {
                "label": _("状态"),
                "options": [_option(given, str(state.label), state=state.value) for state in Trip.State],
            }
        )
    if not (wanted.since or wanted.until):
        filters.append({"label": _("离境"), "options": [_option(given, label, **span) for label, span in _quarters()]})
    return [one for one in filters if one["options"]]


def _quarters() -> list[tuple[str, dict[str, str]]]:
    year = today().year
    ends = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}
    return [
        (
            _("%(year)d 年%(quarter)s季度") % {"year": y, "quarter": "一二三四"[quarter - 1]},
            {"since": f"{y}-{quarter * 3 - 2:02d}-01", "until": f"{y}-{ends[quarter]}"},
        )
        for y in (year, year + 1)
        for quarter in ends
    ]


def _option(given: QueryDict, label: str, **change: str) -> dict[str, Any]:
    return {"label": label, "url": _with(given, **change), "count": None}


def _with(given: QueryDict, **change: str) -> str:
    """The same list with some conditions changed; paging starts anew unless it is what changes."""
    kept = {key: value for key, value in given.items() if key not in ("after", "exact")} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('outbound:list')}?{query}" if query else reverse("outbound:list")


def _other_way(sort: str, name: str) -> str:
    if sort == name and f"-{name}" in queries.SORTS:
        return f"-{name}"
    return name


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _language() -> str:
    from django.utils.translation import get_language

    return get_language() or "zh"
