"""Budget lines from the itinerary: nights, days, caps and rates; and what becomes of them when the itinerary moves.

Caps come from the law's own table, what the host provides is taken off by the law's own remedies: nothing of the law is
said a second time here. A line that a person changed stays and is marked; one that nobody touched follows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.casework.clocks import today
from waiban.core.offices.queries import setting
from waiban.core.offices.settings import Kind, Setting
from waiban.domains.outbound.arithmetic import line_arithmetic
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import BudgetBuild, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.dossiers.check import check_trip
from waiban.dossiers.load import number
from waiban.dossiers.patch import apply_edits
from waiban.dossiers.trip import Stop
from waiban.dossiers.trip import Trip as TripValue
from waiban.rulebook.law import Law

CROSSING, CUT = "budget.crossing_day", "notice.cut_is_fine"
SETTINGS = (
    Setting(
        CROSSING, Kind.CHOICE, "arrive", gettext_lazy("换国当天的伙食公杂算在"), gettext_lazy("经费"),
        choices=(("arrive", gettext_lazy("到达的国家或地区")), ("leave", gettext_lazy("离开的国家或地区"))),
    ),
    Setting(
        CUT, Kind.YES_NO, True, gettext_lazy("公示后只减预算，不重新公示"), gettext_lazy("经费"),
        help=gettext_lazy("只限合计减少、其他公示内容都没变"),
    ),
)  # fmt: skip
HOSTED = "meals_incidentals_hosted_offset"
"""The rule that takes off what the host provides; its remedy is what remains."""
CAPPED = {"lodging": "lodging", "meals": "meals", "incidentals": "incidentals"}
BY_RANK = {
    "first": frozenset({"minister", "vice_minister"}),
    "business": frozenset({"bureau", "deputy_bureau"}),
}
PARTS = ("unit_price", "people", "days", "currency", "amount")
"""What a line says; who pays and why is the applicant's own word."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Built:
    """`notes` says what could not be settled: two tables that differ in the year of their change, no row for a city."""

    lines: dict[str, dict[str, Any]]
    notes: dict[str, str]
    law_day: date
    rates: dict[str, Decimal] = field(default_factory=dict)
    rate_date: date | None = None
    rate_source: str = ""


def key_of(line: Mapping[str, Any]) -> str:
    """Lines of one item, place and cabin are one line of the budget."""
    return "|".join(str(line.get(name) or "") for name in ("item", "country", "city", "cabin"))


def build(value: TripValue, law: Law, *, crossing: str = "arrive", on: date | None = None) -> Built:
    """What the itinerary as it stands costs by the tables in force; lines whose parts aren't stated leave them open."""
    on = on or today()
    law_day = value.submitted or value.depart or on
    people = len(value.members or []) or value.head_count
    lines: dict[str, dict[str, Any]] = {}
    notes: dict[str, str] = {}
    for line in (*_fares(value, law), *_others(value, people)):
        lines[key_of(line)] = line
    for stop, nights, days in _stays(value, crossing):
        for item, count in (("lodging", nights), ("meals", days), ("incidentals", days)):
            if count is not None and count <= 0:
                continue
            line = {"item": item, "country": stop.country, "city": stop.city, "people": people, "days": count}
            currency, cap, note = _cap(law, law_day, stop, item)
            line |= {
                "currency": currency,
                "unit_price": number(Decimal(cap)) if cap is not None else None,
                "payer": "own_unit",
            }
            line = {name: kept for name, kept in line.items() if kept is not None}
            key = key_of(line)
            if key in lines:  # the same city twice, A→B→A: one line, the days together
                line["days"] += lines[key]["days"]
            lines[key] = line
            if note:
                notes[key] = note
    lines = {key: _with_amount(line) for key, line in _less_hosted(value, law, lines, law_day).items()}
    rates, rate_date, source = _rates(law, {str(line.get("currency")) for line in lines.values()}, on)
    return Built(lines, notes, law_day, rates, rate_date, source)


def _fares(value: TripValue, law: Law) -> Iterable[dict[str, Any]]:
    """One line a cabin. The cabin by rank was recalled, not read (rule cabin_class_by_rank): a proposal, no more."""
    if law.entry("cabin_class_by_rank") is None or not value.members:
        return
    counts: dict[str, int] = {}
    for member in value.members:
        cabin = next((name for name, ranks in BY_RANK.items() if member.rank in ranks), "economy")
        counts[cabin] = counts.get(cabin, 0) + 1
    for cabin, people in counts.items():
        yield {"item": "airfare", "currency": "CNY", "people": people, "cabin": cabin, "payer": "own_unit"}


