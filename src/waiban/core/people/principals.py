"""From an account to the principal that acts: its posts of today, its keys, its permissions.

Runs before anybody acts, so it reads through one SECURITY DEFINER function that answers
for a single account.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from waiban.core.access.keys import reader_key, system_keys
from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import Kind, Principal
from waiban.core.people.models import Role
from waiban.core.people.roles import PERMISSIONS

WITH_KEYS = """
SELECT p.post_id, p.unit_id, p.office_id, p.role, p.office_wide, p.unit_wide, p.stands_in, o.practice,
    (SELECT jsonb_object_agg(k.kind, k.id) FROM access_readerkey k
     WHERE k.office_id = p.office_id
       AND k.of = CASE k.kind WHEN 'post' THEN p.post_id WHEN 'unit' THEN p.unit_id ELSE p.office_id END)::text
FROM people_posts_of(%s) p JOIN offices_office o ON o.id = p.office_id
ORDER BY o.practice, p.stands_in, p.since, p.post_id
"""


def principal_of(account: uuid.UUID, post: uuid.UUID | str | None = None) -> Principal:
    """The principal of `account` in one query; `post` picks at which of several posts it acts.

    An account without a post today gets a principal without keys: it may sign in and see why, nothing else.
    """
    with connection.cursor() as cursor:
        cursor.execute(WITH_KEYS, [account])
        rows = cursor.fetchall()
    if not rows:
        return Principal(Kind.ACCOUNT, account=account)
    asked = next((row for row in rows if str(row[0]) == str(post)), rows[0])
    across = frozenset(row[0] for row in rows if row[7] != asked[7])
    rows = [row for row in rows if row[7] == asked[7]]
    held = [row for row in rows if not row[6]]
    first = held[0] if held else rows[0]
    keys: set[int] = set()
    permissions: set[str] = set()
    for row in rows:
        permissions |= PERMISSIONS[row[3]]
        keys |= _keys(row)
    principal = Principal(
        Kind.ACCOUNT,
        account=account,
        post=first[0],
        for_post=None if held else first[0],
        office=first[2],
        keys=tuple(sorted(keys)),
        permissions=frozenset(permissions),
        posts=frozenset(row[0] for row in held),
        standing_in=frozenset(row[0] for row in rows if row[6]),
        practising=asked[7],
        across=across,
    )
    chosen = next((row for row in rows if str(row[0]) == str(post)), None)
    if chosen is None:
        return principal
    return principal.at(chosen[0])


def _keys(row: tuple[Any, ...]) -> set[int]:
    post_id, unit_id, office_id, role, office_wide, unit_wide, _stands_in, _practice, found = row
    seat = Seat(post_id, unit_id, office_id, role, office_wide, unit_wide)
    return keys_of(seat, json.loads(found) if found else {})


@dataclass(frozen=True, slots=True)
class Seat:
    """What of a post says which keys its holder has."""

    post: uuid.UUID
    unit: uuid.UUID
    office: uuid.UUID
    role: str
    office_wide: bool
    unit_wide: bool


def keys_of(seat: Seat, numbers: Mapping[str, int]) -> set[int]:
    """`numbers`: the keys that exist already, by kind; the others are made."""
    kinds = ReaderKey.Kind
    # An inspector from outside sees what is shared with the post, and the names of units and posts in it.
    wanted = {kinds.POST: seat.post, (kinds.SHARE if seat.role == Role.INSPECTOR else kinds.STAFF): seat.office}
    if seat.unit_wide:
        wanted[kinds.UNIT] = seat.unit
    if seat.office_wide:
        wanted[kinds.OFFICE] = seat.office
    if seat.role == Role.AUDITOR:
        wanted[kinds.AUDIT] = seat.office
    return {numbers.get(kind) or reader_key(seat.office, kind, of) for kind, of in wanted.items()}


def system(office: uuid.UUID, reason: str) -> Principal:
    """The platform itself, acting for one office: jobs, sweeps, imports. The register shows the reason."""
    return Principal(Kind.SYSTEM, office=office, keys=system_keys(office), reason=reason)
