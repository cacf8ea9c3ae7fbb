"""What is searched: rooms above register their objects in ready()."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Indexed:
    """`model` has an `id` and `readers`; `texts` are what one of its rows is found by, one field each.

    No name of a person goes into another object's texts: who may not see the person would find the object by it.
    """

    kind: str
    model: str
    texts: Callable[[Any], Sequence[str]]
    related: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    """Columns that `texts` doesn't need, left unread by a rebuild."""
    depends: Mapping[str, str] = field(default_factory=dict)
    """Whose change changes the texts: a word such as "unit", and the field of `model` that points there."""
    mark: str = ""
    """Stands before every pair, so that a word common in one kind costs nothing in another: one letter, or the kind."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of what was found, its dates as dates: the page writes them."""

    of: UUID
    label: str
    number: str
    title: str
    unit: str
    detail: str
    url: str
    due: date | None = None
    workdays: int | None = None
    paused_for: str = ""
    closed_on: date | None = None
    about: UUID | None = None
    """What the hit is about where that is found by itself too (a case's trip): the page shows it once."""


@dataclass(frozen=True, slots=True)
class Finder:
    """`find` takes what was asked and how many are wanted, and answers newest first."""

    kind: str
    label: str | Promise
    find: Callable[[str, int], Sequence[Hit]]
    order: int = 50


@dataclass
class _Registry:
    indexed: dict[str, Indexed] = field(default_factory=dict)
    finders: dict[str, Finder] = field(default_factory=dict)


_all = _Registry()


def register(indexed: Indexed) -> None:
    marks = {mark_of(other.kind) for other in _all.indexed.values() if other.kind != indexed.kind}
    if (indexed.mark or indexed.kind) in marks:
        raise ValueError(f"another kind is marked {indexed.mark or indexed.kind}")
    _all.indexed[indexed.kind] = indexed


def mark_of(kind: str) -> str:
    return _all.indexed[kind].mark or kind


def register_finder(finder: Finder) -> None:
    _all.finders[finder.kind] = finder


def registered() -> dict[str, Indexed]:
    return _all.indexed


def finders() -> list[Finder]:
    return sorted(_all.finders.values(), key=lambda finder: finder.order)
