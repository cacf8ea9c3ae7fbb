"""Countries, regions and currencies by code, in Chinese and English, from pycountry (ISO) and Babel (CLDR).

Hong Kong, Macao and Taiwan are regions of China: in no list of countries.
"""

from functools import cache
from typing import Any

import pycountry
from babel import Locale

REGIONS = ("HK", "MO", "TW")
HOME = "CN"
OURS = {
    "FK": ("马尔维纳斯群岛（福克兰群岛）", "Malvinas (Falkland) Islands"),
    "HK": ("香港", "Hong Kong, China"),
    "MO": ("澳门", "Macao, China"),
    "PS": ("巴勒斯坦", "Palestine"),
    "TW": ("台湾", "Taiwan, China"),
}
"""Where CLDR's name isn't the one that a Chinese office prints."""


@cache
def place_codes() -> frozenset[str]:
    """Countries and regions where a trip may lead: every code of ISO 3166 but our own country's."""
    return frozenset(known.alpha_2 for known in pycountry.countries) - {HOME}


@cache
def country_codes() -> frozenset[str]:
    return place_codes() - set(REGIONS)


def place_name(code: str, language: str) -> str:
    """The code itself where nobody has a name for it. `language` is a Django language code."""
    english = language.startswith("en")
    if code in OURS:
        return OURS[code][english]
    return str(_locale(english).territories.get(code, code))


def place_in(name: str, language: str) -> str:
    """A place that is stored by its Chinese name, in the reader's language; what is no place stays as it is."""
    if not language.startswith("en"):
        return name
    code = _code_of().get(name)
    return place_name(code, language) if code else name


@cache
def _code_of() -> dict[str, str]:
    return {place_name(code, "zh"): code for code in place_codes()}


def currency_name(code: str, language: str) -> str:
    return str(_locale(language.startswith("en")).currencies.get(code, code))


@cache
def currency_codes() -> frozenset[str]:
    """ISO 4217 without the codes for metals, funds and tests."""
    return frozenset(known.alpha_3 for known in pycountry.currencies if not known.alpha_3.startswith("X")) | {"XPF"}


@cache
def _locale(english: bool) -> Any:
    return Locale("en") if english else Locale("zh", "CN", script="Hans")
