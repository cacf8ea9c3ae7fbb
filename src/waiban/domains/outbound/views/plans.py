"""The year's plans: the list of what is planned, one plan with its versions, and the decisions on it."""

import io
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework import policies as case_policies
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.actions.withdraw import withdraw
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.core.offices.models import Office
from waiban.core.people.models import Unit
from waiban.core.ui.format import money_text
from waiban.domains.outbound import plan_queries as queries
from waiban.domains.outbound.actions.draft_plan import draft_plan
from waiban.domains.outbound.actions.drop_plan import drop_plan
from waiban.domains.outbound.actions.file_plan import file_plan
from waiban.domains.outbound.actions.send_plan import send_plan
from waiban.domains.outbound.models import AnnualPlan, PlanItem
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.plan_pages import item_row, plan_page, quota_rows
from waiban.domains.outbound.planning import workbook
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.views.cases import wanted_day
from waiban.kernel.money import Money
from waiban.rulebook.law import Law

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_LIMIT = 20_000
VIEW_LABELS = {
    "force": gettext_lazy("已批准的项目"),
    "work": gettext_lazy("在编的项目"),
    "plans": gettext_lazy("各单位计划"),
}


@open_to(Permission.TRIP_READ)
@require_GET
def year_plans(request: HttpRequest) -> HttpResponse:
    """What is planned in a year. A unit sees its own, the office every unit's that was sent to it."""
    wanted = _wanted(request.GET)
    try:
        rows, following = queries.page_of(wanted, request.GET.get("after", "")) if wanted.view != "plans" else ([], "")
    except (ValueError, ValidationError):
        raise Http404(_("没有这一页")) from None
    law = law_of_reader()
    totals = queries.totals(wanted)
    documents = queries.documents(wanted)
    context: dict[str, Any] = {
        "section": "plans",
        "wanted": wanted,
        "tabs": _tabs(request.GET, wanted),
        "chips": _chips(request.GET, wanted),
        "filters": _filters(request.GET, wanted),
        "totals": totals,
        "totals_money": money_text(Money(totals.money, "CNY")),
        "rows": [item_row(item, law) for item in rows],
        "documents": [_document(plan) for plan in documents],
        "quota": quota_rows(queries.balances(wanted.year, wanted.unit), law),
        "ledger_url": _ledger_url(wanted),
        "next_url": _with(request.GET, after=following) if following else "",
        "first_url": _with(request.GET) if request.GET.get("after") else "",
        "export_url": f"{reverse('outbound:year_plans_export')}?{request.GET.urlencode()}",
        "sorts": {
            "unit": _with(request.GET, sort="unit"),
            "month": _with(request.GET, sort="-month" if wanted.sort == "month" else "month"),
            "people": _with(request.GET, sort="-people"),
            "money": _with(request.GET, sort="-money"),
        },
        "may_draft": _may_draft(documents, wanted.year),
        "may_balance": _may_balance(documents, wanted.year),
        "clear_url": f"{reverse('outbound:year_plans')}?{urlencode({'year': wanted.year, 'view': wanted.view})}",
    }
    return render(request, "outbound/plans.html", context)


@open_to(Permission.TRIP_READ)
@require_GET
def year_plans_export(request: HttpRequest) -> FileResponse:
    """What is filtered, every unit's items in one table."""
    wanted = _wanted(request.GET)
    name = _("年度计划-%(year)d") % {"year": wanted.year}
    return _excel(workbook(queries.every_item(wanted, EXPORT_LIMIT), law_of_reader(), name, with_units=True), name)


