"""What somebody with the superuser's password does to the register is found."""

import io
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from waiban.core.access.keys import readers, system_keys
from waiban.core.access.principals import PUBLIC, Kind, Principal, acting_as
from waiban.core.audit.entries import NO_OFFICE, heads
from waiban.core.audit.models import Event, Seal
from waiban.core.audit.record import record
from waiban.core.audit.seal import seal_office
from waiban.core.audit.verify import Report, verify_office
from waiban.core.offices.models import Office
from waiban.site import postgres, register
from waiban.site.postgres import Server

pytestmark = pytest.mark.real_database


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> Path:
    settings.WAIBAN_KEYS = tmp_path / "keys"
    return tmp_path / "keys"


@pytest.fixture
def office(real_database: Server) -> Office:
    made = Office.objects.create(
        slug="yt", name="云汀市外办", name_en="Yunting", short_name="云外", city="云汀市", city_en="Yunting",
        law_path="cn/nation",
    )  # fmt: skip
    with acting_as(platform(made)):
        for number in range(6):
            act(made, number)
    seal(made)
    with acting_as(platform(made)):
        for number in range(6, 9):
            act(made, number)
    seal(made)
    return made


def platform(office: Office) -> Principal:
    return Principal(Kind.SYSTEM, office=office.pk, keys=system_keys(office.pk), reason="test")


def act(office: Office, number: int) -> None:
    record(
        "trip.submit", platform(office), subject=("trip", uuid.uuid4()), readers=readers(office.pk),
        data={"number": number, "word": "同意", "share": 2.50},
    )  # fmt: skip


def seal(office: Office, **how: Any) -> int:
    with acting_as(platform(office)):
        return seal_office(office.pk, **how)


def verify(office: Office, **how: Any) -> Report:
    with acting_as(platform(office)):
        return verify_office(office.pk, **how)


def kinds(report: Report) -> set[str]:
    return {problem.kind for problem in report.problems}


