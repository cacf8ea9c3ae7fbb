"""Find what was changed, removed, cut off or put in another order since it was sealed."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS

from waiban.core.audit.chain import Head, Problem, check_heads, walk
from waiban.core.audit.entries import heads, sealed_entries, unsealed
from waiban.core.audit.keys import public_keys


@dataclass(frozen=True)
class Report:
    office: uuid.UUID
    count: int
    """entries of the chain"""
    head: Head | None
    problems: list[Problem] = field(default_factory=list)
    unsealed: int = 0
    unsealed_for: timedelta | None = None
    """age of the oldest event without a place; it grows only when no sealer runs"""


def verify_office(
    office: uuid.UUID,
    *,
    kept: Head | None = None,
    using: str = DEFAULT_DB_ALIAS,
    tell: Callable[[int, int], None] | None = None,
) -> Report:
    """`kept`: a head that somebody keeps elsewhere; it shows a tail cut off together with the database's own heads.

    `tell` hears after each entry how many are done, of how many.
    Runs under the office's system or audit principal, which the caller sets.
    """
    signed = heads(office, using)
    wanted = [*signed, *([kept] if kept else [])]
    counts = {head.count for head in wanted}
    problems: list[Problem] = []
    digests: dict[int, str] = {}
    last = 0
    for found in walk(str(office), sealed_entries(office, using)):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        last = found.number
        if tell:
            tell(last, max(counts, default=last))
        if last in counts:
            digests[last] = found.digest
    problems += check_heads(wanted, digests, last, public_keys())
    if last and (not signed or signed[-1].count < last):
        problems.append(Problem("forged", last, "entries beyond the last signed head"))
    number, oldest = unsealed(office, using)
    age = datetime.now(UTC) - oldest if oldest else None
    return Report(office, last, signed[-1] if signed else None, problems, number, age)
