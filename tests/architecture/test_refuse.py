"""Nothing serves on a database that could not guard its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections

from waiban.core.access.refuse import refuse_unsafe_database, unsafe_because
from waiban.site import postgres

pytestmark = pytest.mark.real_database


@contextmanager
def acting_at(role: str, password: str) -> Iterator[None]:
    """The settings' database, as another role."""
    settings = connection.settings_dict
    before = settings["USER"], settings["PASSWORD"]
    connections.close_all()
    settings["USER"], settings["PASSWORD"] = role, password
    try:
        yield
    finally:
        connections.close_all()
        settings["USER"], settings["PASSWORD"] = before


def test_the_app_role_serves(real_database: postgres.Server) -> None:
    refuse_unsafe_database()


@pytest.mark.parametrize(("role", "reason"), [(postgres.OWNER, "owns tables"), (postgres.SUPERUSER, "is a superuser")])
def test_an_owner_and_a_superuser_are_refused(real_database: postgres.Server, role: str, reason: str) -> None:
    with acting_at(role, real_database.passwords[role]), pytest.raises(ImproperlyConfigured, match=reason):
        refuse_unsafe_database()


@pytest.mark.parametrize(
    ("statement", "undo", "reason"),
    [
        (
            "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC",
            "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
            "set_config",
        ),
        (
            "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
            "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
            "temporary tables",
        ),
        (
            "ALTER TABLE people_unit NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE people_unit FORCE ROW LEVEL SECURITY",
            "people_unit",
        ),
    ],
)
def test_what_would_open_a_way_is_named(real_database: postgres.Server, statement: str, undo: str, reason: str) -> None:
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(real_database.url(postgres.SUPERUSER, name), autocommit=True) as superuser:
        superuser.execute(statement.format(database=name))
        try:
            assert any(reason in said for said in unsafe_because(connection))
        finally:
            superuser.execute(undo.format(database=name))
    assert unsafe_because(connection) == []


def test_every_reason_is_told_at_once(real_database: postgres.Server) -> None:
    password = real_database.passwords[postgres.SUPERUSER]
    with acting_at(postgres.SUPERUSER, password), pytest.raises(ImproperlyConfigured) as refused:
        refuse_unsafe_database()
    said: Any = str(refused.value)
    assert "superuser" in said
    assert "set_config" in said


@pytest.mark.parametrize(
    ("right", "reason"),
    [
        ("BYPASSRLS", "bypass row security"),
        ("CREATEROLE", "make roles"),
        ("IN ROLE waiban_owner", "become their owner"),
    ],
)
def test_a_role_with_one_right_too_many_is_refused(real_database: postgres.Server, right: str, reason: str) -> None:
    # A role of its own: roles belong to the cluster, which other tests share.
    role = f"waiban_probe_{connection.settings_dict['NAME']}"
    with psycopg.connect(real_database.url(postgres.SUPERUSER, "postgres"), autocommit=True) as superuser:
        superuser.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'probe' {right}")
        superuser.execute(f"ALTER ROLE {role} SET timezone = 'UTC'")
        try:
            with acting_at(role, "probe"), pytest.raises(ImproperlyConfigured, match=reason):
                refuse_unsafe_database()
        finally:
            superuser.execute(f"DROP ROLE {role}")