def _others(value: TripValue, people: int | None) -> Iterable[dict[str, Any]]:
    """Paid as incurred: the amount is the applicant's to state."""
    items = ["visa", "insurance"]
    if value.kind in ("meeting", "exhibition"):
        items.append("registration")
    for item in items:
        line = {"item": item, "currency": "CNY", "people": people, "payer": "own_unit"}
        yield {name: kept for name, kept in line.items() if kept is not None}


def _stays(value: TripValue, crossing: str) -> list[tuple[Stop, int | None, int | None]]:
    """Each stop with its nights and the days that count as spent there. None where the dates don't say."""
    stops = [stop for stop in value.stops or [] if not (stop.transit and stop.leaves_airport is not True)]
    if not stops:
        return []
    if value.depart is None or value.return_ is None:
        return [(stop, None, None) for stop in stops]
    dated = [(stop.arrive, stop.leave) for stop in stops]
    if len(stops) == 1:
        whole = (value.return_ - value.depart).days
        return [(stops[0], whole, whole + 1)]
    if any(arrive is None or leave is None for arrive, leave in dated):
        return [(stop, None, None) for stop in stops]
    days = [0] * len(stops)
    day = value.depart
    while day <= value.return_:
        days[_where(day, dated, crossing)] += 1
        day += DAY
    return [
        (stop, (leave - arrive).days if arrive and leave else None, days[place])
        for place, (stop, (arrive, leave)) in enumerate(zip(stops, dated, strict=True))
    ]


def _where(day: date, dated: list[tuple[date | None, date | None]], crossing: str) -> int:
    """The place of the stop to which a day counts; days before the first arrival and after the last leave to those."""
    here = [place for place, (arrive, leave) in enumerate(dated) if arrive and leave and arrive <= day <= leave]
    if here:
        return here[-1] if crossing == "arrive" else here[0]
    before = [place for place, (_arrive, leave) in enumerate(dated) if leave and leave < day]
    return before[-1] if before else 0


def _cap(law: Law, day: date, stop: Stop, item: str) -> tuple[str | None, Decimal | None, str]:
    """Currency, cap, and what is open about it. In a year of which only the year is known both tables are asked."""
    table, keys = law.tables["perdiem"], (stop.country, stop.city)
    currency, cap = table.find(day, keys, "currency"), table.find(day, keys, CAPPED[item])
    if cap is None:
        return currency, None, _("标准表里没有，由财政核定")
    if not table.soft(day):
        return currency, cap, ""
    earlier = date(day.year, 1, 1) - DAY
    old_currency, old = table.find(earlier, keys, "currency"), table.find(earlier, keys, CAPPED[item])
    if (old_currency, old) == (currency, cap):
        return currency, cap, ""
    note = _("新表从哪天起用未知：旧表 %(old)s %(old_currency)s，新表 %(new)s %(new_currency)s，由财政核定") % {
        "old": old, "old_currency": old_currency, "new": cap, "new_currency": currency,
    }  # fmt: skip
    return currency if old_currency == currency else None, None, note


def _less_hosted(
    value: TripValue, law: Law, lines: dict[str, dict[str, Any]], law_day: date
) -> dict[str, dict[str, Any]]:
    """What the host provides, off: lodging by nights, meals and incidentals as the rule's own remedy says."""
    hosts = value.budget.host_provides if value.budget else None
    if not hosts:
        return lines
    for key, line in lines.items():
        if line["item"] == "lodging" and line.get("days") is not None:
            provided = sum(
                (host.days or Decimal(0))
                for host in hosts
                if host.what in ("lodging", "all") and host.country in (None, line.get("country"))
            )
            lines[key] = {**line, "days": max(0, line["days"] - int(provided))}
    keys = list(lines)
    dossier: dict[str, Any] = {"lines": [_with_amount(line) for line in lines.values()]}
    for _turn in range(2):  # first the days, then the amount that the days leave
        shown = value_of({**_plain(value), "budget": {**_plain(value).get("budget", {}), **dossier}})
        found = check_trip(shown, law, stage="submit", as_of=law_day, today=law_day)
        edits = [
            {**edit, "path": edit["path"].removeprefix("/budget")}
            for finding in found.findings
            if finding.rule == HOSTED
            for edit in finding.remedy
        ]
        if not edits:
            break
        dossier = apply_edits(dossier, edits)
    kept = dict(zip(keys, dossier["lines"], strict=True))
    return {key: line for key, line in kept.items() if line.get("days") != 0}


def _plain(value: TripValue) -> dict[str, Any]:
    from waiban.dossiers.load import trip_to

    return trip_to(value)


