"""Identity numbers: kept encrypted, shown masked, matched by a keyed hash. The keys lie outside the database."""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

ENCRYPTION = "identity.fernet"
"""One Fernet key a line; the first encrypts, all decrypt, so that a key can be changed."""
MATCHING = "identity.hmac"


def encrypt(number: str) -> bytes:
    return _fernet(str(settings.WAIBAN_KEYS)).encrypt(normal(number).encode())


def decrypt(secret: bytes | memoryview) -> str:
    return _fernet(str(settings.WAIBAN_KEYS)).decrypt(bytes(secret)).decode()


def seal(secret: str) -> bytes:
    """Any other secret that must be read again, under the same keys and as it is."""
    return _fernet(str(settings.WAIBAN_KEYS)).encrypt(secret.encode())


def unseal(sealed: bytes | memoryview) -> str:
    return _fernet(str(settings.WAIBAN_KEYS)).decrypt(bytes(sealed)).decode()


def digest(number: str) -> str:
    """The same number gives the same digest; without the key nobody can try numbers against it."""
    return hmac.new(_matching(str(settings.WAIBAN_KEYS)), normal(number).encode(), hashlib.sha256).hexdigest()


def masked(number: str) -> str:
    """110101********0012: the first six and the last four of a long number, the last four of a short one."""
    text = normal(number)
    if len(text) < 8:
        return "*" * len(text)
    first = 6 if len(text) >= 15 else 0
    return text[:first] + "*" * (len(text) - first - 4) + text[-4:]


def normal(number: str) -> str:
    return "".join(number.split()).upper()


def is_valid(number: str) -> bool:
    """A mainland identity number has 18 places, the last a check over the rest (GB 11643)."""
    text = normal(number)
    if len(text) != 18 or not text[:17].isdigit():
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(figure) * weight for figure, weight in zip(text, weights, strict=False))
    return text[17] == "10X98765432"[total % 11]


@lru_cache(maxsize=4)
def _fernet(folder: str) -> MultiFernet:
    text = _key(Path(folder) / ENCRYPTION, Fernet.generate_key())
    return MultiFernet([Fernet(line) for line in text.split()])


@lru_cache(maxsize=4)
def _matching(folder: str) -> bytes:
    return _key(Path(folder) / MATCHING, secrets.token_hex(32).encode()).strip()


def _key(path: Path, fresh: bytes) -> bytes:
    """The key in the file, made at the first need. Two processes at once agree on one: the file is linked whole."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_bytes(fresh + b"\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
