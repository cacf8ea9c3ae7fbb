"""Reader keys: the numbers that rows carry and principals hold."""

import uuid
from functools import lru_cache

from django.db import connection

from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import Principal


def reader_key(office_id: uuid.UUID, kind: ReaderKey.Kind, of: uuid.UUID | None = None) -> int:
    """The key's number, made at the first asking. Office, staff, audit and system keys are `of` the office itself."""
    key, _ = ReaderKey.objects.get_or_create(office_id=office_id, kind=kind, of=of or office_id)
    return key.pk


def readers(
    office_id: uuid.UUID,
    *,
    office: bool = False,
    staff: bool = False,
    units: tuple[uuid.UUID, ...] = (),
    posts: tuple[uuid.UUID, ...] = (),
    shares: tuple[uuid.UUID, ...] = (),
) -> list[int]:
    """The `readers` of a row. The system's and the auditors' keys of the office are always among them.

    office  posts with an office-wide view · staff  every post of the office and its units
    """
    kinds = ReaderKey.Kind
    wanted: list[tuple[str, uuid.UUID]] = [(kinds.SYSTEM, office_id), (kinds.AUDIT, office_id)]
    if office:
        wanted.append((kinds.OFFICE, office_id))
    if staff:
        wanted.append((kinds.STAFF, office_id))
    wanted += [(kinds.UNIT, unit) for unit in units]
    wanted += [(kinds.POST, post) for post in posts]
    wanted += [(kinds.SHARE, share) for share in shares]
    return sorted(_numbers(office_id, wanted))


def _numbers(office_id: uuid.UUID, wanted: list[tuple[str, uuid.UUID]]) -> set[int]:
    """All in one statement: every action asks for a handful, and most exist already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.id, w.kind, w.of FROM unnest(%s::text[], %s::uuid[]) AS w(kind, of) "
            "LEFT JOIN access_readerkey k ON k.office_id = %s AND k.kind = w.kind AND k.of = w.of",
            [[kind for kind, _ in wanted], [of for _, of in wanted], office_id],
        )
        found = cursor.fetchall()
    return {number or reader_key(office_id, ReaderKey.Kind(kind), of) for number, kind, of in found}


def system_keys(office_id: uuid.UUID) -> tuple[int, ...]:
    return (reader_key(office_id, ReaderKey.Kind.SYSTEM), reader_key(office_id, ReaderKey.Kind.STAFF))


def sees_whole_office(principal: Principal) -> bool:
    """Whether an order may be walked in the hope of rows that are seen: true of most rows for whoever holds such a key.

    Everybody else sees a small part, wherever it lies in the order: there the rows are found by their readers first.
    """
    return _whole(principal.keys)


@lru_cache(maxsize=4096)
def _whole(keys: tuple[int, ...]) -> bool:
    """What a key stands for never changes."""
    kinds = (ReaderKey.Kind.OFFICE, ReaderKey.Kind.AUDIT, ReaderKey.Kind.SYSTEM)
    return ReaderKey.objects.filter(pk__in=keys, kind__in=kinds).exists()
