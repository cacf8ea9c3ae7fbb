"""决算: what a trip came to, beside what was approved; what can't be reimbursed and by which article; what is refunded.

The rules on money judge the settlement as they judged the budget: a line over its cap is cut to what the rule's own
remedy leaves, and the sum to what was approved.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from waiban.core.casework.clocks import today
from waiban.core.offices.queries import setting
from waiban.core.offices.settings import Kind, Setting
from waiban.domains.outbound.arithmetic import CENT, line_arithmetic
from waiban.domains.outbound.debts import Owed
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import Advance, Settlement, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.versions import actual_value, approved_value
from waiban.dossiers.check import Finding, check_trip
from waiban.dossiers.load import trip_to
from waiban.dossiers.patch import apply_edits
from waiban.dossiers.trip import Trip as TripValue

DAYS = "settlement.days"
SETTINGS = (
    Setting(
        DAYS, Kind.NUMBER, 30, gettext_lazy("返回后报销期限(天)"), gettext_lazy("经费"),
        help=gettext_lazy("各单位财务制度不同，默认值仅供提醒"), at_least=1, at_most=365,
    ),
)  # fmt: skip
OF_LINES = ("lodging_by_rank", "own_lodging_nights", "meals_incidentals_package", "meals_incidentals_hosted_offset")
"""Rules whose remedy says how much of a line stands."""
OF_THE_SUM = "reimbursement_only_as_approved"
AFTER = (Trip.State.AWAY, Trip.State.RETURNED, Trip.State.CLOSED)
NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Refused:
    """What isn't reimbursed of a line, or of the sum (`line` None). `waived`: finance's reason for paying it all the same."""

    line: int | None
    rule: str
    text_zh: str
    text_en: str
    article: str
    cny: str
    waived: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sums:
    """All in CNY. `by_payer` and `by_member` add up to `total`; `host` isn't ours to reimburse and is left out of it."""

    total: Decimal
    host: Decimal
    refused: Decimal
    drawn: Decimal
    by_payer: Mapping[str, Decimal]
    by_member: Mapping[str, Decimal]
    by_item: Mapping[str, Decimal]

    @property
    def payable(self) -> Decimal:
        return self.total - self.refused

    @property
    def refund(self) -> Decimal:
        """To be paid back of what was drawn; negative where the unit still owes."""
        return self.drawn - self.payable


def may_begin(trip: Trip) -> bool:
    return not trip.imported and trip.state in AFTER and approved_value(trip) is not None


def as_dossier(settlement: Settlement) -> dict[str, Any]:
    """The settlement as the money part of a dossier: one form and one set of rules serve both."""
    return {
        "budget": {
            "lines": settlement.lines,
            "rates_to_cny": settlement.rates,
            "rate_date": settlement.rate_date.isoformat() if settlement.rate_date else None,
            "rate_source": settlement.rate_source or None,
        }
    }


def prefilled(trip: Trip) -> dict[str, Any]:
    """The approved budget, line by line, as what most settlements begin with."""
    value = approved_value(trip)
    budget = trip_to(value).get("budget", {}) if value else {}
    return {
        "lines": [{**line, "amount": line.get("amount")} for line in budget.get("lines", [])],
        "rates": budget.get("rates_to_cny", {}),
        "rate_date": date.fromisoformat(str(budget["rate_date"])) if budget.get("rate_date") else None,
        "rate_source": budget.get("rate_source", ""),
    }


def cny_of(line: Mapping[str, Any], rates: Mapping[str, Any]) -> Decimal | None:
    """To the cent; None where the amount or the rate isn't stated."""
    amount = _decimal(line.get("amount"))
    if amount is None:
        amount, _says = line_arithmetic(line)
    rate = Decimal(1) if line.get("currency") == "CNY" else _decimal(rates.get(str(line.get("currency"))))
    return None if amount is None or rate is None else (amount * rate).quantize(CENT)


