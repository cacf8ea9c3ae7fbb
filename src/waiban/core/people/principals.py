"""From an account to the principal that acts: its posts of today, its keys, its permissions.

Runs before anybody acts, so it reads through one SECURITY DEFINER function that answers
for a single account.
"""

import uuid

from django.db import connection

from waiban.core.access.keys import reader_key, system_keys
from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import Kind, Principal
from waiban.core.people.models import Role
from waiban.core.people.roles import PERMISSIONS


class NoPostError(PermissionError):
    """The account holds no post today: it may sign in and see why, nothing else."""


def principal_of(account: uuid.UUID, post: uuid.UUID | str | None = None) -> Principal:
    """The principal of `account`; `post` picks which of several held posts comes first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT post_id, unit_id, office_id, role, office_wide, unit_wide, stands_in "
            "FROM people_posts_of(%s) ORDER BY stands_in, since, post_id",
            [account],
        )
        rows = cursor.fetchall()
    held = [row for row in rows if not row[6]]
    if not rows:
        return Principal(Kind.ACCOUNT, account=account)
    first = next((row for row in held if str(row[0]) == str(post)), held[0] if held else rows[0])
    keys: set[int] = set()
    permissions: set[str] = set()
    for post_id, unit_id, office_id, role, office_wide, unit_wide, _ in rows:
        permissions |= PERMISSIONS[role]
        keys.add(reader_key(office_id, ReaderKey.Kind.POST, post_id))
        keys.add(reader_key(office_id, ReaderKey.Kind.STAFF))
        if unit_wide:
            keys.add(reader_key(office_id, ReaderKey.Kind.UNIT, unit_id))
        if office_wide:
            keys.add(reader_key(office_id, ReaderKey.Kind.OFFICE))
        if role == Role.AUDITOR:
            keys.add(reader_key(office_id, ReaderKey.Kind.AUDIT))
    return Principal(
        Kind.ACCOUNT,
        account=account,
        post=first[0],
        office=first[2],
        keys=tuple(sorted(keys)),
        permissions=frozenset(permissions),
        posts=frozenset(row[0] for row in held),
        standing_in=frozenset(row[0] for row in rows if row[6]),
    )


def system(office: uuid.UUID, reason: str) -> Principal:
    """The platform itself, acting for one office: jobs, sweeps, imports. The register shows the reason."""
    return Principal(Kind.SYSTEM, office=office, keys=system_keys(office), reason=reason)
