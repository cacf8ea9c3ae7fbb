"""Give the next number of a series, inside the transaction of the paper that bears it."""

import uuid

from django.db import connection

from waiban.core.access.keys import readers
from waiban.kernel.ids import uuid7


def draw_number(office_id: uuid.UUID, kind: str, year: int) -> int:
    """The next number, without a gap: whoever draws holds the series until the transaction ends.

    A rollback gives the number back, since nobody else could draw meanwhile. Raises RuntimeError
    outside a transaction, where the promise could not be kept.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is drawn in the transaction of its paper")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_numberseries (id, readers, office_id, kind, year, last) VALUES (%s, %s, %s, %s, %s, 1) "
            "ON CONFLICT (office_id, kind, year) DO UPDATE SET last = papers_numberseries.last + 1 RETURNING last",
            [uuid7(), readers(office_id, office=True, staff=True), office_id, kind, year],
        )
        (last,) = cursor.fetchone()
    return int(last)
