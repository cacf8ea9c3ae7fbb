"""What stands in the bar. Rooms above register their entry in ready(); the bar shows what the post may open."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from waiban.core.access.principals import Principal


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    label: str | Promise
    url_name: str
    icon: str
    order: int
    may_open: Callable[[Principal], bool]


@dataclass(frozen=True, slots=True)
class Link:
    code: str
    label: str | Promise
    url: str
    icon: str


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    _entries[entry.code] = entry


def links(principal: Principal) -> list[Link]:
    shown = sorted((e for e in _entries.values() if e.may_open(principal)), key=lambda e: e.order)
    return [Link(e.code, e.label, reverse(e.url_name), e.icon) for e in shown]
