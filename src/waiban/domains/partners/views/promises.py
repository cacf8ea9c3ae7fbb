"""Promises: the list with its filters and export, one page each, and the two acts on them."""

import io
import uuid
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.policies import may_act
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.people.models import Post, Unit
from waiban.core.ui.format import day_text, short_day_text
from waiban.core.ui.marks import clock_face
from waiban.domains.partners import policies, queries
from waiban.domains.partners.actions.answer_promise import answer_promise
from waiban.domains.partners.actions.confirm_promise import confirm_promise, confirming_item
from waiban.domains.partners.models import Promise, PromiseEvidence, PromiseReview

EXPORT_LIMIT = 20_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK_OF_STATE = {
    "open": "now",
    "answered": "attest",
    "kept": "met",
    "broken": "block",
    "overtaken": "void",
    "withdrawn": "void",
}
VIEW_LABELS = {
    "open": gettext_lazy("未了结"),
    "overdue": gettext_lazy("已过期"),
    "mine": gettext_lazy("我负责的"),
    "confirm": gettext_lazy("待核实"),
    "ended": gettext_lazy("已了结"),
    "all": gettext_lazy("全部"),
}
OUTCOMES = (
    ("kept", gettext_lazy("已履行")),
    ("continue", gettext_lazy("还在履行")),
    ("overtaken", gettext_lazy("情况已变，不再适用")),
    ("broken", gettext_lazy("未履行")),
)


@open_to(Permission.CASE_READ)
@require_GET
def promises(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request.GET)
    try:
        rows, following = queries.page_of(wanted, request.GET.get("after", ""))
    except (ValueError, ValidationError):
        raise Http404(_("没有这一页")) from None
    context: dict[str, Any] = {
        "section": "promises",
        "wanted": wanted,
        "tabs": [
            {
                "label": str(VIEW_LABELS[view]),
                "url": f"{reverse('partners:promises')}?view={view}",
                "count": None,
                "current": view == wanted.view,
            }
            for view in queries.VIEWS
        ],
        "chips": _chips(request.GET, wanted),
        "filters": _filters(request.GET, wanted),
        "rows": [_row(row) for row in rows],
        "next_url": _with(request.GET, after=following) if following else "",
        "first_url": _with(request.GET) if request.GET.get("after") else "",
        "export_url": f"{reverse('partners:export')}?{request.GET.urlencode()}",
        "sorts": {
            "due": _with(request.GET, sort="-due" if wanted.sort == "due" else "due"),
            "number": _with(request.GET, sort="number" if wanted.sort == "-number" else "-number"),
        },
        "clear_url": reverse("partners:promises"),
    }
    return render(request, "partners/promises.html", context)


@open_to(Permission.CASE_READ)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """What is filtered, as a spreadsheet; more than 20,000 rows want a narrower filter."""
    wanted = _wanted(request.GET)
    columns = [
        SheetColumn(_("编号"), "text", width=12),
        SheetColumn(_("谁的承诺"), width=12),
        SheetColumn(_("对方"), width=28),
        SheetColumn(_("承诺内容"), width=48),
        SheetColumn(_("责任单位"), width=22),
        SheetColumn(_("作出日"), "day"),
        SheetColumn(_("到期日"), "day"),
        SheetColumn(_("状态"), width=14),
        SheetColumn(_("理由"), width=36),
        SheetColumn(_("了结日"), "day"),
    ]
    lines = (
        (
            queries.number_of(row),
            row.get_by_display(),
            row.counterpart,
            row.what,
            row.unit.name,
            row.made_on,
            row.due,
            row.get_state_display(),
            row.reason,
            row.ended_on,
        )
        for row in queries.every_promise(wanted, EXPORT_LIMIT)
    )
    out = io.BytesIO()
    write_xlsx(out, _("承诺"), columns, lines)
    out.seek(0)
    name = _("承诺-%(day)s.xlsx") % {"day": today().isoformat()}
    return FileResponse(out, as_attachment=True, filename=name, content_type=EXCEL)


@open_to(Permission.CASE_READ)
@require_GET
def promise(request: HttpRequest, promise_id: uuid.UUID) -> HttpResponse:
    return _page(request, _promise(promise_id))


