"""预算决算: what was approved, what was drawn, what it came to, and what isn't reimbursed and why."""

import io
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.errors import CannotError
from waiban.core.casework.queries import my_items
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.people.models import Traveller
from waiban.core.ui.format import day_text, money_text
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.confirm_settlement import confirm_settlement, return_settlement
from waiban.domains.outbound.actions.hand_in_settlement import hand_in_settlement
from waiban.domains.outbound.actions.record_advance import record_advance, remove_advance
from waiban.domains.outbound.actions.save_settlement import Written, begin_settlement, save_settlement
from waiban.domains.outbound.drafting import budget_row, rate_fields
from waiban.domains.outbound.forms.fields import Fields
from waiban.domains.outbound.forms.pointers import Reading
from waiban.domains.outbound.models import Advance, Settlement, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.settling import (
    Refused,
    Sums,
    advances_of,
    as_dossier,
    by_id,
    cny_of,
    may_begin,
    prefilled,
    refused_of,
    settlement_of,
    sums_of,
)
from waiban.kernel.money import Money

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACT = re.compile(r"^(add|remove):/budget/lines(?:/(\d{1,3}))?$")


@dataclass(frozen=True, slots=True)
class Compared:
    """One item of expense: approved, spent, and the difference; texts, ready for the page."""

    item: str
    approved: str
    spent: str
    difference: str
    over: bool


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def money_page(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """POST begins the settlement."""
    trip = trip_or_404(trip_id)
    trouble = ""
    if request.method == "POST":
        try:
            begin_settlement(trip.pk)
            return HttpResponseRedirect(reverse("outbound:money", args=[trip.pk]))
        except CannotError as error:
            trouble = error.message
    return _page(request, trip, trouble=trouble)


@open_to(Permission.TRIP_READ)
@require_GET
def settlement_page(_request: HttpRequest, settlement_id: uuid.UUID) -> HttpResponse:
    """Where the inbox leads: the settlement lies on its trip's page."""
    return HttpResponseRedirect(reverse("outbound:money", args=[_settlement(settlement_id).trip_id]))


@open_to(Permission.TRIP_DRAFT)
@require_POST
def save(request: HttpRequest, settlement_id: uuid.UUID) -> HttpResponse:
    """Save, add or remove a line, or hand in: what was typed last comes with each of them."""
    settlement = _settlement(settlement_id)
    trip = settlement.trip
    paid, trouble = _day(request.POST.get("paid_on", ""))
    if trouble:
        return _page(request, trip, trouble=trouble, typed=request)
    try:
        written = _written(request, settlement, paid)
        if written.reading.unread:
            trouble = _("有 %(n)d 栏没有读懂，请改好再存；填的都还在") % {"n": len(written.reading.unread)}
            return _page(request, trip, trouble=trouble, reading=written.reading)
        if "hand_in" in request.POST:
            hand_in_settlement(settlement.pk)
    except CannotError as error:
        return _page(request, trip_or_404(trip.pk), trouble=error.message)
    return HttpResponseRedirect(reverse("outbound:money", args=[trip.pk]) + "#settlement")


def _written(request: HttpRequest, settlement: Settlement, paid: date | None) -> Written:
    revision = request.POST.get("revision", "")
    if not revision.isdigit():
        raise CannotError(_("请刷新后再改"))
    posted = [(name, request.POST.getlist(name)) for name in request.POST if name.startswith("/budget/")]
    edits: list[dict[str, Any]] = []
    if act := request.POST.get("do", ""):
        match = ACT.match(act)
        if match is None:
            raise CannotError(_("这一操作不认识，请刷新"))
        edits = (
            [{"op": "remove", "path": f"/budget/lines/{match[2]}"}]
            if match[1] == "remove"
            else [{"op": "add", "path": "/budget/lines/-", "value": {"currency": "CNY", "payer": "own_unit"}}]
        )
    try:
        return save_settlement(
            settlement.pk,
            posted,
            revision=int(revision),
            edits=edits,
            paid_on=paid,
            notes=request.POST.get("notes", ""),
        )
    except KeyError as error:
        raise CannotError(_("有一栏不认识：%(name)s") % {"name": error.args[0]}) from error


@open_to(Permission.CASE_DECIDE)
@require_POST
def confirm(request: HttpRequest, settlement_id: uuid.UUID) -> HttpResponse:
    settlement = _settlement(settlement_id)
    opinion = request.POST.get("opinion", "").strip()
    try:
        if "return" in request.POST:
            return_settlement(settlement.pk, opinion=opinion)
        else:
            waived = {
                int(name.removeprefix("waive-")): request.POST[name]
                for name in request.POST
                if re.fullmatch(r"waive-\d{1,3}", name) and request.POST[name].strip()
            }
            confirm_settlement(settlement.pk, opinion=opinion or _("同意核销"), waived=waived)
    except CannotError as error:
        return _page(request, trip_or_404(settlement.trip_id), trouble=error.message)
    return HttpResponseRedirect(reverse("outbound:money", args=[settlement.trip_id]))


@open_to(Permission.TRIP_READ)
@require_POST
def advance(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    given = request.POST
    day, trouble = _day(given.get("drawn_on", ""))
    amount, rate = _amount(given.get("amount", "")), _amount(given.get("rate_to_cny", ""))
    if not trouble and day is None:
        trouble = _("请填支取日期")
    if not trouble and amount is None:
        trouble = _("金额写成 12000 或 12,000.50")
    if not trouble and rate is None and given.get("rate_to_cny", "").strip():
        trouble = _("汇率写成 0.047 这样")
    if not trouble and day is not None and amount is not None:
        try:
            record_advance(
                trip.pk, given.get("kind", ""), currency=given.get("currency", "").strip().upper(), amount=amount,
                drawn_on=day, rate_to_cny=rate, drawn_by=given.get("drawn_by", ""), voucher=given.get("voucher", ""),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("outbound:money", args=[trip.pk]) + "#advances")
        except CannotError as error:
            trouble = error.message
    return _page(request, trip, trouble=trouble, typed=request)


@open_to(Permission.TRIP_READ)
@require_POST
def strike_advance(request: HttpRequest, advance_id: uuid.UUID) -> HttpResponse:
    row = Advance.objects.select_related("trip").filter(pk=advance_id, removed_at=None).first()
    if row is None:
        raise Http404
    try:
        remove_advance(row.pk)
    except CannotError as error:
        return _page(request, trip_or_404(row.trip_id), trouble=error.message)
    return HttpResponseRedirect(reverse("outbound:money", args=[row.trip_id]) + "#advances")


@open_to(Permission.TRIP_READ)
@require_GET
def export(_request: HttpRequest, settlement_id: uuid.UUID) -> HttpResponse:
    """决算表: a row a line, with what was approved, spent, refused and why."""
    settlement = _settlement(settlement_id)
    make = Fields(Reading(as_dossier(settlement), {}), law_of(settlement.trip.office))
    refused = {one.line: one for one in refused_of(settlement)}
    columns = [
        SheetColumn(_("项目")), SheetColumn(_("国家或地区")), SheetColumn(_("城市")), SheetColumn(_("币种")),
        SheetColumn(_("单价"), "number"), SheetColumn(_("人"), "number"), SheetColumn(_("天或夜"), "number"),
        SheetColumn(_("金额"), "number"), SheetColumn(_("人民币"), "money"), SheetColumn(_("谁出钱")),
        SheetColumn(_("不予核销"), "money"), SheetColumn(_("依据"), width=40),
    ]  # fmt: skip
    rows = []
    for place, line in enumerate(settlement.lines):
        one = refused.get(place)
        rows.append([
            make.word("/budget/lines/0/item", str(line.get("item") or "")), line.get("country") or "", line.get("city") or "",
            line.get("currency") or "", line.get("unit_price"), line.get("people"), line.get("days"), line.get("amount"),
            cny_of(line, settlement.rates), make.word("/budget/lines/0/payer", str(line.get("payer") or "")),
            Decimal(one.cny) if one and not one.waived else None, one.article if one else "",
        ])  # fmt: skip
    if whole := refused.get(None):
        rows.append([_("合计超出批准"), *[""] * 9, Decimal(whole.cny), whole.article])
    out = io.BytesIO()
    write_xlsx(out, _("决算表"), columns, rows)
    answer = HttpResponse(out.getvalue(), content_type=EXCEL)
    answer["Content-Disposition"] = 'attachment; filename="settlement.xlsx"'
    return answer


def _settlement(settlement_id: uuid.UUID) -> Settlement:
    try:
        return by_id(settlement_id)
    except Settlement.DoesNotExist:
        raise Http404 from None


def _day(text: str) -> tuple[date | None, str]:
    if not text.strip():
        return None, ""
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    return day, "" if day else _("日期写成 2027-04-12 这样")


def _amount(text: str) -> Decimal | None:
    try:
        return (
            Decimal(text.replace(",", "").strip()).quantize(Decimal("0.000001")).normalize() if text.strip() else None
        )
    except InvalidOperation:
        return None


def _page(
    request: HttpRequest,
    trip: Trip,
    *,
    trouble: str = "",
    reading: Reading | None = None,
    typed: HttpRequest | None = None,
) -> HttpResponse:
    settlement, advances = settlement_of(trip), advances_of(trip)
    context: dict[str, Any] = {
        "section": "trips",
        "trip": trip,
        "trouble": trouble,
        "settlement": settlement,
        "may_begin": may_begin(trip) and policies.may_draft(current_principal()) and settlement is None,
        "may_keep_books": policies.may_keep_books(current_principal())
        and (settlement is None or settlement.state == Settlement.State.DRAFT),
        "advances": [(row, money_text(Money(row.amount, row.currency)), day_text(row.drawn_on)) for row in advances],
        "kinds": Advance.Kind.choices,
        "typed": typed.POST if typed else {},
        "budget": _approved(trip),
    }
    if settlement is not None:
        settlement.trip = trip
        context |= _settled(settlement, advances, reading)
    return render(request, "outbound/money.html", context, status=422 if trouble else 200)


def _approved(trip: Trip) -> str:
    total = sum((cny_of(line, prefilled(trip)["rates"]) or Decimal(0) for line in prefilled(trip)["lines"]), Decimal(0))
    return money_text(Money(total, "CNY")) if total else ""


def _settled(settlement: Settlement, advances: list[Advance], reading: Reading | None) -> dict[str, Any]:
    trip, refused = settlement.trip, refused_of(settlement)
    sums = sums_of(settlement, advances, refused)
    draft = settlement.state == Settlement.State.DRAFT
    reading = reading or Reading(as_dossier(settlement), {})
    make = Fields(reading, law_of(trip.office))
    mine = [item for item in my_items(settlement.case) if item.step == "confirm"] if settlement.case else []
    names = {
        str(pk): name
        for pk, name in Traveller.objects.filter(pk__in=[key for key in sums.by_member if key]).values_list(
            "pk", "name"
        )
    }
    return {
        "lines": [
            budget_row(make, place, line) for place, line in enumerate(reading.dossier["budget"].get("lines") or [])
        ],
        "rates": rate_fields(make, reading.dossier),
        "rate_date": make("/budget/rate_date"),
        "rate_source": make("/budget/rate_source"),
        "may_write": draft and policies.may_draft(current_principal()),
        "may_confirm": bool(mine) and settlement.state == Settlement.State.HANDED_IN,
        "refused": [_said(one, settlement, make) for one in refused],
        "compared": _compared(trip, sums, make),
        "totals": _totals(sums),
        "payers": [
            (make.word("/budget/lines/0/payer", payer), money_text(Money(cny, "CNY")))
            for payer, cny in sums.by_payer.items()
        ],
        "people": [
            (names.get(member, _("未分到人")), money_text(Money(cny, "CNY"))) for member, cny in sums.by_member.items()
        ],
        "paid_on": settlement.paid_on.isoformat() if settlement.paid_on else "",
    }


def _said(one: Refused, settlement: Settlement, make: Fields) -> dict[str, str]:
    english = (get_language() or "").startswith("en")
    item = ""
    if one.line is not None and one.line < len(settlement.lines):
        item = make.word("/budget/lines/0/item", str(settlement.lines[one.line].get("item") or ""))
    return {
        "item": item or _("合计"),
        "text": one.text_en if english else one.text_zh,
        "article": one.article,
        "cny": money_text(Money(Decimal(one.cny), "CNY")),
        "waived": one.waived,
    }


def _compared(trip: Trip, sums: Sums, make: Fields) -> list[Compared]:
    approved: dict[str, Decimal] = {}
    before = prefilled(trip)
    for line in before["lines"]:
        if line.get("payer") != "host":
            approved[str(line.get("item"))] = approved.get(str(line.get("item")), Decimal(0)) + (
                cny_of(line, before["rates"]) or Decimal(0)
            )
    rows = []
    for item in dict.fromkeys([*approved, *sums.by_item]):
        planned, spent = approved.get(item, Decimal(0)), sums.by_item.get(item, Decimal(0))
        rows.append(
            Compared(
                make.word("/budget/lines/0/item", item), money_text(Money(planned, "CNY")), money_text(Money(spent, "CNY")),
                f"{spent - planned:+,.2f}", spent > planned,
            )
        )  # fmt: skip
    return rows


def _totals(sums: Sums) -> list[tuple[str, str]]:
    def cny(amount: Decimal) -> str:
        return money_text(Money(amount, "CNY"))

    rows: Iterable[tuple[str, Decimal]] = (
        (_("实际合计"), sums.total),
        (_("不予核销"), sums.refused),
        (_("核销"), sums.payable),
        (_("预借和购汇"), sums.drawn),
        (_("应退") if sums.refund >= 0 else _("应补"), abs(sums.refund)),
    )
    found = [(name, cny(amount)) for name, amount in rows]
    return found + ([(_("接待方承担"), cny(sums.host))] if sums.host else [])
