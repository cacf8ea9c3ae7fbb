"""What is owed after trips: the list, explanations and their answers, suspended units."""

import io
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.core.offices.queries import setting, settings_for
from waiban.core.offices.views.pages import my_office
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.ui.marks import clock_face, done_face
from waiban.domains.outbound import debt_queries as queries
from waiban.domains.outbound.actions.explain_debt import answer_explanation, explain_debt
from waiban.domains.outbound.actions.suspend_unit import lift_suspension, suspend_unit
from waiban.domains.outbound.debts import waiting_explanations
from waiban.domains.outbound.document_queries import titles_of, unit_choices
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import may_carry, may_keep
from waiban.domains.outbound.models import Debt
from waiban.domains.outbound.reminding import ARTICLE, LEADER_ON, SUSPEND

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_LIMIT = 20_000
VIEW_LABELS = {
    "open": gettext_lazy("未办"),
    "late": gettext_lazy("逾期"),
    "leader": gettext_lazy("长期逾期"),
    "ended": gettext_lazy("已办结"),
}


@open_to(Permission.TRIP_READ)
@require_GET
def debts(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request.GET)
    try:
        found, following = queries.page_of(wanted, request.GET.get("after", ""))
    except (ValueError, ValidationError):
        raise Http404(_("没有这一页")) from None
    principal, office = current_principal(), my_office()
    settled = settings_for(office, [SUSPEND, ARTICLE])
    keeps = may_keep(principal, office.pk)
    context: dict[str, Any] = {
        "section": "documents" if principal.may(Permission.DOCUMENT_READ) else "trips",
        "wanted": wanted,
        "tabs": [
            {
                "label": str(VIEW_LABELS[view]),
                "url": f"{reverse('outbound:debts')}?view={view}",
                "count": None,
                "current": view == wanted.view,
            }
            for view in queries.VIEWS
        ],
        "chips": _chips(request.GET, wanted),
        "filters": _filters(request.GET, wanted),
        "rows": _rows(found, wanted),
        "next_url": _with(request.GET, after=following) if following else "",
        "first_url": _with(request.GET) if request.GET.get("after") else "",
        "export_url": f"{reverse('outbound:debts_export')}?{request.GET.urlencode()}",
        "sort_url": _with(request.GET, sort="-due" if wanted.sort == "due" else "due"),
        "explanations": [_explanation(row) for row in waiting_explanations()[:50]] if keeps else [],
        "suspensions": queries.suspensions(),
        "may_lift": principal.may(Permission.OFFICE_SET),
        "may_suspend": keeps and settled[SUSPEND] and settled[ARTICLE],
        "article": settled[ARTICLE],
        "units": unit_choices(Debt.objects.filter(ended_on=None, due_on__lt=wanted.on), "owing_unit") if keeps else [],
        "documents_url": reverse("outbound:documents") if principal.may(Permission.DOCUMENT_READ) else "",
        "clear_url": f"{reverse('outbound:debts')}?view={wanted.view}",
    }
    return render(request, "outbound/debts.html", context)


@open_to(Permission.TRIP_READ)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    wanted = _wanted(request.GET)
    columns = [
        SheetColumn(_("事项"), width=14),
        SheetColumn(_("单位"), width=26),
        SheetColumn(_("人员"), width=12),
        SheetColumn(_("袋号"), "text", width=12),
        SheetColumn(_("团组"), width=34),
        SheetColumn(_("返回"), "day"),
        SheetColumn(_("到期日"), "day"),
        SheetColumn(_("逾期天数"), "count"),
        SheetColumn(_("办结"), "day"),
    ]
    found = list(queries.debts(wanted).order_by("due_on", "id")[:EXPORT_LIMIT])
    titles = titles_of(row.trip_id for row in found)
    lines = (
        (
            row.get_kind_display(), row.owing_unit.name, row.owing_traveller.name if row.owing_traveller else "",
            row.document.code if row.document else "", titles.get(row.trip_id, ("", False))[0], row.came_back,
            row.due_on, max(0, ((row.ended_on or wanted.on) - row.due_on).days), row.ended_on,
        )
        for row in found
    )  # fmt: skip
    out = io.BytesIO()
    write_xlsx(out, _("返回后事项"), columns, lines)
    out.seek(0)
    name = _("返回后事项-%(day)s.xlsx") % {"day": today().isoformat()}
    return FileResponse(out, as_attachment=True, filename=name, content_type=EXCEL)