@open_to(Permission.CASE_READ)
@require_POST
def answer(request: HttpRequest, promise_id: uuid.UUID) -> HttpResponse:
    row = _promise(promise_id)
    upload = request.FILES.get("file")
    try:
        stored = (
            admit(upload, office_id=row.office_id, readers=row.readers, kind="promise_evidence") if upload else None
        )
        answer_promise(
            row.pk,
            request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
            file=stored,
            link=request.POST.get("link", ""),
            seen_on=_day(request.POST.get("seen_on", "")),
        )
    except (CannotError, RefusedError) as error:
        return _page(request, _promise(promise_id), trouble=str(error))
    except NotAllowedError as error:
        return _page(request, _promise(promise_id), trouble=error.message)
    messages.success(request, _("已报结果"))
    return HttpResponseRedirect(reverse("partners:promise", args=[row.pk]))


@open_to(Permission.CASE_DECIDE)
@require_POST
def confirm(request: HttpRequest, promise_id: uuid.UUID) -> HttpResponse:
    row = _promise(promise_id)
    try:
        confirm_promise(row.pk, agree=request.POST.get("do") == "agree", words=request.POST.get("words", ""))
    except CannotError as error:
        return _page(request, _promise(promise_id), trouble=str(error))
    except NotAllowedError as error:
        return _page(request, _promise(promise_id), trouble=error.message)
    messages.success(request, _("已核实") if request.POST.get("do") == "agree" else _("已退回责任岗位"))
    return HttpResponseRedirect(reverse("partners:promise", args=[row.pk]))


def _page(request: HttpRequest, row: Promise, trouble: str = "") -> HttpResponse:
    principal = current_principal()
    item = confirming_item(row.pk)
    posts = _post_names(row)
    context = {
        "section": "promises",
        "promise": row,
        "number": queries.number_of(row),
        "mark": MARK_OF_STATE[row.state],
        "overdue": queries.is_overdue(row, today()),
        "clock": clock_face(row.due, today()) if row.due and row.state == Promise.State.OPEN else None,
        "made": day_text(row.made_on),
        "due": day_text(row.due) if row.due else _("没有定日子"),
        "ended": day_text(row.ended_on),
        "answered": day_text(row.answered_on),
        "answer": Promise.State(row.answer).label if row.answer else "",
        "evidence": [_evidence(one, posts) for one in row.evidence.select_related("file").order_by("added_at")],
        "reviews": [_review(one) for one in row.reviews.order_by("on")],
        "may_answer": row.state == Promise.State.OPEN and policies.may_answer(principal, row),
        "may_confirm": item is not None and may_act(principal, item),
        "outcomes": OUTCOMES,
        "posted": request.POST,
        "trouble": trouble,
        "confirmed_by": posts.get(row.confirmed_by_post_id, "") if row.confirmed_by_post_id else "",
    }
    return render(request, "partners/promise.html", context, status=422 if trouble else 200)


def _evidence(one: PromiseEvidence, posts: dict[uuid.UUID, str]) -> dict[str, Any]:
    said = {True: _("属实"), False: _("不属实"), None: _("还没有核实")}[one.confirmed]
    return {
        "url": reverse("files:read", args=[one.file_id]) if one.file_id else one.link,
        "name": one.file.name if one.file else one.link,
        "outside": not one.file_id,
        "seen": day_text(one.seen_on),
        "by": posts.get(one.added_by_post_id, ""),
        "said": said,
        "mark": {True: "met", False: "block", None: "todo"}[one.confirmed],
        "confirmed_by": posts.get(one.confirmed_by_post_id, "") if one.confirmed_by_post_id else "",
    }


def _review(one: PromiseReview) -> dict[str, Any]:
    names = {**dict(OUTCOMES)}
    if one.done_on:
        state, mark = _("%(day)s 报：%(what)s") % {"day": one.done_on, "what": names.get(one.outcome, "")}, "done"
    elif one.dropped_on:
        state, mark = _("已了结，不用再核对"), "void"
    elif one.case_id:
        state, mark = _("在责任岗位待办"), "now"
    else:
        state, mark = _("到这一天进待办"), "todo"
    label = one.get_kind_display()
    if one.months:
        label = _("%(n)d 个月复查") % {"n": one.months}
    return {"label": label, "on": day_text(one.on), "state": state, "mark": mark, "words": one.words}