def _with_amount(line: dict[str, Any]) -> dict[str, Any]:
    amount, _says = line_arithmetic(line)
    if amount is None or (line.get("amount") is not None and Decimal(str(line["amount"])) <= amount):
        return line
    return {**line, "amount": number(amount)}


def _rates(law: Law, currencies: set[str], on: date) -> tuple[dict[str, Decimal], date | None, str]:
    """The reference rates of the newest day not after `on` that has them all; empty where the office's law has no series."""
    table, wanted = law.tables.get("reference_rate"), currencies - {"CNY", "None"}
    entry = law.entry("own_rate_near_reference")
    if table is None or not wanted or entry is None:
        return {}, None, ""
    by_day: dict[date, dict[str, Decimal]] = {}
    for edition in table.editions:
        for row in edition.rows:
            if row["currency"] in wanted and row["day"] <= on:
                by_day.setdefault(row["day"], {})[row["currency"]] = row["rate"]
    complete = [day for day, rates in by_day.items() if rates.keys() == wanted]
    if not complete:
        return {}, None, ""
    return by_day[max(complete)], max(complete), str(entry["citation"]["instrument"])


def rebuilt(dossier: Mapping[str, Any], before: Mapping[str, Any], built: Built) -> dict[str, Any]:
    """The budget with the lines that follow: new ones added, untouched ones replaced, gone ones dropped if untouched.

    `before`: the lines as they were built last. A line that a person took out stays out.
    """
    budget = dict(dossier.get("budget") or {})
    lines, seen = [], set()
    for line in budget.get("lines") or []:
        key = key_of(line)
        seen.add(key)
        if key not in before or not same(line, before[key]):
            lines.append(line)
        elif key in built.lines:
            lines.append({**line, **dict.fromkeys(PARTS), **built.lines[key]})
    lines = [{name: kept for name, kept in line.items() if kept is not None} for line in lines]
    lines += [line for key, line in built.lines.items() if key not in seen and key not in before]
    budget["lines"] = lines
    if built.rates and not budget.get("rate_date"):
        budget["rates_to_cny"] = {
            **{code: number(Decimal(rate)) for code, rate in built.rates.items()}, **(budget.get("rates_to_cny") or {}),
        }  # fmt: skip
        budget |= {
            "rate_date": built.rate_date.isoformat() if built.rate_date else None, "rate_source": built.rate_source,
        }  # fmt: skip
    return {**dossier, "budget": budget}


def same(line: Mapping[str, Any], built: Mapping[str, Any]) -> bool:
    """Whether a line still says what the itinerary gave, amounts and counts alike."""
    return all(_number(line.get(part)) == _number(built.get(part)) for part in PARTS)


def _number(value: Any) -> Any:
    try:
        return Decimal(str(value)).normalize() if value not in (None, "") else None
    except ArithmeticError:
        return value


def changed_lines(dossier: Mapping[str, Any], before: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Index of each line that a person changed → what the itinerary gives for it."""
    lines = (dossier.get("budget") or {}).get("lines") or []
    keyed = {place: before.get(key_of(line)) for place, line in enumerate(lines)}
    return {place: built for place, built in keyed.items() if built is not None and not same(lines[place], built)}


ITINERARY = ("depart", "return", "stops", "members", "kind", "head_count", "submitted")


def moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether anything differs that the lines are built from."""
    hosts = [(dossier.get("budget") or {}).get("host_provides") for dossier in (old, new)]
    return hosts[0] != hosts[1] or any(old.get(name) != new.get(name) for name in ITINERARY)


def follow(trip: Trip, dossier: dict[str, Any]) -> dict[str, Any]:
    """The dossier with its untouched lines brought up to the itinerary; nothing where it was never built."""
    kept = BudgetBuild.objects.filter(trip=trip).first()
    if kept is None or not moved(trip.dossier, dossier):
        return dossier
    return _take(trip, dossier, kept)


def take_over(trip: Trip, dossier: dict[str, Any]) -> dict[str, Any]:
    """As asked for: the lines from the itinerary, beside those that a person wrote."""
    kept = BudgetBuild.objects.filter(trip=trip).first()
    if kept is None:
        kept = BudgetBuild(trip=trip, readers=trip.readers)
    return _take(trip, dossier, kept)


def _take(trip: Trip, dossier: dict[str, Any], kept: BudgetBuild) -> dict[str, Any]:
    built = build(value_of(dossier), law_of(trip.office), crossing=setting(trip.office_id, CROSSING))
    made = rebuilt(dossier, kept.lines, built)
    kept.lines, kept.law_day = built.lines, built.law_day
    kept.save()
    return made
