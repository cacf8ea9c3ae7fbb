"""Sums that nobody should type: a line's amount from its parts, the total from the lines and rates."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

CENT = Decimal("0.01")


def line_arithmetic(line: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    """The product of the parts that are stated, and how it is made up: `9,000 × 1 人 × 5`. None where a part is missing."""
    price, people, days = (_number(line.get(key)) for key in ("unit_price", "people", "days"))
    if price is None or people is None:
        return None, ""
    amount, says = price * people, f"{price:,} × {people}"
    if days is not None:
        amount, says = amount * days, f"{says} × {days}"
    return amount, says


def fill_amounts(dossier: dict[str, Any]) -> None:
    """Where a line's amount isn't typed, its product; the total wherever every rate is known. Changes `dossier`."""
    budget = dossier.get("budget")
    if not isinstance(budget, dict):
        return
    for line in budget.get("lines") or []:
        if line.get("amount") is None:
            amount, _says = line_arithmetic(line)
            if amount is not None:
                line["amount"] = _plain(amount)
    total = total_of(dossier)
    if total is not None:
        budget["total_cny"] = _plain(total)


def total_of(dossier: Mapping[str, Any]) -> Decimal | None:
    """In CNY, to the cent; None where an amount or a rate isn't stated."""
    budget = dossier.get("budget") or {}
    lines = budget.get("lines") or []
    rates = budget.get("rates_to_cny") or {}
    total = Decimal(0)
    for line in lines:
        amount = _number(line.get("amount"))
        rate = Decimal(1) if line.get("currency") == "CNY" else _number(rates.get(str(line.get("currency"))))
        if amount is None or rate is None:
            return None
        total += amount * rate
    return total.quantize(CENT) if lines else None


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None


def _plain(amount: Decimal) -> int | str:
    return int(amount) if amount == amount.to_integral_value() else format(amount.normalize(), "f")
