"""Write the per-diem tables of the law data from a folder of collected facts.

    python tools/perdiem_tables.py FACTS [OUT]

FACTS holds `perdiem_2013.csv` and `perdiem_current_after_2017.csv`: one row a city, figures only, with the copies
that each figure was read in. OUT (default: the nation's tables) receives `perdiem_2013.csv` and `perdiem_2017.csv`.

Amounts are per person: `lodging` a night, `meals` and `incidentals` a day, in `currency`. City `*` stands for the
country's "other cities" row, or for its only row. `confidence` is `high` where two copies agree
on all three amounts, else `medium`. When a table began is said in the rule file that declares it, not here.
"""

import csv
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

OUT = Path(__file__).parent.parent / "src/waiban/regulations/cn/nation/tables"
COLUMNS = ("country", "city", "city_en", "currency", "lodging", "meals", "incidentals", "confidence", "source", "note")
OTHER_CITIES = "其他城市"


class Edition(NamedTuple):
    collected: str
    written: str
    instrument: str


EDITIONS = (
    Edition("perdiem_2013.csv", "perdiem_2013.csv", "财行〔2013〕516号附表"),
    Edition("perdiem_current_after_2017.csv", "perdiem_2017.csv", "财行〔2013〕516号附表，财行〔2017〕434号调整后"),
)

# What the collector remarked, in words of our own.
NOTES = {
    "today Eswatini": "今称斯威士兰（Eswatini）",
    "today North Macedonia": "今称北马其顿",
    "printed under 大洋州及太平洋岛屿 in the source table (geographically Africa)": "原表列在大洋洲",
    "own row until the 2017 change, then inside 其他城市": "2017 年后并入其他城市",
    "2013 lodging figure has one stored source; meals/incidentals have two": "住宿费只见一份抄本",
    "GLUT copy says this row includes Quetta, Lahore, Karachi": "一份抄本注明含奎达、拉合尔、卡拉奇",
    "the 2019 web copy prints 美元; 2018 PDF copy and the 2013 edition print 欧元 -> EUR kept": (
        "一份抄本币种作美元，从另两份作欧元"
    ),
    "new row: only in two Tongji copies": "2017 年新增，两份抄本同出一校",
    "changed/new row: lodging only in two Tongji copies; meals+incidentals also equal the 2013 edition": (
        "住宿费两份抄本同出一校"
    ),
}


def rows(collected: Path, instrument: str) -> Iterator[dict[str, str]]:
    with collected.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            amounts = {key: format(Decimal(row[key]).normalize(), "f") for key in ("lodging", "meals", "incidentals")}
            compared = len([copy for copy in row["corroborated_by"].split(" ; ") if copy])
            other = row["city_zh"] == OTHER_CITIES
            yield {
                "country": row["country_iso2"],
                "city": "*" if other or not row["city_zh"] else row["city_zh"],
                "city_en": "" if other else row["city_en"],
                "currency": row["currency"],
                **amounts,
                "confidence": row["confidence"],
                "source": f"{instrument}；对照 {compared} 处",
                "note": NOTES[row["note"]] if row["note"] else "",
            }


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    facts = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) == 2 else OUT
    out.mkdir(parents=True, exist_ok=True)
    for edition in EDITIONS:
        table = list(rows(facts / edition.collected, edition.instrument))
        keys = {(row["country"], row["city"]) for row in table}
        if len(keys) != len(table):
            print(f"{edition.collected}: one country and city has two rows", file=sys.stderr)
            return 1
        with (out / edition.written).open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
        print(f"{edition.written}: {len(table)} rows, {len({row['country'] for row in table})} countries and regions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
