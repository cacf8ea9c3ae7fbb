"""From an account to the principal that acts: its posts of today, its keys, its permissions.

Runs before anybody acts, so it reads through one SECURITY DEFINER function that answers
for a single account.
"""

import json
import uuid
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
    numbers: dict[str, int] = json.loads(found) if found else {}
    kinds = ReaderKey.Kind
    # An inspector from outside sees what is shared with the post, and the names of units and posts in it.
    wanted = {kinds.POST: post_id, (kinds.SHARE if role == Role.INSPECTOR else kinds.STAFF): office_id}
    if unit_wide:
        wanted[kinds.UNIT] = unit_id
    if office_wide:
        wanted[kinds.OFFICE] = office_id
    if role == Role.AUDITOR:
        wanted[kinds.AUDIT] = office_id
    return {numbers.get(kind) or reader_key(office_id, kind, of) for kind, of in wanted.items()}


def system(office: uuid.UUID, reason: str) -> Principal:
    """The platform itself, acting for one office: jobs, sweeps, imports. The register shows the reason."""
    return Principal(Kind.SYSTEM, office=office, keys=system_keys(office), reason=reason)
