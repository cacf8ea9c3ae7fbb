"""The one way into the register.

`record` writes an action's event in the action's own transaction: no act without its
event, no event of an act that was rolled back. `record_apart` writes reads and refusals
on the second connection, so that they outlive the rollback that a refusal brings.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS, connections

from waiban.core.audit.models import Event
from waiban.kernel.ids import uuid7

REGISTER = "register"


class Actor(Protocol):
    """What the register needs to know of a principal; `access.principals.Principal` is one."""

    @property
    def kind(self) -> Any: ...
    @property
    def account(self) -> uuid.UUID | None: ...
    @property
    def post(self) -> uuid.UUID | None: ...
    @property
    def for_post(self) -> uuid.UUID | None: ...
    @property
    def office(self) -> uuid.UUID | None: ...


def record(
    name: str,
    actor: Actor,
    *,
    subject: tuple[str, uuid.UUID | None],
    readers: Sequence[int] = (),
    office: uuid.UUID | None = None,
    case: uuid.UUID | None = None,
    happened_on: date | None = None,
    data: Mapping[str, Any] | None = None,
    kind: Event.Kind = Event.Kind.ACTION,
    using: str = DEFAULT_DB_ALIAS,
) -> uuid.UUID:
    """Add an event and give its id.

    `happened_on` is the office's day when the act took place, today unless an act is
    recorded later from paper; `recorded_at` is the database's clock and not ours to set.
    Inserted without RETURNING, since reading the register is a right that few have.
    """
    event_id = uuid7()
    row: dict[str, Any] = {
        "id": event_id,
        "office_id": office or actor.office,
        "kind": str(kind),
        "name": name,
        "principal": str(actor.kind),
        "account_id": actor.account,
        "post_id": actor.post,
        "for_post_id": actor.for_post,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "case_id": case,
        "happened_on": happened_on or datetime.now(ZoneInfo("Asia/Shanghai")).date(),
        "data": json.dumps(dict(data or {}), ensure_ascii=False, default=str, sort_keys=True),
        "readers": list(readers),
    }
    columns = ", ".join(row)
    places = ", ".join("%s::jsonb" if column == "data" else "%s" for column in row)
    with connections[using].cursor() as cursor:
        cursor.execute(f"INSERT INTO audit_event ({columns}) VALUES ({places})", list(row.values()))  # noqa: S608 - our own column names
    return event_id


def record_apart(name: str, actor: Actor, *, kind: Event.Kind, **rest: Any) -> uuid.UUID:
    """Add a read or a refusal on the second connection, which commits at once."""
    return record(name, actor, kind=kind, using=REGISTER, **rest)


def record_many(
    name: str,
    actor: Actor,
    events: Sequence[tuple[tuple[str, uuid.UUID], Sequence[int], Mapping[str, Any]]],
    *,
    office: uuid.UUID,
    happened_on: date,
) -> None:
    """One act on many things, an event each: (subject, readers, data). In few statements, as one by one they cost 1 ms."""
    statement = (
        "INSERT INTO audit_event (id, office_id, kind, name, principal, account_id, post_id, for_post_id, subject_kind, "
        "subject_id, happened_on, data, readers) "
        "SELECT id, %s, %s, %s, %s, %s, %s, %s, subject_kind, subject_id, %s, data, readers FROM jsonb_to_recordset("
        "%s::jsonb) AS given(id uuid, subject_kind text, subject_id uuid, data jsonb, readers int[])"
    )
    common = [
        office, str(Event.Kind.ACTION), name, str(actor.kind), actor.account, actor.post, actor.for_post, happened_on,
    ]  # fmt: skip
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for start in range(0, len(events), 2_000):
            rows = [
                {
                    "id": str(uuid7()), "subject_kind": subject[0], "subject_id": str(subject[1]),
                    "readers": list(readers), "data": dict(data),
                }
                for subject, readers, data in events[start : start + 2_000]
            ]  # fmt: skip
            values: list[Any] = [*common, json.dumps(rows, ensure_ascii=False, default=str)]
            cursor.execute(statement, values)