@open_to(Permission.TRIP_READ)
@require_POST
def new_year_plan(request: HttpRequest) -> HttpResponse:
    """The next version of the post's own plan: the unit's, or (`whose=office`) the office's."""
    whole = request.POST.get("whose") == "office"
    if not current_principal().may(Permission.PLAN_BALANCE if whole else Permission.TRIP_DRAFT):
        raise PermissionDenied
    year = request.POST.get("year", "")
    try:
        plan = draft_plan(int(year) if year.isdecimal() else 0, whole_office=whole)
    except CannotError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("outbound:year_plans"))
    return HttpResponseRedirect(reverse("outbound:plan_balance" if whole else "outbound:plan_edit", args=[plan.pk]))


@open_to(Permission.TRIP_READ)
@require_GET
def year_plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    return plan_response(request, queries.plan_or_404(plan_id))


@open_to(Permission.TRIP_READ)
@require_GET
def year_plan_export(request: HttpRequest, plan_id: uuid.UUID) -> FileResponse:  # noqa: ARG001
    """One plan as the spreadsheet in which it may come back; the office's with all units in it."""
    plan = queries.plan_or_404(plan_id)
    name = _("年度计划-%(year)d-%(unit)s-第%(n)d版") % {
        "year": plan.year, "unit": plan.unit.short_name or plan.unit.name, "n": plan.version
    }  # fmt: skip
    if plan.whole_office:
        return _excel(workbook(queries.proposals(plan), law_of(plan.office), name, with_units=True), name)
    items = PlanItem.objects.filter(plan=plan).exclude(state=PlanItem.State.DROPPED).order_by("number")
    return _excel(workbook(items, law_of(plan.office), name), name)


