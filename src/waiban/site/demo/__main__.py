"""bin/demo after set-up: database, migrations, the demo office, the server and the worker; Ctrl-C ends them all."""

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from waiban.site import postgres

ROOT = Path(__file__).resolve().parents[4]
DATABASE = "waiban"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="make the demo's data anew")
    parser.add_argument("--port", type=int, default=0, help="port to serve at; a free one from 8000 on if not given")
    options = parser.parse_args()
    state = postgres.state_folder(ROOT)
    if options.reset and state.exists():
        if any(state.iterdir()) and not (state / "data" / "PG_VERSION").exists():
            sys.exit(f"bin/demo: {state} holds something else than a demo; not removed. Empty it, or set WAIBAN_STATE")
        tell(f"removing {state}")
        shutil.rmtree(state)
    signal.signal(signal.SIGINT, _stop)  # said again: started in the background by a script, Ctrl-C is ignored
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    with contextlib.ExitStack() as stack:
        environment = _environment(state)
        if "WAIBAN_APP_URL" not in os.environ:
            tell("starting PostgreSQL")
            server = stack.enter_context(postgres.running(state))
            postgres.prepare_database(server, DATABASE)
            environment["DATABASE_URL"] = server.url(postgres.OWNER, DATABASE)
            environment["WAIBAN_APP_URL"] = server.url(postgres.APP, DATABASE)
        tell("bringing the database up to date")
        _run([sys.executable, "-m", "waiban.site.manage", "migrate", "--database", "owner", "-v", "0"], environment)
        _run([sys.executable, "-m", "waiban.site.demo.fill"], environment)
        serving = {key: value for key, value in environment.items() if key != "DATABASE_URL"}
        port = options.port or _free_port(8000)
        web = _start(stack, ["-m", "waiban.site.demo.web", str(port)], serving)
        worker = _start(stack, ["-m", "waiban.site.worker"], serving)
        _wait_until_it_answers(port, web)
        _print_logins(port)
        while web.poll() is None and worker.poll() is None:
            time.sleep(0.5)
        tell("the server ended by itself" if web.poll() is not None else "the worker ended by itself")
    return 1


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _environment(state: Path) -> dict[str, str]:
    (state / "var" / "static").mkdir(parents=True, exist_ok=True)
    secret = state / "secret_key"
    if not secret.exists():
        secret.touch(0o600)
        secret.write_text(secrets.token_urlsafe(50))
    return dict(os.environ) | {
        "WAIBAN_SECRET_KEY": secret.read_text(),
        "WAIBAN_FILES": str(state / "var"),
        "DJANGO_SETTINGS_MODULE": "waiban.site.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _run(command: list[str], environment: dict[str, str]) -> None:
    if subprocess.run(command, env=environment, check=False).returncode:
        sys.exit(f"bin/demo: this command failed: {' '.join(command)}")


def _start(stack: contextlib.ExitStack, arguments: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=environment,
        start_new_session=True,
        preexec_fn=postgres.end_with_parent(os.getpid(), signal.SIGTERM),  # noqa: PLW1509 - one prctl call
    )

    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    stack.callback(end)
    return process


def _free_port(first: int) -> int:
    for port in range(first, first + 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit(f"bin/demo: no free port between {first} and {first + 99}; choose one with --port")


def _wait_until_it_answers(port: int, web: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while web.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    sys.exit("bin/demo: the server did not answer; what it said stands above")


def _print_logins(port: int) -> None:
    from waiban.site.demo.logins import LOGINS, PASSWORD

    print(f"\nhttp://127.0.0.1:{port}\n")
    print(f"密码都是 / every password: {PASSWORD}\n")
    for login in LOGINS:
        print(f"  {login.username:<12} {login.post}  {login.name}  — {login.what_en}")
    print("\nCtrl-C 结束 / ends everything", flush=True)


def tell(text: str) -> None:
    print(f"demo: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