@open_to(Permission.FILE_ADD)
@require_http_methods(["GET", "POST"])
def explain(request: HttpRequest, debt_id: uuid.UUID) -> HttpResponse:
    debt = Debt.objects.select_related("owing_unit", "owing_traveller", "document").filter(pk=debt_id).first()
    if debt is None:
        raise Http404
    trouble = ""
    if request.method == "POST":
        upload = request.FILES.get("proof")
        try:
            if upload is None:
                raise CannotError(_("请选证明材料"))
            proof = admit(upload, office_id=debt.office_id, readers=debt.readers, kind="explanation")
            explain_debt(debt.pk, words=request.POST.get("words", ""), proof=proof)
            messages.success(request, _("已交外办核对"))
            return HttpResponseRedirect(reverse("outbound:debts"))
        except (CannotError, RefusedError) as error:
            trouble = str(error)
    context = {
        "section": "documents",
        "debt": debt,
        "row": _rows([debt], queries.DebtFilter(on=today()))[0],
        "words": request.POST.get("words", ""),
        "trouble": trouble,
        "earlier": [
            _explanation(row) for row in debt.explanations.select_related("debt__owing_unit").order_by("-given_on")
        ],
    }
    return render(request, "outbound/explain.html", context)


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def answer(request: HttpRequest, explanation_id: uuid.UUID) -> HttpResponse:
    from waiban.domains.outbound.models import Explanation

    if not Explanation.objects.filter(pk=explanation_id).exists():
        raise Http404
    try:
        answer_explanation(
            explanation_id, accept=request.POST.get("answer") == "accept", words=request.POST.get("words", "")
        )
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:debts"))


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def suspend(request: HttpRequest) -> HttpResponse:
    try:
        suspend_unit(uuid.UUID(request.POST.get("unit", "")), reason=request.POST.get("reason", ""))
        messages.success(request, _("已暂停受理这个单位的新团组；已报的照办"))
    except ValueError:
        messages.error(request, _("请选单位"))
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:debts"))


@open_to(Permission.OFFICE_SET)
@require_POST
def lift(request: HttpRequest, suspension_id: uuid.UUID) -> HttpResponse:
    from waiban.domains.outbound.models import Suspension

    if not Suspension.objects.filter(pk=suspension_id).exists():
        raise Http404
    try:
        lift_suspension(suspension_id, reason=request.POST.get("reason", ""))
        messages.success(request, _("已恢复受理"))
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:debts"))


def _rows(found: list[Debt], wanted: queries.DebtFilter) -> list[dict[str, Any]]:
    titles = titles_of(row.trip_id for row in found)
    principal = current_principal()
    units = {row.owing_unit_id: row.office_id for row in found}
    mine = {unit: may_keep(principal, office) or may_carry(principal, unit, office) for unit, office in units.items()}
    rows = []
    for row in found:
        title, has_case = titles.get(row.trip_id, ("", False))
        late = row.ended_on is not None and row.ended_on > row.due_on
        rows.append(
            {
                "pk": row.pk,
                "what": row.get_kind_display(),
                "who": row.owing_traveller.name if row.owing_traveller else "",
                "code": row.document.code if row.document else "",
                "code_url": reverse("outbound:document", args=[row.document_id]) if row.document_id else "",
                "unit": row.owing_unit.short_name or row.owing_unit.name,
                "trip": title,
                "trip_url": reverse("outbound:case", args=[row.trip_id]) if has_case else "",
                "due": row.due_on.isoformat(),
                "clock": done_face(late) if row.ended_on else clock_face(row.due_on, wanted.on),
                "ended": row.get_ended_display() if row.ended_on else "",
                "explain_url": reverse("outbound:explain_debt", args=[row.pk])
                if row.ended_on is None and mine[row.owing_unit_id]
                else "",
            }
        )
    return rows


def _explanation(row: Any) -> dict[str, Any]:
    of = row.debt.get_kind_display() if row.debt else ""
    unit = row.debt.owing_unit if row.debt else row.document.keeping_unit
    return {
        "pk": row.pk,
        "what": of if not row.document else _("证照 %(code)s") % {"code": row.document.code},
        "unit": unit.short_name or unit.name,
        "words": row.words,
        "proof": reverse("files:read", args=[row.proof_id]),
        "day": row.given_on.isoformat(),
        "answer": row.get_answer_display(),
        "answer_words": row.answer_words,
    }


def _wanted(given: QueryDict) -> queries.DebtFilter:
    try:
        unit = uuid.UUID(str(given["unit"])) if given.get("unit") else None
    except ValueError:
        raise Http404 from None
    view, sort, kind = given.get("view", "open"), given.get("sort", "due"), given.get("kind", "")
    days = setting(my_office(), LEADER_ON)
    return queries.DebtFilter(
        on=today(),
        leader_days=int(days) if days is not None else None,
        view=view if view in queries.VIEWS else "open",
        kind=kind if kind in Debt.Kind.values else "",
        unit=unit,
        sort=sort if sort in queries.SORTS else "due",
    )


def _chips(given: QueryDict, wanted: queries.DebtFilter) -> list[dict[str, str]]:
    chips = []
    if wanted.kind:
        chips.append({"label": str(Debt.Kind(wanted.kind).label), "url": _with(given, kind="")})
    if wanted.unit:
        names = dict(unit_choices(Debt.objects.filter(owing_unit=wanted.unit), "owing_unit"))
        chips.append(
            {"label": _("单位：%(unit)s") % {"unit": names.get(wanted.unit, "")}, "url": _with(given, unit="")}
        )
    return chips


def _filters(given: QueryDict, wanted: queries.DebtFilter) -> list[dict[str, Any]]:
    filters = []
    if not wanted.kind:
        kinds = [{"label": str(one.label), "url": _with(given, kind=one.value), "count": None} for one in Debt.Kind]
        filters.append({"label": _("事项"), "options": kinds})
    if not wanted.unit:
        units = unit_choices(queries.debts(wanted).order_by(), "owing_unit")[:60]
        options = [{"label": name, "url": _with(given, unit=str(pk)), "count": None} for pk, name in units]
        filters.append({"label": _("单位"), "options": options})
    return [one for one in filters if one["options"]]


def _with(given: QueryDict, **change: str) -> str:
    kept = {key: value for key, value in given.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('outbound:debts')}?{query}" if query else reverse("outbound:debts")
