"""Two records of one person: suggestions, side by side, merge, keep apart, undo. For the office alone."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.offices.errors import CannotError
from waiban.core.papers.sheets import SheetColumn
from waiban.core.people import suggestions
from waiban.core.people.actions.merge_travellers import keep_apart, merge_travellers, preview_merge
from waiban.core.people.actions.unmerge_travellers import preview_unmerge, unmerge_travellers
from waiban.core.people.merging import Affected
from waiban.core.people.models import Traveller, TravellerMerge, Unit
from waiban.core.people.views.pages import tabs
from waiban.core.people.views.travellers import asked_unit
from waiban.core.ui.format import day_text, joined
from waiban.desks.travellers.views import facts_of, sheet, traveller_or_404

PAGE = 50
BASES = ("number", "name")


@require_safe
@open_to(Permission.TRAVELLER_MERGE)
def same(request: HttpRequest) -> HttpResponse:
    found, unit = _found(request)
    after = request.GET.get("after", "")
    rows = [one for one in found if one.key > after]
    context = {
        "section": "people",
        "tabs": tabs("travellers"),
        "views": _views("same"),
        "rows": [_line(one) for one in rows[:PAGE]],
        "total": len(found),
        "name": request.GET.get("name", ""),
        "chips": _chips(request, unit),
        "filters": _filters(request, found, unit),
        "next_url": _with(request, after=rows[PAGE - 1].key) if len(rows) > PAGE else "",
        "first_url": _with(request) if after else "",
        "export_url": f"{reverse('travellers:export_same')}?{request.GET.urlencode()}",
        "clear_url": reverse("travellers:same"),
    }
    return render(request, "travellers/same.html", context)


@require_safe
@open_to(Permission.TRAVELLER_MERGE)
def export_same(request: HttpRequest) -> FileResponse:
    found, _unit = _found(request)
    columns = [
        SheetColumn(_("姓名")), SheetColumn(_("单位"), width=28), SheetColumn(_("另一条记录"), width=24),
        SheetColumn(_("另一单位"), width=28), SheetColumn(_("凭什么"), width=24),
    ]  # fmt: skip
    lines = [(one.one.name, one.one.unit.name, one.other.name, one.other.unit.name, basis(one)) for one in found]
    return sheet(_("可能是同一人"), columns, lines)


@require_http_methods(["GET", "POST"])
@open_to(Permission.TRAVELLER_MERGE)
def compare(request: HttpRequest) -> HttpResponse:
    """Side by side, what would change, and the two answers. The record that is kept gives the person its id."""
    one, other = _asked(request, "one"), _asked(request, "other")
    trouble = ""
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            if request.POST.get("act") == "apart":
                keep_apart(one.pk, other.pk, reason=reason)
                messages.success(request, _("已记下：不是同一人，不再提示"))
            else:
                done = merge_travellers(one.pk, other.pk, reason=reason)
                messages.success(request, _said(_("已合并"), done.affected))
            return HttpResponseRedirect(reverse("travellers:same"))
        except CannotError as error:
            trouble = error.message
    affected: list[Affected] = []
    in_the_way = ""
    try:
        affected = preview_merge(one.pk, other.pk)
    except CannotError as error:
        in_the_way = error.message
    context = {
        "section": "people",
        "one": one,
        "other": other,
        "sides": _sides(one, other),
        "affected": affected,
        "in_the_way": in_the_way,
        "trouble": trouble,
        "reason": request.POST.get("reason", ""),
        "swap_url": _pair_url(other, one),
    }
    return render(request, "travellers/compare.html", context, status=422 if trouble else 200)


@require_safe
@open_to(Permission.TRAVELLER_MERGE)
def merged(request: HttpRequest) -> HttpResponse:
    undone = request.GET.get("view") == "undone"
    context = {
        "section": "people",
        "tabs": tabs("travellers"),
        "views": _views("undone" if undone else "merged"),
        "undone": undone,
        "rows": [_merge_line(row) for row in suggestions.merges(undone=undone)],
    }
    return render(request, "travellers/merges.html", context)


@require_http_methods(["GET", "POST"])
@open_to(Permission.TRAVELLER_MERGE)
def unmerge(request: HttpRequest, merge_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(TravellerMerge.objects.select_related("kept__unit", "merged__unit"), pk=merge_id)
    trouble = ""
    if request.method == "POST":
        try:
            done = unmerge_travellers(row.pk, reason=request.POST.get("reason", ""))
        except CannotError as error:
            trouble = error.message
        else:
            messages.success(request, _said(_("已撤销合并"), done.affected))
            return HttpResponseRedirect(reverse("travellers:merges"))
    affected: list[Affected] = []
    in_the_way = ""
    try:
        affected = preview_unmerge(row.pk)
    except CannotError as error:
        in_the_way = error.message
    context = {
        "section": "people",
        "row": row,
        "line": _merge_line(row),
        "affected": affected,
        "in_the_way": in_the_way,
        "trouble": trouble,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "travellers/unmerge.html", context, status=422 if trouble else 200)


def basis(one: suggestions.Suggestion) -> str:
    return _("证件号码相同") if one.by_number else _("姓名和出生日期相同")


def _said(what: str, affected: Any) -> str:
    if not affected:
        return _("%(what)s，没有在办的案卷因此改变") % {"what": what}
    names = joined(case.number for case in affected)
    return ngettext(
        "%(what)s；%(n)d 个在办案卷的检查结果变了：%(names)s", "%(what)s；%(n)d 个在办案卷的检查结果变了：%(names)s",
        len(affected),
    ) % {"what": what, "n": len(affected), "names": names}  # fmt: skip


def _found(request: HttpRequest) -> tuple[list[suggestions.Suggestion], Unit | None]:
    unit = asked_unit(request)
    kind = request.GET.get("basis", "")
    found = suggestions.suggestions(
        basis=kind if kind in BASES else "",
        search=request.GET.get("name", "").strip()[:60],
        unit=unit.pk if unit else None,
    )
    return found, unit


def _line(one: suggestions.Suggestion) -> dict[str, str]:
    return {
        "name": one.one.name,
        "unit": one.one.unit.short_name or one.one.unit.name,
        "other": one.other.name,
        "other_unit": one.other.unit.short_name or one.other.unit.name,
        "basis": basis(one),
        "kind": "met" if one.by_number else "attest",
        "url": _pair_url(one.one, one.other),
    }


def _merge_line(row: TravellerMerge) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kept": row.kept,
        "merged": row.merged,
        "reason": row.undo_reason if row.undone_on else row.reason,
        "basis": _("证件号码相同") if row.by_number else _("外办认定"),
        "on": day_text(row.merged_on),
        "undone_on": day_text(row.undone_on) if row.undone_on else "",
    }


def _pair_url(one: Traveller, other: Traveller) -> str:
    return f"{reverse('travellers:compare')}?{urlencode({'one': one.pk, 'other': other.pk})}"


def _asked(request: HttpRequest, name: str) -> Traveller:
    try:
        return traveller_or_404(uuid.UUID(request.GET.get(name, "")))
    except ValueError:
        raise Http404 from None


def _sides(one: Traveller, other: Traveller) -> list[tuple[str, str, str, bool]]:
    """(label, the one's, the other's, whether they differ); 未填 where one says nothing."""
    left, right = dict(_facts(one)), dict(_facts(other))
    return [
        (label, left.get(label) or "—", right.get(label) or "—", left.get(label) != right.get(label))
        for label in dict.fromkeys([*left, *right])
    ]


def _facts(row: Traveller) -> list[tuple[str, str]]:
    return [(_("姓名"), row.name), *facts_of(row), (_("证件号码"), row.identity_masked)]


def _views(here: str) -> list[dict[str, Any]]:
    wanted = [
        ("same", _("可能是同一人"), reverse("travellers:same")),
        ("merged", _("已合并"), reverse("travellers:merges")),
        ("undone", _("已撤销、不是同一人"), f"{reverse('travellers:merges')}?view=undone"),
    ]
    return [{"label": label, "url": url, "count": None, "current": code == here} for code, label, url in wanted]


def _chips(request: HttpRequest, unit: Unit | None) -> list[dict[str, str]]:
    chips = []
    if unit:
        chips.append({"label": _("单位：%(unit)s") % {"unit": unit.name}, "url": _with(request, unit="")})
    if (kind := request.GET.get("basis", "")) in BASES:
        label = _("证件号码相同") if kind == "number" else _("姓名和出生日期相同")
        chips.append({"label": label, "url": _with(request, basis="")})
    return chips


def _filters(request: HttpRequest, found: list[suggestions.Suggestion], unit: Unit | None) -> list[dict[str, Any]]:
    filters = []
    if request.GET.get("basis", "") not in BASES:
        labels = {"number": _("证件号码相同"), "name": _("姓名和出生日期相同")}
        options = [{"label": label, "url": _with(request, basis=kind), "count": None} for kind, label in labels.items()]
        filters.append({"label": _("凭什么"), "options": options})
    if unit is None:
        units = {row.unit.pk: row.unit for one in found for row in (one.one, one.other)}
        options = [
            {"label": row.short_name or row.name, "url": _with(request, unit=str(row.pk)), "count": None}
            for row in sorted(units.values(), key=lambda row: row.name)
        ]
        filters.append({"label": _("单位"), "options": options})
    return [one for one in filters if one["options"]]


def _with(request: HttpRequest, **change: str) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('travellers:same')}?{query}" if query else reverse("travellers:same")
