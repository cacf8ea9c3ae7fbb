"""Ids of what is found; the caller joins them again to the protected table, or to another condition."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from waiban.core.search.bigrams import query
from waiban.core.search.registry import mark_of

ENOUGH = 1000
"""Up to so many matches are taken as a set of ids; more are so common that the list itself is walked."""
FIRST_LOOK = 400
"""Rows of the list that are looked at before the index is asked: what is common is found among them."""


def ids(kind: str, asked: str, most: int | None = None) -> list[UUID]:
    """Newest first, by the time in their ids; `most` None for all of them."""
    wanted = query(asked, mark_of(kind))
    return _called("search_ids(%s, %s, %s)", [kind, wanted, most]) if wanted else []


def among(kind: str, asked: str, candidates: Iterable[UUID]) -> set[UUID]:
    wanted, listed = query(asked, mark_of(kind)), list(candidates)
    return set(_called("search_among(%s, %s::uuid[], %s)", [kind, listed, wanted])) if wanted and listed else set()


def _called(function: str, values: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}", values)  # noqa: S608 - one of two names above
        return [row[0] for row in cursor.fetchall()]


class Matching:
    """What was asked of one kind, in the two ways a list needs: all of it where it is little, some rows where it isn't.

    `all` takes a number and answers at most about so many ids, None for every one; `some` says which of given ids match.
    """

    def __init__(
        self, everything: Callable[[int | None], Sequence[UUID]], some: Callable[[Sequence[UUID]], set[UUID]]
    ) -> None:
        self.all, self.some = everything, some

    @cached_property
    def few(self) -> Sequence[UUID] | None:
        """Every id, or None where there are more than `ENOUGH`."""
        found = self.all(ENOUGH + 1)
        return found if len(found) <= ENOUGH else None


def matching(kind: str, asked: str) -> Matching:
    return Matching(lambda most: ids(kind, asked, most), lambda given: among(kind, asked, given))


Row = tuple[Any, ...]


def narrowed(found: "QuerySet[Any, Row]", wanted: Matching, most: int, look: int = FIRST_LOOK) -> list[Row]:
    """The first rows of `found` that match: at least `most` of them, exactly, where there are so many.

    `found` is in its order and with its conditions, and gives the id as the first value of a row. A word that stands
    in every title must not cost more as the years go by, nor one that stands in a single old title: so first the
    beginning of the list is looked at, then the index is asked, and only where a word is common and yet not at the
    beginning are all its ids taken.
    """
    first = list(found[:look])
    hits = wanted.some([row[0] for row in first])
    if len(hits) >= most or len(first) < look:
        return [row for row in first if row[0] in hits]
    return list(found.filter(pk__in=wanted.all(None) if wanted.few is None else wanted.few)[: max(look, most)])