@contextmanager
def intruder(server: Server) -> Iterator[psycopg.Connection[Any]]:
    """A superuser with the triggers switched off: the worst that the database itself can hold."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(server.url(postgres.SUPERUSER, str(name)), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        yield superuser


def event_at(superuser: psycopg.Connection[Any], number: int) -> uuid.UUID:
    row = superuser.execute("SELECT event_id FROM audit_seal WHERE number = %s", [number]).fetchone()
    assert row is not None
    event: uuid.UUID = row[0]
    return event


def test_an_untouched_register_is_whole(office: Office) -> None:
    report = verify(office)
    assert report.problems == []
    assert report.count == 9
    assert report.head is not None
    assert report.head.count == 9
    assert report.unsealed == 0
    assert seal(office) == 0


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("data", "jsonb_set(data, '{word}', '\"不同意\"')"),
        ("happened_on", "happened_on - 1"),
        ("recorded_at", "recorded_at - interval '1 microsecond'"),
        ("post_id", "gen_random_uuid()"),
        ("readers", "readers || 99"),
        ("name", "'trip.withdraw'"),
        ("kind", "'read'"),
    ],
)
def test_a_changed_row_is_found(real_database: Server, office: Office, change: str, value: str) -> None:
    with intruder(real_database) as superuser:
        statement = sql.SQL("UPDATE audit_event SET {} = {} WHERE id = %s").format(
            sql.Identifier(change), sql.SQL(value)
        )
        superuser.execute(statement, [event_at(superuser, 4)])
    report = verify(office)
    assert [(problem.kind, problem.number) for problem in report.problems] == [("changed", 4)]


def test_a_removed_row_is_found(real_database: Server, office: Office) -> None:
    with intruder(real_database) as superuser:
        superuser.execute("DELETE FROM audit_event WHERE id = %s", [event_at(superuser, 3)])
    assert [(problem.kind, problem.number) for problem in verify(office).problems] == [("removed", 3)]


def test_a_row_removed_with_its_entry_is_found(real_database: Server, office: Office) -> None:
    with intruder(real_database) as superuser:
        superuser.execute("DELETE FROM audit_event WHERE id = %s", [event_at(superuser, 3)])
        superuser.execute("DELETE FROM audit_seal WHERE number = 3")
    assert ("removed", 3) in [(problem.kind, problem.number) for problem in verify(office).problems]


def test_a_cut_tail_is_found(real_database: Server, office: Office) -> None:
    with intruder(real_database) as superuser:
        for number in (8, 9):
            superuser.execute("DELETE FROM audit_event WHERE id = %s", [event_at(superuser, number)])
        superuser.execute("DELETE FROM audit_seal WHERE number > 7")
    assert kinds(verify(office)) == {"cut"}


def test_a_tail_cut_with_its_signed_heads_is_found_by_a_head_kept_elsewhere(
    real_database: Server, office: Office, tmp_path: Path
) -> None:
    with acting_as(platform(office)):
        kept = heads(office.pk)[-1]
    with intruder(real_database) as superuser:
        for number in (7, 8, 9):
            superuser.execute("DELETE FROM audit_event WHERE id = %s", [event_at(superuser, number)])
        superuser.execute("DELETE FROM audit_seal WHERE number > 6")
        superuser.execute("DELETE FROM audit_sealhead WHERE count > 6")
    assert kinds(verify(office)) == set(), "the database by itself looks whole"
    assert kinds(verify(office, kept=kept)) == {"cut"}
    file = tmp_path / "head.json"
    file.write_text(json.dumps(kept.to_dict()))
    code, said = command("verify", "--office", "yt", "--head", str(file))
    assert code == 1
    assert "cut" in said


def test_two_rows_in_another_order_are_found(real_database: Server, office: Office) -> None:
    with intruder(real_database) as superuser:
        one, two = event_at(superuser, 2), event_at(superuser, 5)
        superuser.execute("UPDATE audit_seal SET number = -number WHERE number IN (2, 5)")
        superuser.execute("UPDATE audit_seal SET number = CASE number WHEN -2 THEN 5 ELSE 2 END WHERE number < 0")
        assert {event_at(superuser, 2), event_at(superuser, 5)} == {one, two}
    assert kinds(verify(office)) == {"reordered"}


def test_a_chain_made_anew_without_the_key_is_found(real_database: Server, office: Office) -> None:
    from waiban.core.audit.chain import genesis, link

    with intruder(real_database) as superuser:
        rows = superuser.execute("SELECT event_id, content FROM audit_seal ORDER BY number DESC").fetchall()
        digest = genesis(str(office.pk))
        superuser.execute("UPDATE audit_seal SET number = -number")
        for number, (event, content) in enumerate(rows, 1):
            digest = link(digest, content)
            superuser.execute(
                "UPDATE audit_seal SET number = %s, digest = %s WHERE event_id = %s", [number, digest, event]
            )
        superuser.execute("UPDATE audit_sealhead SET digest = %s WHERE count = 9", [digest])
    assert kinds(verify(office)) >= {"forged", "reordered"}


def test_the_age_of_the_unsealed_tail_is_told(real_database: Server, office: Office) -> None:
    with acting_as(platform(office)):
        act(office, 10)
    with intruder(real_database) as superuser:
        superuser.execute(
            "UPDATE audit_event SET recorded_at = now() - interval '3 hours' "
            "WHERE id NOT IN (SELECT event_id FROM audit_seal)"
        )
    report = verify(office)
    assert report.unsealed == 1
    assert report.unsealed_for is not None
    assert timedelta(hours=3) <= report.unsealed_for < timedelta(hours=4)


def test_an_event_that_committed_late_and_one_with_an_old_id_are_sealed(real_database: Server, office: Office) -> None:
    with intruder(real_database) as superuser:
        superuser.execute(
            "INSERT INTO audit_event SELECT '01000000-0000-7000-8000-000000000000', office_id, kind, name, principal, "
            "account_id, post_id, for_post_id, subject_kind, subject_id, case_id, happened_on, now(), data, readers "
            "FROM audit_event LIMIT 1"
        )
    assert seal(office) == 0, "the quick look does not go back so far"
    assert seal(office, everything=True) == 1
    assert verify(office).problems == []


def test_two_sealers_do_not_disturb_each_other(real_database: Server, office: Office) -> None:
    name = str(connection.settings_dict["NAME"])
    from waiban.core.audit.seal import _lock_number

    with acting_as(platform(office)):
        act(office, 11)
    with psycopg.connect(real_database.url(postgres.APP, name)) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_number(office.pk)])
        assert seal(office) == 0
    assert seal(office) == 1


def test_what_belongs_to_no_office_has_a_chain_of_its_own(office: Office) -> None:
    with acting_as(PUBLIC):
        record("account.sign_in_failed", PUBLIC, subject=("account", None))
    assert register.seal_everything() == 1
    with acting_as(Principal(Kind.SYSTEM, keys=system_keys(NO_OFFICE))):
        report = verify_office(NO_OFFICE)
    assert report.count == 1
    assert report.problems == []


def command(*arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    with redirect_stdout(said):
        code = register.main(arguments)
    return code, said.getvalue()


def test_an_export_verifies_without_the_database(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "register.jsonl"
    assert command("verify", "--office", "yt", "--export", str(file)) == (0, "yt: 9 entries, all sealed\n  whole\n")
    from django.db import connections

    connections.close_all()
    monkeypatch.setenv("WAIBAN_APP_URL", "postgresql://nobody@127.0.0.1:1/none")
    public = next((tmp_path / "keys").glob("register-*.pub"))
    assert command("verify", str(file), "--key", str(public))[0] == 0
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:4], lines[4].replace("同意", "退回"), *lines[5:]]))
    code, said = command("verify", str(file))
    assert code == 1
    assert "changed: entry 4" in said
    assert register.main(["verify", str(tmp_path / "missing")]) == 2


def test_the_key_is_the_workers_alone(office: Office, keys: Path) -> None:
    assert (keys / "register.ed25519").stat().st_mode & 0o777 == 0o600
    assert keys.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("table", ["audit_event", "audit_seal", "audit_sealhead"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET office_id = office_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_cannot_change_the_register(office: Office, table: str, statement: str) -> None:
    with acting_as(platform(office)), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET name = 'x'", "DELETE FROM audit_seal", "TRUNCATE audit_sealhead"]
)
def test_not_even_a_superuser_changes_it_by_accident(real_database: Server, office: Office, statement: str) -> None:
    name = str(connection.settings_dict["NAME"])
    with (
        psycopg.connect(real_database.url(postgres.SUPERUSER, name), autocommit=True) as superuser,
        pytest.raises(psycopg.errors.RaiseException, match="never changed"),
    ):
        superuser.execute(statement)


def test_only_the_office_reads_and_seals_its_register(office: Office) -> None:
    other = Office.objects.create(
        slug="other",
        name="他市外办",
        name_en="Other",
        short_name="他",
        city="他市",
        city_en="Other",
        law_path="cn/nation",
    )
    for stranger in (PUBLIC, platform(other)):
        with acting_as(stranger):
            assert not Event.objects.filter(office_id=office.pk).exists()
            assert not Seal.objects.exists()
            with pytest.raises(DatabaseError), transaction.atomic():
                Seal.objects.create(
                    event_id=uuid.uuid4(), office_id=office.pk, number=10, content="0" * 64, digest="0" * 64
                )
