"""Write what an object is found by: the action that saves the object calls this in its own transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from waiban.core.search.bigrams import vector
from waiban.core.search.registry import Indexed, mark_of, registered

Values = tuple[list[UUID], list[str], list[str]]
"""Ids, reader keys as array literals, bigrams as tsvector literals."""


def keep(kind: str, *rows: Any) -> None:
    """Nothing is written where nothing changed. The asker must be among the readers, as with any row."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT search_keep(%s, %s::uuid[], %s::text[], %s::text[])", [kind, *values(registered()[kind], rows)]
            )


def keep_what_depends(on: str, pk: UUID) -> None:
    """What `on` (a unit, say) is called stands in the texts of others: write those anew. As whoever sees them all."""
    for kind, indexed in registered().items():
        if pointer := indexed.depends.get(on):
            found = apps.get_model(indexed.model).objects.filter(**{pointer: pk}).select_related(*indexed.related)
            keep(kind, *found.defer(*indexed.deferred))


def values(indexed: Indexed, rows: Sequence[Any]) -> Values:
    return (
        [row.pk for row in rows],
        ["{" + ",".join(map(str, row.readers)) + "}" for row in rows],
        [vector((text for text in indexed.texts(row) if text), mark_of(indexed.kind)) for row in rows],
    )