def _post_names(row: Promise) -> dict[uuid.UUID, str]:
    wanted = {row.owner_post_id, row.confirmed_by_post_id}
    for one in row.evidence.all():
        wanted |= {one.added_by_post_id, one.confirmed_by_post_id}
    found = Post.objects.filter(pk__in=[pk for pk in wanted if pk]).select_related("unit")
    return {post.pk: f"{post.unit.short_name or post.unit.name}{post.name}" for post in found}


def _promise(promise_id: uuid.UUID) -> Promise:
    try:
        return Promise.objects.select_related("unit", "owner_post__unit", "office").get(pk=promise_id)
    except Promise.DoesNotExist:
        raise Http404 from None


def _row(row: Promise) -> dict[str, Any]:
    open_now = row.state == Promise.State.OPEN
    return {
        "url": reverse("partners:promise", args=[row.pk]),
        "number": queries.number_of(row),
        "what": row.what,
        "by": row.get_by_display(),
        "counterpart": row.counterpart,
        "unit": row.unit.short_name or row.unit.name,
        "due": short_day_text(row.due) if row.due and row.due.year == today().year else str(row.due or "—"),
        "clock": clock_face(row.due, today()) if open_now and row.due else None,
        "state": row.get_state_display(),
        "mark": MARK_OF_STATE[row.state],
    }


def _wanted(given: QueryDict) -> queries.PromiseFilter:
    try:
        unit = uuid.UUID(str(given["unit"])) if given.get("unit") else None
    except ValueError:
        raise Http404 from None
    view, sort, by = given.get("view", "open"), given.get("sort", "due"), given.get("by", "")
    return queries.PromiseFilter(
        view=view if view in queries.VIEWS else "open",
        by=by if by in Promise.By.values else "",
        unit=unit,
        text=given.get("q", "").strip()[:60],
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        sort=sort if sort in queries.SORTS else "due",
    )


def _chips(given: QueryDict, wanted: queries.PromiseFilter) -> list[dict[str, str]]:
    chips = []
    if wanted.text:
        chips.append({"label": _("含“%(text)s”") % {"text": wanted.text}, "url": _with(given, q="")})
    if wanted.by:
        chips.append({"label": str(Promise.By(wanted.by).label), "url": _with(given, by="")})
    if wanted.unit:
        unit = Unit.objects.filter(pk=wanted.unit).first()
        chips.append({"label": _("单位：%(unit)s") % {"unit": unit.name if unit else ""}, "url": _with(given, unit="")})
    if wanted.since or wanted.until:
        span = f"{wanted.since or ''} {_('至')} {wanted.until or ''}"
        chips.append({"label": _("到期 %(span)s") % {"span": span}, "url": _with(given, since="", until="")})
    return chips


def _filters(given: QueryDict, wanted: queries.PromiseFilter) -> list[dict[str, Any]]:
    filters = []
    if not wanted.by:
        options = [_option(given, str(by.label), by=by.value) for by in Promise.By]
        filters.append({"label": _("谁的承诺"), "options": options})
    if not wanted.unit:
        newest = queries.promises(wanted).order_by("-year", "-number").values_list("unit_id", flat=True)[:500]
        units = Unit.objects.filter(pk__in=set(newest)).order_by("name")
        filters.append(
            {"label": _("责任单位"), "options": [_option(given, unit.name, unit=str(unit.pk)) for unit in units]}
        )
    if not (wanted.since or wanted.until):
        year = today().year
        spans = [(str(y), {"since": f"{y}-01-01", "until": f"{y}-12-31"}) for y in (year - 1, year, year + 1)]
        filters.append(
            {
                "label": _("到期"),
                "options": [_option(given, _("%(year)s 年") % {"year": y}, **span) for y, span in spans],
            }
        )
    return [one for one in filters if one["options"]]


def _option(given: QueryDict, label: str, **change: str) -> dict[str, Any]:
    return {"label": label, "url": _with(given, **change), "count": None}


def _with(given: QueryDict, **change: str) -> str:
    kept = {key: value for key, value in given.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('partners:promises')}?{query}" if query else reverse("partners:promises")


def _day(text: str) -> date | None:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None
