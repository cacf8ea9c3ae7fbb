"""Compare entries with what their objects say now, and put right what differs."""

from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.db import connection

from waiban.core.search.keep import keep, values
from waiban.core.search.registry import registered

AT_ONCE = 1000
BEFORE_ALL = UUID(int=0)


def rebuild(kind: str, *, write: bool) -> Iterator[UUID]:
    """Ids whose entry was missing, other than the object says, or left over. As whoever sees them all."""
    indexed = registered()[kind]
    everything = apps.get_model(indexed.model).objects.select_related(*indexed.related).defer(*indexed.deferred)
    last = BEFORE_ALL
    while rows := list(everything.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM search_differs(%s, %s::uuid[], %s::text[], %s::text[])", [kind, *values(indexed, rows)]
            )
            wrong = {row[0] for row in cursor.fetchall()}
        if wrong and write:
            keep(kind, *(row for row in rows if row.pk in wrong))
        yield from sorted(wrong)
    yield from _left_over(kind, write=write)


def _left_over(kind: str, *, write: bool) -> Iterator[UUID]:
    model = apps.get_model(registered()[kind].model)
    last = BEFORE_ALL
    while listed := _listed(kind, last):
        last = listed[-1]
        gone = set(listed) - set(model.objects.filter(pk__in=listed).values_list("pk", flat=True))
        if gone and write:
            with connection.cursor() as cursor:
                cursor.execute("SELECT search_drop(%s::uuid[])", [list(gone)])
        yield from sorted(gone)


def _listed(kind: str, beyond: UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM search_listed(%s, %s, %s)", [kind, beyond, AT_ONCE])
        return [row[0] for row in cursor.fetchall()]
