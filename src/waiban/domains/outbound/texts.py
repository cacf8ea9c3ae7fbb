"""Short texts of a trip for lists, inbox and numbers."""

import uuid
from collections.abc import Collection, Mapping
from functools import cache

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from waiban.core.ui.format import people_text, short_day_text
from waiban.domains.outbound.models import Trip
from waiban.rulebook import law

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


def details_of(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, str]]:
    """What an inbox row says of each trip, in the reader's language: size and day, and where it goes."""
    language = get_language() or "zh"
    rows = Trip.objects.filter(pk__in=list(ids)).only("head_count", "depart", "countries")
    return {trip.pk: (_detail(trip), destination_text(trip, language)) for trip in rows}


def _detail(trip: Trip) -> str:
    people = people_text(trip.head_count)
    if trip.depart is None:
        return people
    return _("%(people)s·%(day)s 离境") % {"people": people, "day": short_day_text(trip.depart)}


@cache
def _nation() -> law.Law:
    return law.load_law()


def kind_text(kind: str) -> str:
    """What a kind of trip is called, in the reader's language; the law's own label."""
    label = _nation().labels.get(f"kind.{kind}") or _nation().labels.get(kind)
    if label is None:
        return kind
    return str(label["en" if (get_language() or "").startswith("en") else "zh"])


def case_number(trip: Trip) -> str:
    """云外案〔2027〕21 号."""
    return f"{trip.office.short_name}案〔{trip.year}〕{trip.number} 号"
