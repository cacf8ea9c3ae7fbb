"""Dated tables of the law: rows found by keys, on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

Key = tuple[Any, ...]


@dataclass(slots=True)
class Edition:
    """One dated edition; `year_only` is the year if no more is known of its start."""

    start: date | None
    until: date | None
    year_only: int | None
    rows: Sequence[Mapping[str, Any]]
    index: dict[Key, Mapping[str, Any]] | None = None


@dataclass(slots=True)
class Table:
    """
    Rows by key. A key that isn't there falls back to the row named in `instead`; one that isn't stated gives a column's
    value where all rows that match the other keys agree.
    """

    name: str
    keys: tuple[str, ...]
    instead: Mapping[str, Any]
    columns: tuple[str, ...]
    editions: Sequence[Edition] = field(default_factory=list)

    def edition(self, day: date | None) -> Edition | None:
        """The one in force on `day`; the newest where no day is stated."""
        for edition in reversed(self.editions):
            if day is None:
                return edition
            if edition.start is None or day >= edition.start:
                return None if edition.until is not None and day >= edition.until else edition
        return None

    def find(self, day: date | None, keys: Key, column: str) -> Any:
        edition = self.edition(day)
        if edition is None:
            return None
        row = self.row(edition, keys)
        return None if row is None else row.get(column)

    def row(self, edition: Edition, keys: Key) -> Mapping[str, Any] | None:
        if edition.index is None:
            edition.index = self._index(edition.rows)
        row = edition.index.get(keys)
        if row is None and self.instead:
            other = tuple(self.instead.get(name, key) for name, key in zip(self.keys, keys, strict=True))
            row = edition.index.get(other)
        return row

    def soft(self, day: date | None) -> bool:
        """Whether `day` lies in a year that is only known as the start of its edition."""
        edition = self.edition(day)
        return day is not None and edition is not None and edition.year_only == day.year

    def _index(self, rows: Sequence[Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
        index: dict[Key, dict[str, Any]] = {}
        for row in rows:
            exact = tuple(row[name] for name in self.keys)
            for unstated in product((False, True), repeat=len(exact)):
                key = tuple(None if drop else part for drop, part in zip(unstated, exact, strict=True))
                known = index.get(key)
                if known is None:
                    index[key] = {column: row[column] for column in self.columns}
                elif any(unstated):
                    for column in self.columns:
                        if known[column] != row[column]:
                            known[column] = None
        return dict(index)
