"""The quota ledger line by line: which act took or gave back what. Every balance on the plan's pages opens here."""

import io
import uuid
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.people.models import Unit
from waiban.core.ui.format import day_text
from waiban.domains.outbound import plan_queries as queries
from waiban.domains.outbound.models import Quota, QuotaEntry
from waiban.domains.outbound.plan_facts import RANKS
from waiban.domains.outbound.plan_pages import quota_rows
from waiban.domains.outbound.planning import rank_word
from waiban.domains.outbound.views.plans import EXCEL, EXPORT_LIMIT, law_of_reader
from waiban.rulebook.law import Law

ANY = "any"
"""The row without a rank, in the address."""


@open_to(Permission.TRIP_READ)
@require_GET
def quota_ledger(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request.GET)
    try:
        rows, following = queries.lines_page(wanted, request.GET.get("after", ""))
    except (ValueError, ValidationError):
        raise Http404(_("没有这一页")) from None
    law = law_of_reader()
    titles = queries.trips_seen(rows)
    context: dict[str, Any] = {
        "section": "plans",
        "wanted": wanted,
        "chips": _chips(request.GET, wanted, law),
        "filters": _filters(request.GET, wanted, law),
        "quota": quota_rows(queries.balances(wanted.year, wanted.unit), law),
        "rows": [_row(line, law, titles) for line in rows],
        "next_url": _with(request.GET, after=following) if following else "",
        "first_url": _with(request.GET) if request.GET.get("after") else "",
        "export_url": f"{reverse('outbound:quota_ledger_export')}?{request.GET.urlencode()}",
        "back_url": f"{reverse('outbound:year_plans')}?{urlencode({'year': wanted.year})}",
    }
    return render(request, "outbound/plan_ledger.html", context)


@open_to(Permission.TRIP_READ)
@require_GET
def quota_ledger_export(request: HttpRequest) -> FileResponse:
    wanted, law = _wanted(request.GET), law_of_reader()
    columns = [
        SheetColumn(_("日期"), "day"), SheetColumn(_("单位"), width=24), SheetColumn(_("级别"), width=14),
        SheetColumn(_("记账"), width=10), SheetColumn(_("团组数"), "count"), SheetColumn(_("人次"), "count"),
        SheetColumn(_("事由"), width=14), SheetColumn(_("团组或计划"), width=36), SheetColumn(_("文号"), width=24),
    ]  # fmt: skip
    rows = list(queries.lines(wanted)[:EXPORT_LIMIT])
    titles = queries.trips_seen(rows)
    shown = [_row(line, law, titles) for line in rows]
    out = io.BytesIO()
    name = _("控制数台账-%(year)d") % {"year": wanted.year}
    write_xlsx(
        out, name, columns,
        (
            (line.happened_on, row["unit"], row["rank"], row["kind"], line.groups, line.people, row["cause"], row["what"],
             line.document)
            for line, row in zip(rows, shown, strict=True)
        ),
    )  # fmt: skip
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL)


def _row(line: QuotaEntry, law: Law, titles: dict[uuid.UUID, str]) -> dict[str, Any]:
    what, url = "", ""
    if line.plan is not None:
        what = _("第 %(n)d 版计划") % {"n": line.plan.version}
        url = reverse("outbound:year_plan", args=[line.plan_id])
    elif line.plan_id:
        what = _("全市计划")  # the office's own, which a unit doesn't open
    elif line.trip_id in titles:
        what, url = titles[line.trip_id], reverse("outbound:case", args=[line.trip_id])
    elif line.trip_id:
        what = _("别的单位的团组")
    return {
        "day": day_text(line.happened_on),
        "unit": line.quota.unit.short_name or line.quota.unit.name,
        "rank": rank_word(law, line.quota.rank),
        "kind": line.get_kind_display(),
        "mark": {"allotted": "info", "reserved": "now", "used": "done", "freed": "void"}[line.kind],
        "amount": f"{line.groups:+d} / {line.people:+d}"
        if line.kind == "allotted"
        else f"{line.groups} / {line.people}",
        "cause": line.get_cause_display(),
        "what": what,
        "url": url,
        "document": line.document,
    }


def _wanted(given: QueryDict) -> queries.LedgerFilter:
    try:
        unit = uuid.UUID(str(given["unit"])) if given.get("unit") else None
    except ValueError:
        raise Http404 from None
    year, rank = given.get("year", ""), given.get("rank", "")
    return queries.LedgerFilter(
        year=int(year) if year.isdecimal() and 2000 <= int(year) <= 2100 else today().year,
        unit=unit,
        rank="" if rank == ANY else (rank if rank in RANKS else None),
        kind=given.get("kind", "") if given.get("kind", "") in QuotaEntry.Kind.values else "",
        cause=given.get("cause", "") if given.get("cause", "") in QuotaEntry.Cause.values else "",
    )


def _chips(given: QueryDict, wanted: queries.LedgerFilter, law: Law) -> list[dict[str, str]]:
    chips = []
    if wanted.unit:
        unit = Unit.objects.filter(pk=wanted.unit).first()
        chips.append({"label": _("单位：%(unit)s") % {"unit": unit.name if unit else ""}, "url": _with(given, unit="")})
    if wanted.rank is not None:
        chips.append({"label": rank_word(law, wanted.rank), "url": _with(given, rank="")})
    if wanted.kind:
        chips.append({"label": str(QuotaEntry.Kind(wanted.kind).label), "url": _with(given, kind="")})
    if wanted.cause:
        chips.append({"label": str(QuotaEntry.Cause(wanted.cause).label), "url": _with(given, cause="")})
    return chips


def _filters(given: QueryDict, wanted: queries.LedgerFilter, law: Law) -> list[dict[str, Any]]:
    quotas = Quota.objects.filter(year=wanted.year)
    years = [
        {**_option(given, _("%(year)d 年") % {"year": year}, year=str(year)), "current": year == wanted.year}
        for year in queries.years()
    ]
    filters = [{"label": _("%(year)d 年") % {"year": wanted.year}, "options": years}]
    if not wanted.unit:
        units = Unit.objects.filter(pk__in=quotas.values("unit")).order_by("name")
        filters.append({"label": _("单位"), "options": [_option(given, one.name, unit=str(one.pk)) for one in units]})
    if wanted.rank is None:
        ranks = sorted(set(quotas.values_list("rank", flat=True)))
        options = [_option(given, rank_word(law, rank), rank=rank or ANY) for rank in ranks]
        filters.append({"label": _("级别"), "options": options})
    if not wanted.kind:
        options = [_option(given, str(kind.label), kind=kind.value) for kind in QuotaEntry.Kind]
        filters.append({"label": _("记账"), "options": options})
    if not wanted.cause:
        options = [_option(given, str(cause.label), cause=cause.value) for cause in QuotaEntry.Cause]
        filters.append({"label": _("事由"), "options": options})
    return [one for one in filters if one["options"]]


def _option(given: QueryDict, label: str, **change: str) -> dict[str, Any]:
    return {"label": label, "url": _with(given, **change), "count": None}


def _with(given: QueryDict, **change: str) -> str:
    kept = {key: value for key, value in given.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('outbound:quota_ledger')}?{query}" if query else reverse("outbound:quota_ledger")