@open_to(Permission.TRIP_READ)
@require_POST
def year_plan_send(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    plan = queries.plan_or_404(plan_id)
    try:
        send_plan(plan.pk)
    except (CannotError, NotAllowedError) as error:
        return plan_response(request, plan, str(error))
    messages.success(request, _("已报送"))
    return _to(plan)


@open_to(Permission.CASE_READ)
@require_POST
def year_plan_decide(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    plan = queries.plan_or_404(plan_id)
    item = _my_item(plan)
    if item is None:
        raise Http404(_("这一步刚才已经办了"))
    outcome, words = request.POST.get("outcome", ""), request.POST.get("words", "").strip()
    try:
        if outcome == "send_back":
            send_back(item.pk, request.POST.get("target", ""), reason=words)
        elif outcome in casework.outcomes(item):
            decide(item.pk, outcome, opinion=words, resume="resume" in request.POST)
        else:
            raise CannotError(_("请选您的决定"))
    except (CannotError, NotAllowedError) as error:
        return plan_response(request, plan, str(error))
    messages.success(request, _("已办：%(verb)s") % {"verb": casework.verb_of(item)})
    return HttpResponseRedirect(reverse("inbox"))


@open_to(Permission.PLAN_BALANCE)
@require_POST
def year_plan_file(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Filed upward: number, day, body and scan."""
    plan = queries.plan_or_404(plan_id)
    item = _my_item(plan)
    if item is None or item.step != "file_upward":
        raise Http404
    upload = request.FILES.get("scan")
    try:
        filed_on = wanted_day(request, "filed_on", _("报备日期"))
        scan = (
            admit(upload, office_id=plan.office_id, readers=plan.readers, kind="plan_filing", case=plan.case_id)
            if upload
            else None
        )
        file_plan(
            plan.pk, number=request.POST.get("number", ""), filed_on=filed_on,
            filed_to=request.POST.get("filed_to", ""), scan=scan,
        )  # fmt: skip
    except (CannotError, NotAllowedError, RefusedError) as error:
        return plan_response(request, plan, str(error))
    messages.success(request, _("已登记报备"))
    return _to(plan)


@open_to(Permission.TRIP_READ)
@require_POST
def year_plan_withdraw(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Taken back while it is on its way; a version that was never sent is given up."""
    plan = queries.plan_or_404(plan_id)
    try:
        if plan.case_id is None:
            drop_plan(plan.pk)
        else:
            withdraw(plan.case_id, reason=request.POST.get("reason", ""))
    except (CannotError, NotAllowedError) as error:
        return plan_response(request, plan, str(error))
    return _to(plan)


def plan_response(request: HttpRequest, plan: AnnualPlan, trouble: str = "") -> HttpResponse:
    context = {
        "section": "plans",
        "plan": plan,
        "page": plan_page(plan, _my_item(plan)),
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/plan.html", context, status=422 if trouble else 200)


def _my_item(plan: AnnualPlan) -> WorkItem | None:
    """What this post may decide now; sending is an act of its own."""
    if plan.case is None:
        return None
    principal = current_principal()
    mine = [item for item in casework.my_items(plan.case) if item.step != "start"]
    return next((item for item in mine if case_policies.may_act(principal, item)), None)


def _to(plan: AnnualPlan) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("outbound:year_plan", args=[plan.pk]))


def _excel(data: bytes, name: str) -> FileResponse:
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL)


def law_of_reader() -> Law:
    """The law whose words name ranks: that of the reader's office. A post without an office sees no plan."""
    office = Office.objects.filter(pk=current_principal().office or uuid.UUID(int=0)).first()
    if office is None:
        raise PermissionDenied
    return law_of(office)


def _wanted(given: QueryDict) -> queries.PlanFilter:
    try:
        unit = uuid.UUID(str(given["unit"])) if given.get("unit") else None
    except ValueError:
        raise Http404 from None
    year, month = given.get("year", ""), given.get("month", "")
    view, sort = given.get("view", ""), given.get("sort", "unit")
    chosen = int(year) if year.isdecimal() and 2000 <= int(year) <= 2100 else today().year
    wanted = queries.PlanFilter(
        view=view if view in queries.VIEWS else "force",
        year=chosen,
        unit=unit,
        kind=given.get("kind", "") if given.get("kind", "") in PlanItem.Kind.values else "",
        state=given.get("state", "") if given.get("state", "") in PlanItem.State.values else "",
        month=int(month) if month.isdecimal() and 1 <= int(month) <= 12 else 0,
        country=given.get("country", "")[:2].upper(),
        text=given.get("q", "").strip()[:60],
        sort=sort if sort in queries.SORTS else "unit",
    )
    if not view and not queries.items(wanted).exists():
        return queries.PlanFilter(view="plans", year=chosen, unit=unit)
    return wanted


def _ledger_url(wanted: queries.PlanFilter) -> str:
    kept = {"year": str(wanted.year)} | ({"unit": str(wanted.unit)} if wanted.unit else {})
    return f"{reverse('outbound:quota_ledger')}?{urlencode(kept)}"


def _document(plan: AnnualPlan) -> Mapping[str, Any]:
    listed = [] if plan.whole_office else list(PlanItem.objects.filter(plan=plan).exclude(state="dropped"))
    counted = [item for item in listed if item.kind != PlanItem.Kind.TEACHING_RESEARCH]
    money = sum((item.total_cny for item in listed if item.total_cny is not None), start=Decimal(0))
    return {
        "url": reverse("outbound:year_plan", args=[plan.pk]),
        "whose": plan.office.city if plan.whole_office else plan.unit.name,
        "whole": plan.whole_office,
        "version": plan.version,
        "state": plan.get_state_display(),
        "mark": {"approved": "done", "refused": "block", "withdrawn": "void", "draft": "todo"}.get(plan.state, "now"),
        "groups": "" if plan.whole_office else len(counted),
        "listed": len(listed) - len(counted),
        "people": "" if plan.whole_office else sum(item.head_count or 0 for item in counted),
        "money": "" if plan.whole_office else money_text(Money(money, "CNY")),
        "filed": plan.filed_number,
    }


def _may_draft(documents: list[AnnualPlan], year: int) -> bool:
    own = [plan for plan in documents if not plan.whole_office and plan.state in AnnualPlan.WORKED_ON]
    return current_principal().may(Permission.TRIP_DRAFT) and not own and year >= today().year - 1


def _may_balance(documents: list[AnnualPlan], year: int) -> bool:
    at_work = [plan for plan in documents if plan.whole_office and plan.state in AnnualPlan.WORKED_ON]
    return current_principal().may(Permission.PLAN_BALANCE) and not at_work and year >= today().year - 1


def _tabs(given: QueryDict, wanted: queries.PlanFilter) -> list[dict[str, Any]]:
    kept = {key: given[key] for key in ("year", "unit") if given.get(key)}
    return [
        {
            "label": str(VIEW_LABELS[view]),
            "url": f"{reverse('outbound:year_plans')}?{urlencode({**kept, 'view': view})}",
            "count": None,
            "current": view == wanted.view,
        }
        for view in queries.VIEWS
    ]


def _chips(given: QueryDict, wanted: queries.PlanFilter) -> list[dict[str, str]]:
    chips = []
    if wanted.text:
        chips.append({"label": _("含“%(text)s”") % {"text": wanted.text}, "url": _with(given, q="")})
    if wanted.unit:
        unit = Unit.objects.filter(pk=wanted.unit).first()
        chips.append({"label": _("单位：%(unit)s") % {"unit": unit.name if unit else ""}, "url": _with(given, unit="")})
    if wanted.kind:
        label = PlanItem.Kind(wanted.kind).label
        chips.append({"label": _("种类：%(kind)s") % {"kind": label}, "url": _with(given, kind="")})
    if wanted.state:
        label = PlanItem.State(wanted.state).label
        chips.append({"label": _("状态：%(state)s") % {"state": label}, "url": _with(given, state="")})
    if wanted.month:
        chips.append({"label": _("%(month)d 月") % {"month": wanted.month}, "url": _with(given, month="")})
    if wanted.country:
        chips.append(
            {"label": _("目的地：%(place)s") % {"place": place_name(wanted.country)}, "url": _with(given, country="")}
        )
    return chips


def _filters(given: QueryDict, wanted: queries.PlanFilter) -> list[dict[str, Any]]:
    filters = [
        {
            "label": _("%(year)d 年") % {"year": wanted.year},
            "options": [
                {**_option(given, _("%(year)d 年") % {"year": year}, year=str(year)), "current": year == wanted.year}
                for year in queries.years()
            ],
        }
    ]
    seen = list(queries.items(wanted).order_by().values_list("unit", "countries")[:2000])
    if not wanted.unit:
        units = Unit.objects.filter(pk__in={unit for unit, _codes in seen}).order_by("name")
        if len(units) > 1:
            options = [_option(given, unit.name, unit=str(unit.pk)) for unit in units]
            filters.append({"label": _("单位"), "options": options})
    if wanted.view == "plans":
        return filters
    if not wanted.kind:
        options = [_option(given, str(kind.label), kind=kind.value) for kind in PlanItem.Kind]
        filters.append({"label": _("种类"), "options": options})
    if not wanted.state:
        options = [_option(given, str(state.label), state=state.value) for state in PlanItem.State]
        filters.append({"label": _("状态"), "options": options})
    if not wanted.month:
        options = [_option(given, _("%(month)d 月") % {"month": month}, month=str(month)) for month in range(1, 13)]
        filters.append({"label": _("月份"), "options": options})
    if not wanted.country:
        codes = sorted({code for _unit, codes in seen for code in codes}, key=place_name)
        options = [_option(given, place_name(code), country=code) for code in codes]
        filters.append({"label": _("目的地"), "options": options})
    return [one for one in filters if one["options"]]


def _option(given: QueryDict, label: str, **change: str) -> dict[str, Any]:
    return {"label": label, "url": _with(given, **change), "count": None}


def _with(given: QueryDict, **change: str) -> str:
    kept = {key: value for key, value in given.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('outbound:year_plans')}?{query}" if query else reverse("outbound:year_plans")
