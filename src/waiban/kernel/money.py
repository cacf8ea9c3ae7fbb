"""Amounts of money: exact, and never of two currencies at once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from waiban.kernel.errors import CurrencyMismatchError

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency (ISO 4217). Amounts of two currencies are neither added nor compared."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money takes a Decimal, not {type(self.amount).__name__}")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"not an ISO 4217 currency: {self.currency!r}")

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatchError(self.currency, other.currency)
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, times: int | Decimal) -> Money:
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def rounded(self, step: Decimal = CENT) -> Money:
        """Commercial rounding (half up) to `step`."""
        return Money(self.amount.quantize(step, ROUND_HALF_UP), self.currency)

    def converted(self, rate: Decimal, currency: str) -> Money:
        """`rate` is units of `currency` for one unit of this one; not rounded."""
        return Money(self.amount * rate, currency)

    def __str__(self) -> str:
        return f"{self.amount:,f} {self.currency}"
