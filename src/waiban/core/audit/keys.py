"""The register's signing key: one file outside the database, made at first use, readable by the worker alone.

Public keys lie beside it and stay when the key is changed, so that old heads still verify.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings

from waiban.core.audit.chain import fingerprint, public_key, public_text

PRIVATE = "register.ed25519"


def _folder() -> Path:
    folder = Path(settings.WAIBAN_KEYS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def signing_key() -> Ed25519PrivateKey:
    path = _folder() / PRIVATE
    if not path.exists():
        _write_once(path, Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    public = key.public_key()
    known = path.with_name(f"register-{fingerprint(public)}.pub")
    if not known.exists():
        _write_once(known, f"{public_text(public)}\n".encode())
    return key


def public_keys() -> dict[str, Ed25519PublicKey]:
    """Every key that ever signed here, by fingerprint."""
    keys = [read_public_key(path) for path in sorted(_folder().glob("register-*.pub"))]
    return {fingerprint(key): key for key in keys}


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Raises ValueError when the file holds none."""
    return public_key(path.read_text().strip())


def _write_once(path: Path, content: bytes) -> None:
    """Complete or not at all, and never over a file that another process was quicker to make."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
