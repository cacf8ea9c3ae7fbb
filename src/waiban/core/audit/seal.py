"""Give each committed event its place in the chain of its office, and sign the end of it.

One sealer an office at a time (advisory lock), in batches, apart from the acts themselves:
one chain locked until each act commits was 18 times slower with 16 clients. The event row
is never touched. Runs under the office's system principal, which the caller sets.
"""

import uuid
from datetime import UTC, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from waiban.core.audit.chain import Head, genesis, link, sign, text_digest
from waiban.core.audit.entries import SELECTED, event_text, office_condition
from waiban.core.audit.keys import signing_key
from waiban.core.audit.models import Seal, SealHead

BATCH = 2_000
LOOK_BACK = timedelta(hours=1)
"""Events get their ids before they commit; no transaction of ours lives so long."""


def seal_office(office: uuid.UUID, *, everything: bool = False, using: str = DEFAULT_DB_ALIAS) -> int:
    """Seal what is committed; give how many. 0 also when another sealer is at work.

    `everything` looks at the whole register for events without a place, not only at the
    last hour before the newest head; the worker does so when it starts and every night.
    """
    sealed = 0
    while True:
        done = _seal_batch(office, everything=everything, using=using)
        sealed += done
        if done < BATCH:
            return sealed


def _seal_batch(office: uuid.UUID, *, everything: bool, using: str) -> int:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(office)])
        taken = cursor.fetchone()
        if not taken or not taken[0]:
            return 0
        newest = SealHead.objects.using(using).filter(office_id=office).order_by("-count").first()
        where, values = office_condition(office)
        since = "" if everything or newest is None else "AND e.id >= %s"
        if newest is not None and since:
            values.append(_first_id_of(newest.sealed_at - LOOK_BACK))
        cursor.execute(
            f"SELECT {SELECTED} FROM audit_event e WHERE {where} {since} "  # noqa: S608 - our own words
            "AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.id) "
            "ORDER BY e.recorded_at, e.id LIMIT %s",
            [*values, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        number = newest.count if newest else 0
        digest = newest.digest if newest else genesis(str(office))
        seals = []
        for row in rows:
            number += 1
            content = text_digest(event_text(row))
            digest = link(digest, content)
            seals.append(Seal(event_id=row[0], office_id=office, number=number, content=content, digest=digest))
        Seal.objects.using(using).bulk_create(seals)
        now = datetime.now(UTC)
        head = sign(Head(str(office), number, digest, now.isoformat(timespec="microseconds")), signing_key())
        SealHead.objects.using(using).create(
            office_id=office, count=number, digest=digest, sealed_at=now, key=head.key, signature=head.signature
        )
        return len(rows)


def _lock_number(office: uuid.UUID) -> int:
    return int.from_bytes(office.bytes[8:], "big", signed=True) ^ 0x7761_6962_616E


def _first_id_of(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of that millisecond."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