def open_lines(settlement: Settlement) -> list[int]:
    """Lines whose amount in CNY can't be told yet."""
    return [place for place, line in enumerate(settlement.lines) if cny_of(line, settlement.rates) is None]


def sums_of(settlement: Settlement, advances: Iterable[Advance], refused: Sequence[Refused]) -> Sums:
    by_payer: dict[str, Decimal] = {}
    by_member: dict[str, Decimal] = {}
    by_item: dict[str, Decimal] = {}
    host = total = NONE
    everybody = _members(settlement.trip)
    for line in settlement.lines:
        cny = cny_of(line, settlement.rates)
        if cny is None:
            continue
        payer = str(line.get("payer") or "own_unit")
        by_payer[payer] = by_payer.get(payer, NONE) + cny
        if payer == "host":
            host += cny
            continue
        total += cny
        by_item[str(line.get("item"))] = by_item.get(str(line.get("item")), NONE) + cny
        for member, share in _shares(cny, line.get("members") or everybody):
            by_member[member] = by_member.get(member, NONE) + share
    drawn = sum((_advance_cny(row) for row in advances), NONE)
    left_out = sum((Decimal(one.cny) for one in refused if not one.waived), NONE)
    return Sums(total, host, left_out, drawn, by_payer, by_member, by_item)


def _advance_cny(row: Advance) -> Decimal:
    return (row.amount * (row.rate_to_cny or Decimal(1))).quantize(CENT)


def _shares(cny: Decimal, members: Sequence[str]) -> list[tuple[str, Decimal]]:
    """Equal to the cent, the first bear the odd cents; one nameless share where nobody is named."""
    if not members:
        return [("", cny)]
    share = (cny / len(members)).quantize(CENT, rounding="ROUND_DOWN")
    odd = int((cny - share * len(members)) / CENT)
    return [(str(member), share + (CENT if place < odd else NONE)) for place, member in enumerate(members)]


def _members(trip: Trip) -> list[str]:
    value = actual_value(trip) or approved_value(trip)
    return [str(member.id) for member in (value.members if value else None) or [] if member.id]


def judge(settlement: Settlement) -> list[Refused]:
    """What the rules in force on the day of payment don't reimburse, line by line, then of the sum."""
    trip = settlement.trip
    value = _as_travelled(trip)
    if value is None:
        return []
    law, day = law_of(trip.office), settlement.paid_on or today()
    kept = [_stated(line) for line in settlement.lines]
    found: dict[int, tuple[Finding, dict[str, Any]]] = {}
    for _turn in range(4):  # a rule's cut may show the next one: the nights first, then the amount
        judged = check_trip(_with_lines(value, settlement, kept), law, stage="close", as_of=day, today=day)
        cuts = [finding for finding in judged.findings if finding.rule in OF_LINES and finding.answer == "not_met"]
        edits = [(finding, edit) for finding in cuts for edit in finding.remedy]
        if not edits:
            break
        for finding, edit in edits:
            found.setdefault(int(edit["path"].split("/")[3]), (finding, edit))
        kept = _cut(kept, [edit for _finding, edit in edits])
    refused = []
    for place, (finding, _edit) in sorted(found.items()):
        before, after = (cny_of(lines[place], settlement.rates) for lines in (settlement.lines, kept))
        if before is not None and after is not None and before > after:
            refused.append(_refused(place, finding, before - after))
    return with_the_sum(settlement, refused)


