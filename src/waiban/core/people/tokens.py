"""From a token to the principal that acts: its post, narrowed to what its scopes allow; read before anybody acts."""

import hashlib
import json
from datetime import date

from django.db import connection

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, Principal
from waiban.core.people.models import ApiToken
from waiban.core.people.principals import Seat, keys_of
from waiban.core.people.roles import PERMISSIONS

Scope = ApiToken.Scope
ALLOWS: dict[str, frozenset[Permission]] = {
    Scope.CHECK: frozenset({Permission.TRIP_READ}),
    Scope.PLANS_READ: frozenset({Permission.TRIP_READ}),
    Scope.STATUS_REPORT: frozenset({Permission.TRIP_READ, Permission.STATUS_REPORT}),
    Scope.TRIPS_READ: frozenset({Permission.TRIP_READ}),
    Scope.TRIPS_WRITE: frozenset({Permission.TRIP_READ, Permission.TRIP_DRAFT}),
    Scope.TRIPS_SUBMIT: frozenset(
        {Permission.TRIP_READ, Permission.TRIP_DRAFT, Permission.TRIP_SUBMIT, Permission.CASE_READ}
    ),
}
"""No scope decides, attests, releases or sets anything: those permissions stand in none of them."""


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_principal(token: str, on: date) -> tuple[Principal, frozenset[str]] | None:
    """The principal and its scopes; None for a token that is unknown, revoked or past its day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, post, unit, office, role, office_wide, unit_wide, practice, scopes, keys::text "
            "FROM people_token(%s, %s)",
            [digest(token), on],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    account, post, unit, office, role, office_wide, unit_wide, practice, scopes, found = row
    allowed = frozenset(permission for scope in scopes for permission in ALLOWS[scope])
    # What the post itself may not do its token may not either; reporting a status is the scope's own.
    held = frozenset({*PERMISSIONS[role], Permission.STATUS_REPORT})
    keys = keys_of(Seat(post, unit, office, role, office_wide, unit_wide), json.loads(found) if found else {})
    principal = Principal(
        Kind.TOKEN,
        account=account,
        post=post,
        office=office,
        keys=tuple(sorted(keys)),
        permissions=allowed & held,
        posts=frozenset({post}),
        reason="api",
        practising=practice,
    )
    return principal, frozenset(scopes)
