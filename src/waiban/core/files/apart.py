"""Work on a stranger's file in a process of its own, with little time, little memory and nothing to steal.

A library that reads PDF, Office files or templates can be made to loop, to swallow memory, or
worse. The child has no environment, no connection to the database, may write no file and make
no process; whatever it does, its answer is bytes that the caller reads as data.
"""

import contextlib
import importlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

SOURCES = str(Path(__file__).resolve().parents[3])
MEGABYTE = 1024 * 1024
CPU_SECONDS = 20
"""A 600-page PDF of text takes about 6 s here, a sheet of 100,000 rows about 2 s."""
WALL_SECONDS = 60
"""More than the processor's time: a busy machine is no fault of the file."""
MEGABYTES = 1024
ANSWER = 64 * MEGABYTE
CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from waiban.core.files.apart import child; child(*sys.argv[2:])"


class BeyondLimitsError(Exception):
    """The child took too long, wanted too much memory, or died of the file."""


def apart(
    work: str,
    data: bytes,
    *,
    cpu_seconds: int = CPU_SECONDS,
    wall_seconds: int = WALL_SECONDS,
    megabytes: int = MEGABYTES,
) -> bytes:
    """Run `work` ("package.module:function", from bytes to bytes) on `data` and give its answer.

    Raises BeyondLimitsError; never anything that the child made up.
    """
    with tempfile.TemporaryFile() as given:
        given.write(data)
        given.seek(0)
        # Isolated (-I): no PYTHON… variables, no user's packages; its own words on stderr are nobody's to read.
        command = [sys.executable, "-I", "-B", "-c", CHILD, SOURCES, work, str(cpu_seconds), str(megabytes)]
        process = subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"LC_ALL": "C.UTF-8"}, cwd="/"
        )
        watch = threading.Timer(wall_seconds, process.kill)
        watch.start()
        assert process.stdout is not None
        try:
            answer = process.stdout.read(ANSWER + 1)
        finally:
            process.stdout.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            watch.cancel()
            process.kill()
            process.wait()
    if process.returncode or len(answer) > ANSWER:
        raise BeyondLimitsError(f"{work}: ended with {process.returncode}")
    return answer


def child(work: str, cpu_seconds: str, megabytes: str) -> None:
    """The other side. Limits first, then the module with the libraries that the file meets."""
    import resource

    def limit(what: int, most: int) -> None:
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))

    limit(resource.RLIMIT_CPU, int(cpu_seconds))
    limit(resource.RLIMIT_AS, int(megabytes) * MEGABYTE)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_NOFILE, 64)
    limit(resource.RLIMIT_NPROC, 0)
    module, _, name = work.partition(":")
    function: Callable[[bytes], bytes] = getattr(importlib.import_module(module), name)
    sys.stdout.buffer.write(function(sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()
