"""统计: a year's trips in figures, each of which opens its rows; the yearly statement as a spreadsheet and as a paper."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.offices.models import Office
from waiban.core.papers.settings import letterhead_of
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.papers.source import load_source
from waiban.core.papers.word import render_docx
from waiban.core.ui.format import money_text
from waiban.domains.outbound import api as outbound
from waiban.domains.outbound.contracts import Figure, YearFigures
from waiban.domains.partners import api as partners
from waiban.kernel.money import Money

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STATEMENT = Path(__file__).parent / "papers" / "yearly_statement.yaml"
FIRST_YEAR = 2000


@open_to(Permission.TRIP_READ)
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    office, year = _office(), _year(request)
    figures = outbound.year_figures(office, year)
    kept = partners.kept_of("trip", figures.trip_ids)
    context = {
        "section": "statistics",
        "year": year,
        "years": list(range(today().year + 1, today().year - 13, -1)),
        "total": _shown(figures.total, figures.total),
        "tables": [
            (title, anchor, [_shown(row, figures.total) for row in rows]) for title, anchor, rows in _tables(figures)
        ],
        "decided": _decided(figures),
        "reasons": figures.reasons,
        "settled": money_text(Money(figures.settled_cny, "CNY")) if figures.settled_cny is not None else "",
        "steps": figures.steps,
        "kept": kept,
        "kept_share": f"{kept.share:.0%}" if kept.share is not None else "",
    }
    return render(request, "statistics/statistics.html", context)


@open_to(Permission.TRIP_READ)
@require_GET
def statement_sheet(request: HttpRequest) -> HttpResponse:
    figures = outbound.year_figures(_office(), _year(request))
    out = io.BytesIO()
    columns = [
        SheetColumn(_("表")), SheetColumn(_("项目"), width=28), SheetColumn(_("团组"), "count"), SheetColumn(_("人次"), "count"),
        SheetColumn(_("天数"), "count"), SheetColumn(_("预算(元)"), "money"), SheetColumn(_("每人每天(元)"), "money"),
    ]  # fmt: skip
    rows = [_line(_("全年"), figures.total)]
    rows += [_line(title, row) for title, _anchor, found in _tables(figures) for row in found]
    write_xlsx(out, _("%(year)d年统计") % {"year": figures.year}, columns, rows)
    return _file(out.getvalue(), EXCEL, f"statement-{figures.year}.xlsx")


@open_to(Permission.TRIP_READ)
@require_GET
def statement_paper(request: HttpRequest) -> HttpResponse:
    office = _office()
    figures = outbound.year_figures(office, _year(request))
    kept = partners.kept_of("trip", figures.trip_ids)
    values: dict[str, Any] = {
        **letterhead_of(office).head(day=today(), number=None),
        "year": str(figures.year),
        "groups": str(figures.total.groups),
        "people": str(figures.total.people),
        "days": str(figures.total.days),
        "cny": _amount(figures.total.cny) or "　　",
        "refused": str(figures.refused),
        "asked": str(figures.asked),
        "promises": _("兑现 %(kept)d，未兑现 %(broken)d，进行中 %(open)d")
        % {"kept": kept.kept, "broken": kept.broken, "open": kept.open},
        **{
            anchor: [
                {
                    "name": row.name,
                    "groups": str(row.groups),
                    "people": str(row.people),
                    "days": str(row.days),
                    "cny": _amount(row.cny) or "",
                }
                for row in rows
            ]
            for _title, anchor, rows in _tables(figures)
        },
    }
    source = load_source(STATEMENT)
    wanted = {*source.named(), *source.rows}
    given = {name: value for name, value in values.items() if name in wanted}
    return _file(render_docx(source, given, day=today()), DOCX, f"statement-{figures.year}.docx")


def _office() -> Office:
    principal = current_principal()
    office = Office.objects.filter(pk=principal.office).first() if principal.office else None
    if office is None:
        raise Http404
    return office


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and len(asked) == 4 else today().year
    return year if FIRST_YEAR <= year <= today().year + 2 else today().year


def _tables(figures: YearFigures) -> list[tuple[str, str, tuple[Figure, ...]]]:
    return [
        (_("按单位"), "by_unit", figures.by_unit),
        (_("按团长级别"), "by_rank", figures.by_rank),
        (_("按国家和地区"), "by_place", figures.by_place),
        (_("按类别"), "by_kind", figures.by_kind),
    ]


def _shown(row: Figure, total: Figure) -> dict[str, Any]:
    """`share` of the groups, for the bar beside the number."""
    return {
        "name": row.name,
        "groups": row.groups,
        "people": row.people,
        "days": row.days,
        "cny": money_text(Money(row.cny, "CNY")) if row.cny is not None else "—",
        "cny_a_day": money_text(Money(row.cny_a_day, "CNY")) if row.cny_a_day is not None else "—",
        "url": f"{reverse('outbound:list')}?{row.query}",
        "share": row.groups,
        "most": max(total.groups, 1),
    }


def _decided(figures: YearFigures) -> dict[str, Any]:
    share = f"{figures.refused / figures.asked:.1%}" if figures.asked else "—"
    return {
        "asked": figures.asked,
        "refused": figures.refused,
        "share": share,
        "url": f"{reverse('outbound:list')}?{figures.refused_query}",
    }


def _line(table: str, row: Figure) -> list[Any]:
    return [table, row.name, row.groups, row.people, row.days, row.cny, row.cny_a_day]


def _amount(cny: Decimal | None) -> str:
    return f"{cny:,.2f}" if cny is not None else ""


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
