"""The bytes of files, by SHA-256, behind Django's storage.

Written before the transaction that speaks of them commits; what no row points to is swept
later. Writers share a lock on the digest that the sweeper takes alone, so that bytes found
already there cannot be swept before the new row commits.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

UNCLAIMED_FOR = timedelta(days=1)
"""How long bytes without a row may rest: far longer than any request's transaction."""

DIGEST = re.compile(r"[0-9a-f]{64}")


def place_of(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def store_blob(data: bytes) -> str:
    """Keep `data` and give its SHA-256. Inside a transaction: the lock is held until that ends."""
    digest = sha256(data).hexdigest()
    place = place_of(digest)
    _lock(digest, shared=True)
    # A size that differs is a write cut off by a crash.
    if default_storage.exists(place) and default_storage.size(place) != len(data):
        default_storage.delete(place)
    if not default_storage.exists(place):
        written = default_storage.save(place, ContentFile(data))
        if written != place:  # another writer was first, and storage made up a name for ours
            default_storage.delete(written)
        _to_disk(place)
    return digest


def open_blob(digest: str) -> IO[bytes]:
    """Raises FileNotFoundError when the bytes are missing."""
    return default_storage.open(place_of(digest), "rb")


def read_blob(digest: str) -> bytes:
    with open_blob(digest) as blob:
        data = blob.read()
    if sha256(data).hexdigest() != digest:
        raise OSError(f"the stored bytes of {digest} are damaged")
    return data


def sweep_orphans() -> int:
    """Delete bytes that no row points to and that are older than a day; give their number."""
    return sum(forget_blob(digest) for digest in _old_digests())


def forget_blob(digest: str) -> bool:
    """Delete bytes at once, unless a row still points to them."""
    with transaction.atomic():
        _lock(digest, shared=False)
        with connection.cursor() as cursor:
            cursor.execute("SELECT files_is_kept(%s)", [digest])
            row = cursor.fetchone()
        if row is None or row[0]:
            return False
        default_storage.delete(place_of(digest))
        return True


def _old_digests() -> Iterator[str]:
    oldest = timezone.now() - UNCLAIMED_FOR
    with contextlib.suppress(FileNotFoundError):
        for first in default_storage.listdir("")[0]:
            for second in default_storage.listdir(first)[0]:
                for name in default_storage.listdir(f"{first}/{second}")[1]:
                    if DIGEST.fullmatch(name) and default_storage.get_modified_time(place_of(name)) < oldest:
                        yield name


def _lock(digest: str, *, shared: bool) -> None:
    number = int(digest[:15], 16)
    take = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {take}(%s)", [number])


def _to_disk(place: str) -> None:
    """Acknowledged bytes survive a power cut, where storage is a file system."""
    with contextlib.suppress(NotImplementedError):
        path = Path(default_storage.path(place))
        for target in (path, path.parent):
            handle = os.open(target, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
