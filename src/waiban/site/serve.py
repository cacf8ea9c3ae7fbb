"""Serve waiban: granian WSGI, one worker a core; refuses a database that could not guard its rows."""

import argparse
import os
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="waiban serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    import django
    from django.conf import settings

    django.setup()
    if settings.SECRET_KEY == "not for serving":  # noqa: S105 - the default that must not serve
        raise SystemExit(
            "WAIBAN_SECRET_KEY is not set; make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    from waiban.core.access.refuse import refuse_unsafe_database

    refuse_unsafe_database()
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()
    Granian(
        "waiban.site.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=2,
        backpressure=64,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
    return 0
