"""Short texts of a trip for lists, inbox and numbers."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language

from waiban.domains.outbound.models import Trip

REGIONS = {"HK": ("香港", "Hong Kong"), "MO": ("澳门", "Macao"), "TW": ("台湾", "Taiwan")}
"""Regions, never countries; the locale's long forms are for maps."""


def place_name(code: str, language: str | None = None) -> str:
    english = (language or get_language() or "").startswith("en")
    if code in REGIONS:
        return REGIONS[code][english]
    return _territories("en" if english else "zh_Hans_CN").get(code, code)


@cache
def _territories(locale: str) -> dict[str, str]:
    return {code: str(name) for code, name in Locale.parse(locale).territories.items()}


def destination_text(trip: Trip, language: str = "zh") -> str:
    separator = ", " if language.startswith("en") else "、"
    return separator.join(place_name(code, language) for code in trip.countries)[:120]


def detail_text(trip: Trip) -> str:
    """5 人·02-22 离境: one line for an inbox row, Chinese as all stored texts are."""
    day = f"·{trip.depart:%m-%d} 离境" if trip.depart else ""
    return f"{trip.head_count} 人{day}"


def case_number(trip: Trip) -> str:
    """云外案〔2027〕21 号."""
    return f"{trip.office.short_name}案〔{trip.year}〕{trip.number} 号"