def _cut(lines: list[dict[str, Any]], edits: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines after the remedies; where only the count was cut the amount is made up anew from what is left."""
    after = apply_edits({"budget": {"lines": lines}}, [dict(edit) for edit in edits])["budget"]["lines"]
    amounts = {int(edit["path"].split("/")[3]) for edit in edits if edit["path"].endswith("/amount")}
    return [
        _stated(line if place in amounts or line == lines[place] else {**line, "amount": None})
        for place, line in enumerate(after)
    ]


def _stated(line: Mapping[str, Any]) -> dict[str, Any]:
    """With its amount, so that a rule sees what is claimed and not only how it is made up."""
    amount = _decimal(line.get("amount"))
    if amount is None:
        amount, _says = line_arithmetic(line)
    made = {name: kept for name, kept in line.items() if kept is not None}
    return made | ({"amount": str(amount)} if amount is not None else {})


def _as_travelled(trip: Trip) -> TripValue | None:
    """Days that nobody approved aren't paid: the approved span, cut to the days really spent."""
    approved, actual = approved_value(trip), actual_value(trip)
    if approved is None:
        return None
    dossier = trip_to(approved)
    for name, pick, real in (
        ("depart", max, actual.depart if actual else None),
        ("return", min, actual.return_ if actual else None),
    ):
        if real is not None and dossier.get(name):
            dossier[name] = pick(date.fromisoformat(str(dossier[name])), real).isoformat()
    dossier["submitted"] = None
    return value_of({name: kept for name, kept in dossier.items() if kept is not None and name != "schema"})


def _with_lines(value: TripValue, settlement: Settlement, lines: list[dict[str, Any]]) -> TripValue:
    dossier = trip_to(value)
    budget = {**dossier.get("budget", {}), **as_dossier(settlement)["budget"], "lines": lines}
    budget = {name: kept for name, kept in budget.items() if kept is not None}
    return value_of({**{name: kept for name, kept in dossier.items() if name != "schema"}, "budget": budget})


def with_the_sum(settlement: Settlement, of_lines: Sequence[Refused], waived: str = "") -> list[Refused]:
    """The refusals of lines, and after them what the rest comes to above the approval. A line that finance pays all
    the same still counts against the sum; `waived` is its word on the sum itself.
    """
    value, refused = approved_value(settlement.trip), list(of_lines)
    approved = value.budget.total_cny if value and value.budget else None
    entry = law_of(settlement.trip.office).entry(OF_THE_SUM)
    if approved is None or entry is None:
        return refused
    over = sums_of(settlement, (), refused).payable - approved
    if over > 1:  # up to one yuan is rounding, as in the budget
        text, article = entry["text"]["not_met"], article_of(entry["citation"])
        refused.append(Refused(None, OF_THE_SUM, text["zh"], text["en"], article, str(over.quantize(CENT)), waived))
    return refused


def _refused(place: int, finding: Finding, cny: Decimal) -> Refused:
    return Refused(
        place, finding.rule, finding.text_zh, finding.text_en, article_of(finding.card["citation"]), str(cny)
    )  # fmt: skip


def article_of(citation: Mapping[str, Any]) -> str:
    """Instrument, number and article; an article that wasn't seen says so."""
    article = citation["article"]
    seen = "条款未见" if article == "not_seen" else str(article)
    return " ".join(part for part in (f"《{citation['instrument']}》", str(citation["number"] or ""), seen) if part)


def refused_of(settlement: Settlement) -> list[Refused]:
    """As fixed when it was handed in; computed anew while it is a draft."""
    if settlement.state == Settlement.State.DRAFT:
        return judge(settlement)
    return [Refused(**row) for row in settlement.findings]


def advances_of(trip: Trip) -> list[Advance]:
    return list(Advance.objects.filter(trip=trip, removed_at=None).order_by("drawn_on", "id"))


def owed(trip: Trip, value: TripValue, came_back: date) -> Iterable[Owed]:  # noqa: ARG001
    """The settlement as a debt after the trip: the office's own term, counted from the return."""
    done = Settlement.objects.filter(trip=trip).values_list("confirmed_on", flat=True).first()
    yield Owed(due_on=came_back + timedelta(days=int(setting(trip.office_id, DAYS))), rule="", done_on=done)


def settlement_of(trip: Trip) -> Settlement | None:
    return Settlement.objects.select_related("case").filter(trip=trip).first()


def by_id(settlement_id: uuid.UUID) -> Settlement:
    return Settlement.objects.select_related("trip__unit", "trip__office", "trip__case", "case").get(pk=settlement_id)


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except ArithmeticError:
        return None
