"""The inbox: what this post must do, by due day; what it has under way, has done and follows."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework import clocks
from waiban.core.casework.actions.claim import claim
from waiban.core.casework.actions.watch import unwatch, watch
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.subjects import kinds
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.places.names import place_in
from waiban.core.ui.format import count_text, day_text
from waiban.desks.inbox import planner, presenting, queries

EXPORT_LIMIT = 20_000
VIEWS: tuple[queries.View, ...] = ("todo", "doing", "done", "watched")
TABS_COUNTED: tuple[queries.View, ...] = ("todo", "doing", "watched")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@open_to(Permission.INBOX_READ)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    view, wanted = _asked(request.GET)
    today = clocks.today()
    try:
        found, following = queries.rows(view, wanted, request.GET.get("after", ""))
    except (ValueError, ValidationError):
        raise Http404(gettext("没有这一页")) from None
    counts = {
        name: queries.count(name, limit=queries.COUNT_LIMIT if name == view else queries.OTHER_LIMIT)
        for name in TABS_COUNTED
    }
    same = view in counts and replace(wanted, sort="due") == queries.Filter()
    total = counts[view] if same else queries.count(view, wanted)
    chips = _chips(request.GET, wanted)
    context = {
        "section": "inbox",
        "view": view,
        "view_label": _label(view),
        "tabs": _tabs(view, counts),
        "say": _say(today) if view == "todo" else "",
        "new_url": _new_url(),
        "chips": chips,
        "filters": _filters(request.GET, view, wanted),
        "sort_label": _sort_label(wanted.sort),
        "sorts": _sorts(request.GET, wanted),
        "total": total[0],
        "total_text": count_text(*total),
        "export_url": f"{reverse('inbox_export')}?{request.GET.urlencode()}",
        "groups": presenting.groups(presenting.in_language(found), view, wanted.sort, today),
        "next_url": _with(request.GET, after=following) if following else "",
        "clear_url": f"/?view={view}",
        "undo": request.session.pop("undo", None),
        **_preview_of_first(found, today),
    }
    if not found and view == "todo" and not chips and (acts := planner.first_acts()):
        return render(request, "inbox/first_run.html", context | {"acts": acts, **_planned(request.GET)})
    return render(request, "inbox/inbox.html", context | _empty(view, chips))


@open_to(Permission.CASE_READ)
@require_GET
def preview(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    try:
        case, item, waiting = queries.case_with_item(case_id)
    except Case.DoesNotExist:
        raise Http404 from None
    return render(request, "inbox/preview.html", {"preview": presenting.shown(case, item, clocks.today(), waiting)})


@open_to(Permission.INBOX_READ)
@require_POST
def claim_item(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    if not WorkItem.objects.filter(pk=item_id).exists():
        raise Http404
    try:
        claim(item_id)
    except NotAllowedError as error:
        raise PermissionDenied(error.message) from error
    except CannotError as error:  # somebody else was quicker
        messages.warning(request, error.message)
    return HttpResponseRedirect(_back(request))


@open_to(Permission.CASE_READ)
@require_POST
def watch_case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    if not Case.objects.filter(pk=case_id).exists():
        raise Http404
    (unwatch if queries.watched(case_id) else watch)(case_id)
    return HttpResponseRedirect(_back(request))


@open_to(Permission.INBOX_READ)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """What is filtered, as a spreadsheet; more than 20,000 rows want a narrower filter."""
    view, wanted = _asked(request.GET)
    today = clocks.today()
    columns = [
        SheetColumn(gettext("案号"), width=22),
        SheetColumn(gettext("要办的事")),
        SheetColumn(gettext("事项"), width=36),
        SheetColumn(gettext("要点"), width=24),
        SheetColumn(gettext("单位")),
        SheetColumn(gettext("岗位")),
        SheetColumn(gettext("谁在办")),
        SheetColumn(gettext("到岗日"), "day"),
        SheetColumn(gettext("到期日"), "day"),
        SheetColumn(gettext("时限")),
    ]
    out = io.BytesIO()
    lines = (
        (
            row.number,
            line.verb,
            row.title,
            row.detail,
            row.unit,
            row.post,
            line.holder,
            row.opened_on,
            row.due,
            line.clock.text,
        )
        for row in presenting.all_in_language(queries.every_row(view, wanted, EXPORT_LIMIT))
        for line in [presenting.line(row, today)]
    )
    write_xlsx(out, _label(view), columns, lines)
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename=f"{_label(view)}-{today.isoformat()}.xlsx", content_type=EXCEL
    )


@open_to(Permission.INBOX_READ)
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    return render(request, "inbox/plan.html", _planned(request.GET))


@open_to(Permission.CASE_READ)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:60]
    today = clocks.today()
    groups = [presenting.found_group(finder, hits, today) for finder, hits in queries.found(asked)] if asked else []
    context = {"section": "search", "q": asked, "groups": groups}
    return render(request, "inbox/search.html", context)


def _asked(given: QueryDict) -> tuple[queries.View, queries.Filter]:
    view = given.get("view", "todo")
    if view not in ("todo", "doing", "done", "watched"):
        raise Http404
    try:
        unit = uuid.UUID(str(given["unit"])) if given.get("unit") else None
    except ValueError:
        raise Http404 from None
    holder = given.get("holder", "")
    wanted = queries.Filter(
        kind=given.get("kind", "")[:24],
        unit=unit,
        destination=given.get("destination", "")[:60],
        holder=holder if holder in ("mine", "free", "section") else "",
        sort="opened" if given.get("sort") == "opened" else "due",
    )
    return cast("queries.View", view), wanted


def _preview_of_first(found: list[queries.Row], today: date) -> dict[str, Any]:
    if not found:
        return {"preview": None, "chosen": ""}
    case, item, waiting = queries.case_with_item(found[0].case_id)
    return {"preview": presenting.shown(case, item, today, waiting), "chosen": str(found[0].case_id)}


def _planned(given: QueryDict) -> dict[str, Any]:
    """The planner's answer where a day was given; a word about it where it can't be read."""
    asked = given.get("depart", "")
    try:
        day = parse_date(asked) if asked else None
    except ValueError:
        day = None
    if asked and day is None:
        return {"asked": asked, "plan_error": gettext("日期写成 2027-04-12 这样")}
    plan = planner.latest_days(day, clocks.today()) if day else None
    return {"asked": asked, "depart": day_text(day) if day else "", "plan": plan}


def _label(view: str) -> str:
    labels = {"todo": gettext("待办"), "doing": gettext("在办"), "done": gettext("已办"), "watched": gettext("关注")}
    return labels[view]


def _tabs(view: str, counts: Mapping[queries.View, tuple[int, bool]]) -> list[dict[str, Any]]:
    return [
        {
            "label": _label(name),
            "url": f"/?view={name}" if name != "todo" else "/",
            "current": name == view,
            "count": count_text(*counts[name]) if name in counts else None,
        }
        for name in VIEWS
    ]


def _say(today: date) -> str:
    late, due = queries.due_counts(today)
    if late and due:
        return gettext("先办逾期的 %(late)d 件；今天还有 %(due)d 件到期。") % {"late": late, "due": due}
    if late:
        return ngettext("先办逾期的 %(late)d 件。", "先办逾期的 %(late)d 件。", late) % {"late": late}
    if due:
        return ngettext("今天有 %(due)d 件到期。", "今天有 %(due)d 件到期。", due) % {"due": due}
    return ""


def _new_url() -> str:
    if not current_principal().may(Permission.TRIP_DRAFT):
        return ""
    try:
        return reverse("outbound:new")
    except NoReverseMatch:
        return ""


def _with(given: QueryDict, **changes: str) -> str:
    """The same page with some parameters changed; an empty one goes, and paging starts anew."""
    kept = {key: value for key, value in given.items() if key != "after"} | changes
    return f"/?{urlencode({key: value for key, value in kept.items() if value})}"


HOLDERS = ("mine", "free", "section")


def _holder_label(holder: str) -> str:
    return {"mine": gettext("我认领的"), "free": gettext("待认领"), "section": gettext("我和本科")}[holder]


def _chips(given: QueryDict, wanted: queries.Filter) -> list[dict[str, str]]:
    made = []
    if wanted.kind:
        made.append((gettext("类型"), kinds().get(wanted.kind, wanted.kind), "kind"))
    if wanted.unit:
        made.append((gettext("单位"), queries.unit_name(wanted.unit), "unit"))
    if wanted.destination:
        place = place_in(wanted.destination, get_language() or "zh")
        made.append((gettext("目的地"), place, "destination"))
    if wanted.holder:
        made.append((gettext("谁在办"), _holder_label(wanted.holder), "holder"))
    return [
        {"label": gettext("%(name)s：%(value)s") % {"name": name, "value": value}, "url": _with(given, **{key: ""})}
        for name, value, key in made
    ]


def _filters(given: QueryDict, view: queries.View, wanted: queries.Filter) -> list[dict[str, Any]]:
    found = queries.choices(view)
    names = kinds()
    made: list[dict[str, Any]] = []
    if not wanted.kind:
        made.append(
            {
                "label": gettext("类型"),
                "options": [
                    {"label": names.get(kind, kind), "url": _with(given, kind=kind), "count": None}
                    for kind, _ in found["kind"]
                ],
            }
        )
    if not wanted.unit:
        made.append(
            {
                "label": gettext("单位"),
                "options": [
                    {"label": name, "url": _with(given, unit=unit), "count": None} for unit, name in found["unit"]
                ],
            }
        )
    if not wanted.destination:
        made.append(
            {
                "label": gettext("目的地"),
                "options": [
                    {"label": name, "url": _with(given, destination=place), "count": None}
                    for place, name in found["destination"]
                ],
            }
        )
    if not wanted.holder and view == "todo":
        made.append(
            {
                "label": gettext("谁在办"),
                "options": [
                    {"label": _holder_label(holder), "url": _with(given, holder=holder), "count": None}
                    for holder in HOLDERS
                ],
            }
        )
    return [filter_ for filter_ in made if len(filter_["options"]) > 1]


def _sort_label(sort: str) -> str:
    return gettext("按到岗") if sort == "opened" else gettext("按到期")


def _sorts(given: QueryDict, wanted: queries.Filter) -> list[dict[str, Any]]:
    return [
        {"label": _sort_label(sort), "url": _with(given, sort=sort), "current": wanted.sort == sort, "count": None}
        for sort in ("due", "opened")
    ]


def _empty(view: str, chips: list[dict[str, str]]) -> dict[str, str]:
    if chips:
        return {"empty_title": gettext("没有合这些条件的"), "empty_why": gettext("去掉一个条件再看。")}
    why = {
        "todo": gettext("有要您办的，会按到期先后出现在这里，也会另发提醒。"),
        "doing": gettext("您办过、还在别的岗位手里的，会出现在这里。"),
        "done": gettext("您办完的会出现在这里。"),
        "watched": gettext("在案卷上点“关注”，它的进展就在这里。"),
    }[view]
    title = gettext("现在没有等您办的事") if view == "todo" else gettext("%(view)s里还没有") % {"view": _label(view)}
    return {"empty_title": title, "empty_why": why}


def _back(request: HttpRequest) -> str:
    """Back to the list as it was, and only to a page of our own."""
    referer = request.headers.get("Referer", "")
    here = f"{request.scheme}://{request.get_host()}/"
    return referer if referer.startswith(here) else "/"
