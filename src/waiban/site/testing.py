"""A pytest plugin: a throw-away PostgreSQL for the run, and a database for each worker, used as the app's role.

Loaded early (addopts -p) so that the settings find its addresses. Databases are copies of
a template that is migrated once; a test marked `real_database` gets a copy of its own.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from waiban.site import postgres

if TYPE_CHECKING:
    from waiban.core.people.personas import People

_stack = contextlib.ExitStack()
TEMPLATE = "waiban_template"


def _server() -> postgres.Server:
    role_passwords = dict(pair.split("=", 1) for pair in os.environ["WAIBAN_TEST_PASSWORDS"].split(","))
    return postgres.Server(int(os.environ["WAIBAN_TEST_PORT"]), role_passwords)


def _point_at(server: postgres.Server, database: str) -> None:
    os.environ["DATABASE_URL"] = server.url(postgres.OWNER, database)
    os.environ["WAIBAN_APP_URL"] = server.url(postgres.APP, database)


@pytest.hookimpl(wrapper=True)  # a wrapper runs ahead of pytest-django, which reads the settings in this hook
def pytest_load_initial_conftests() -> Iterator[None]:
    if "WAIBAN_TEST_PORT" not in os.environ:  # the controller; workers of xdist inherit its environment
        state = Path(tempfile.mkdtemp(prefix="waiban-test-", dir="/var/tmp"))
        _stack.callback(shutil.rmtree, state, ignore_errors=True)
        server = _stack.enter_context(postgres.running(state, durable=False))
        os.environ["WAIBAN_TEST_PORT"] = str(server.port)
        os.environ["WAIBAN_TEST_PASSWORDS"] = ",".join(f"{role}={word}" for role, word in server.passwords.items())
        os.environ["WAIBAN_FILES"] = str(state / "var")
        (state / "var" / "static").mkdir(parents=True)
        os.environ["WAIBAN_DEBUG"] = "0"
    _point_at(_server(), f"waiban_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    yield


def pytest_unconfigure() -> None:
    _stack.close()


def clone_database(name: str) -> postgres.Server:
    """Make `name` a fresh copy of the migrated template, making the template first where it is missing."""
    import fcntl

    server = _server()
    with Path(os.environ["WAIBAN_FILES"]).with_name("template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(server, TEMPLATE):
            building = f"{TEMPLATE}_building"
            postgres.drop_database(server, building)
            postgres.prepare_database(server, building)
            environment = os.environ | {
                "DATABASE_URL": server.url(postgres.OWNER, building),
                "WAIBAN_APP_URL": server.url(postgres.APP, building),
            }
            command = [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "waiban.site.manage",
                "migrate",
                "--database",
                "owner",
                "-v",
                "0",
            ]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                raise pytest.UsageError(f"migrate failed:\n{done.stdout}\n{done.stderr}")
            with _superuser(server, "postgres") as connection:
                connection.execute(f"ALTER DATABASE {building} RENAME TO {TEMPLATE}")
        postgres.drop_database(server, name)
        postgres.prepare_database(server, name, TEMPLATE)
    return server


def _superuser(server: postgres.Server, database: str) -> Any:
    import psycopg

    return psycopg.connect(server.url(postgres.SUPERUSER, database), autocommit=True)


def _exists(server: postgres.Server, name: str) -> bool:
    with _superuser(server, "postgres") as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001
    """Instead of pytest-django's: the databases are made by the launcher, and nothing is migrated by the app's role."""
    with django_db_blocker.unblock():
        clone_database(f"waiban_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
        from waiban.core.places.calendar import work_calendar

        work_calendar()  # read once now, so that no test that counts queries is the one that reads it
    yield
    from django.db import connections

    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def real_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[postgres.Server]:  # noqa: ARG001
    """A database of its own with real commits, for threads, kills and seals. `DATABASES` points at it meanwhile."""
    with django_db_blocker.unblock(), database_of_its_own("real") as (server, _name):
        yield server


@contextlib.contextmanager
def database_of_its_own(purpose: str) -> Iterator[tuple[postgres.Server, str]]:
    """A fresh copy of the template under a name of its own; every connection of Django's points at it meanwhile."""
    from django.db import connections

    name = f"waiban_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server = clone_database(name)
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    connections.close_all()
    for alias in before:
        connections[alias].settings_dict["NAME"] = name
    try:
        yield server, name
    finally:
        connections.close_all()
        for alias, old in before.items():
            connections[alias].settings_dict["NAME"] = old
        postgres.drop_database(server, name)


@pytest.fixture
def people(db: None) -> "People":  # noqa: ARG001
    """An office with one seat for each kind of reader, and a neighbour: `people.as_("desk_officer")`, `.client(…)`."""
    from waiban.core.people.personas import build_people

    return build_people()
