"""Who acts. The database shows a row only to a principal that holds one of its reader keys.

A principal is set inside a transaction with SET LOCAL, so it ends with the transaction
whatever happens. `acting_as` is the one way to set it: the middlewares, jobs, streams,
commands and tests all go through it.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg import sql


class Kind(StrEnum):
    ACCOUNT = "account"
    PUBLIC = "public"
    SYSTEM = "system"
    TOKEN = "token"  # noqa: S105 - the word, not a secret


@dataclass(frozen=True)
class Principal:
    """Who acts, at which post, and which rows that opens.

    `keys` are the reader keys held: a row is visible when it carries one of them.
    `permissions` are names from `access.permissions`; they say what may be done with
    a row that is seen. `reason` is what a `system` principal acts for.
    """

    kind: Kind
    account: uuid.UUID | None = None
    post: uuid.UUID | None = None
    office: uuid.UUID | None = None
    keys: tuple[int, ...] = ()
    permissions: frozenset[str] = frozenset()
    reason: str = ""
    for_post: uuid.UUID | None = None
    """The post acted for as a substitute, where that isn't `post` itself."""
    posts: frozenset[uuid.UUID] = frozenset()
    """Every post held today."""
    standing_in: frozenset[uuid.UUID] = frozenset()
    """Every post of somebody else that may be acted for today, as a dated substitute."""
    practising: bool = False
    """In a practice area. What is seen and done there and in the real office never mixes."""
    across: frozenset[uuid.UUID] = frozenset()
    """Posts of the same account on the other side of that line: to go over to, nothing else."""

    def at(self, post: uuid.UUID) -> "Principal":
        """The same person acting at `post`, held or stood in for; the register then says A for B."""
        if post in self.posts:
            return replace(self, post=post, for_post=None)
        if post in self.standing_in:
            return replace(self, for_post=post)
        raise PermissionError(f"the account holds no post {post} today")

    def may(self, permission: str) -> bool:
        return permission in self.permissions


PUBLIC = Principal(Kind.PUBLIC)


class NoPrincipalError(RuntimeError):
    """Protected rows were asked for while nobody acts; without this the answer would be a silent 'nothing'."""


_current: ContextVar[Principal | None] = ContextVar("waiban_principal", default=None)


def current_principal() -> Principal:
    principal = _current.get()
    if principal is None:
        raise NoPrincipalError("no principal acts here; wrap the work in acting_as(…)")
    return principal


def someone_acts() -> bool:
    return _current.get() is not None


@contextmanager
def acting_as(principal: Principal, using: str = DEFAULT_DB_ALIAS) -> Iterator[Principal]:
    """Act as `principal` for the block, in a transaction of its own or a savepoint of the one that is open."""
    before = _current.get()
    with transaction.atomic(using=using):
        token = _current.set(principal)
        try:
            _tell_database(principal, using)
            yield principal
        finally:
            _current.reset(token)
        # A rolled back savepoint takes its SET LOCAL with it; a released one leaves it in force.
        if not connections[using].needs_rollback:
            _tell_database(before or PUBLIC, using)


def become(principal: Principal, using: str = DEFAULT_DB_ALIAS) -> None:
    """Change who acts for the rest of the block that is open: sign-in does this, inside the request's own block."""
    current_principal()
    _current.set(principal)
    _tell_database(principal, using)


def _tell_database(principal: Principal, using: str) -> None:
    # SET takes no bound parameter; only integers are composed into it.
    keys = sql.SQL(",").join([sql.Literal(int(key)) for key in principal.keys]).as_string()
    with connections[using].cursor() as cursor:
        cursor.execute(f"SET LOCAL waiban.keys = '{{{keys}}}'")
