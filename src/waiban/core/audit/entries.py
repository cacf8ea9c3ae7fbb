"""Events and their places in the chain, read from the database as the sealer and the verifier need them."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from waiban.core.audit.chain import Entry, Head, canonical
from waiban.core.audit.models import SealHead

NO_OFFICE = uuid.UUID(int=0)
PAGE = 5_000

COLUMNS = (
    "id", "office_id", "kind", "name", "principal", "account_id", "post_id", "for_post_id", "subject_kind",
    "subject_id", "case_id", "happened_on", "recorded_at", "data", "readers",
)  # fmt: skip
SELECTED = ", ".join(f"e.{column}::text" if column == "data" else f"e.{column}" for column in COLUMNS)


def event_text(row: Sequence[Any]) -> str:
    """The canonical text of one row of `SELECTED`; `data` is taken as PostgreSQL writes it."""
    values = dict(zip(COLUMNS, row, strict=True))
    values["recorded_at"] = values["recorded_at"].astimezone(UTC).isoformat(timespec="microseconds")
    return canonical({key: value if isinstance(value, list) else _plain(value) for key, value in values.items()})


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def office_condition(office: uuid.UUID) -> tuple[str, list[Any]]:
    """Written so that the index on the office serves, which IS NOT DISTINCT FROM would not allow."""
    return ("e.office_id IS NULL", []) if office == NO_OFFICE else ("e.office_id = %s", [office])


def sealed_entries(office: uuid.UUID, using: str = DEFAULT_DB_ALIAS) -> Iterator[Entry]:
    """Every entry by number, with the event's text where the row is still there."""
    query = (
        f"SELECT s.number, s.content, s.digest, {SELECTED} FROM audit_seal s "  # noqa: S608 - our own column names
        "LEFT JOIN audit_event e ON e.id = s.event_id "
        "WHERE s.office_id = %s AND s.number > %s ORDER BY s.number LIMIT %s"
    )
    last = 0
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(query, [office, last, PAGE])
            rows = cursor.fetchall()
        for number, content, digest, *event in rows:
            yield Entry(number, content, digest, None if event[0] is None else event_text(event))
        if len(rows) < PAGE:
            return
        last = rows[-1][0]


def heads(office: uuid.UUID, using: str = DEFAULT_DB_ALIAS) -> list[Head]:
    found = SealHead.objects.using(using).filter(office_id=office).order_by("count")
    return [head_of(row) for row in found]


def head_of(row: SealHead) -> Head:
    at = row.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return Head(str(row.office_id), row.count, row.digest, at, row.key, row.signature)


def unsealed(office: uuid.UUID, using: str = DEFAULT_DB_ALIAS) -> tuple[int, datetime | None]:
    """How many committed events have no place in the chain yet, and when the oldest was recorded."""
    where, values = office_condition(office)
    query = (
        f"SELECT count(*), min(e.recorded_at) FROM audit_event e WHERE {where} "  # noqa: S608 - one of two literals
        "AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.id)"
    )
    with connections[using].cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, None)
