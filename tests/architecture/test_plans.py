"""Lists stay fast under row security: as the app's role, no page reads a large table from end to end."""

import re
from typing import Any

import pytest
from django.db import connection

from waiban.core.people.personas import People
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])

LARGE = {
    *("audit_event", "audit_seal", "casework_case", "casework_decision", "casework_dossierversion"),
    *("casework_workitem", "files_storedfile", "notify_notice", "notify_outgoing", "outbound_attachment"),
    *("outbound_trip", "outbound_tripmember", "papers_paper"),
}
"""Tables that grow with every case."""

WHOLE = re.compile(r"Seq Scan on (\w+)")


Statement = tuple[str, Any]


def whole_reads(statements: list[Statement]) -> set[tuple[str, str]]:
    """Large tables that a plan reads whole although reading whole is forbidden: no index could serve."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement, values in statements:
            if not statement.lstrip("( ").startswith(("SELECT", "WITH")) or "FOR UPDATE" in statement:
                continue
            cursor.execute(f"EXPLAIN {statement}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            found |= {(table, statement[:300]) for table in WHOLE.findall(plan) if table in LARGE}
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def statements_of(client: Any, address: str) -> list[Statement]:
    seen: list[Statement] = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        seen.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(address)
        assert answer.status_code == 200, address
    return seen


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("desk_officer", "/"),
        ("desk_officer", "/?view=done"),
        ("desk_officer", "/trips/"),
        ("designated_officer", "/trips/"),
        ("designated_officer", "/notices/"),
        ("auditor", "/register/"),
    ],
)
def test_no_list_reads_a_large_table_whole(people: People, who: str, address: str) -> None:
    world.ready(people)
    world.submitted(people, world.draft(people))
    client = people.client(who)
    client.get(address)
    statements = statements_of(client, address)
    assert len(statements) > 2
    with people.as_(who):
        assert whole_reads(statements) == set()
