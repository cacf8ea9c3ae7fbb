"""A signed ZIP of one case for an inspector: no Django, no database, so that it verifies anywhere.

`manifest.json` names every other file with its SHA-256; `signature.json` signs the manifest's canonical text with the
register's key. A dossier version is named by its own digest, an event by the digest that the register sealed.
"""

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from waiban.core.audit.chain import Problem, canonical, fingerprint, public_key, public_text, text_digest

FORMAT = "waiban case/1"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
EVENTS, VERSIONS = "events.jsonl", "versions/"
MOST = 500 * 1024 * 1024
"""Bytes that a file inside may unpack to."""


def pack(files: Mapping[str, bytes], facts: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """`facts` say which case, when and for whom; they stand in the manifest beside the digests."""
    manifest = {
        "format": FORMAT, **facts, "files": {name: sha256(content).hexdigest() for name, content in sorted(files.items())},
    }  # fmt: skip
    text = canonical(manifest).encode()
    signed = {
        "key": fingerprint(key.public_key()),
        "public_key": public_text(key.public_key()),
        "signature": base64.b64encode(key.sign(text)).decode(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, text)
        archive.writestr(SIGNATURE, canonical(signed))
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    return out.getvalue()


def verify_bundle(
    data: bytes, key: Ed25519PublicKey | None = None
) -> tuple[dict[str, Any], Ed25519PublicKey, list[Problem]]:
    """The manifest, the key that it was checked with, and what is wrong. Raises ValueError: not such a file.

    Without `key` the file's own is used: that proves it whole, not whose it is.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        text = archive.read(MANIFEST)
        manifest, signed = json.loads(text), json.loads(archive.read(SIGNATURE))
        trusted = key or public_key(signed["public_key"])
        if manifest.get("format") != FORMAT:
            raise ValueError("the manifest does not name the format")
        listed = dict(manifest["files"])
    except (zipfile.BadZipFile, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"not an exported case: {error}") from error
    problems: list[Problem] = []
    try:
        trusted.verify(base64.b64decode(signed["signature"]), text)
    except (InvalidSignature, ValueError):
        problems.append(Problem("forged", 0, "the signature does not fit the manifest"))
    there = {info.filename: info for info in archive.infolist() if info.filename not in (MANIFEST, SIGNATURE)}
    problems += [Problem("removed", 0, f"{name} is missing") for name in sorted(set(listed) - set(there))]
    for name, info in sorted(there.items()):
        if name not in listed:
            problems.append(Problem("forged", 0, f"{name} is not in the manifest"))
        elif info.file_size > MOST or sha256(archive.read(name)).hexdigest() != listed[name]:
            problems.append(Problem("changed", 0, f"{name} differs from the manifest"))
    if not problems:
        problems += _inside(archive, listed)
    return manifest, trusted, problems


def _inside(archive: zipfile.ZipFile, listed: Mapping[str, str]) -> list[Problem]:
    """Versions are what their names say, events are what was sealed."""
    problems = [
        Problem("changed", 0, f"{name} is not the version that was frozen")
        for name in listed
        if name.startswith(VERSIONS)
        and name.rpartition("-")[2].removesuffix(".json") != sha256(archive.read(name)).hexdigest()
    ]
    for line in archive.read(EVENTS).decode().splitlines() if EVENTS in listed else ():
        entry = json.loads(line)
        if entry["content"] is not None and text_digest(entry["event"]) != entry["content"]:
            problems.append(Problem("changed", int(entry["number"] or 0), "the event differs from what was sealed"))
    return problems
