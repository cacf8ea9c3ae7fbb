"""The chain of the register, as text and digests: no Django, no database, so that an export verifies anywhere.

Entry n of an office's chain is SHA-256 over entry n-1 and the digest of event n's canonical
text. A head (count, last entry, time) is signed with Ed25519. Whoever holds only the
database can rewrite rows and entries, but cannot sign a head that fits.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORMAT = "waiban register/1"


def canonical(value: Mapping[str, Any]) -> str:
    """One text for one value: keys in order, no spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def text_digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def genesis(office: str) -> str:
    """Where the chain of an office begins; chains of two offices never fit into each other."""
    return text_digest(f"{FORMAT} {office}")


def link(before: str, content: str) -> str:
    return sha256(bytes.fromhex(before) + bytes.fromhex(content)).hexdigest()


@dataclass(frozen=True)
class Head:
    """A signed statement: so many entries, ending in this one, at this time."""

    office: str
    count: int
    digest: str
    sealed_at: str
    """ISO 8601, UTC"""
    key: str = ""
    """Fingerprint of the public key"""
    signature: str = ""

    def signed_text(self) -> bytes:
        what = {
            "format": FORMAT,
            "office": self.office,
            "count": self.count,
            "digest": self.digest,
            "at": self.sealed_at,
        }
        return canonical(what).encode()

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Head":
        """Raises ValueError when it isn't a head."""
        try:
            return cls(
                str(value["office"]), int(value["count"]), str(value["digest"]), str(value["sealed_at"]),
                str(value["key"]), str(value["signature"]),
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a head of a register: {error}") from error


def sign(head: Head, key: Ed25519PrivateKey) -> Head:
    signature = base64.b64encode(key.sign(head.signed_text())).decode()
    return Head(head.office, head.count, head.digest, head.sealed_at, fingerprint(key.public_key()), signature)


def signed_by(head: Head, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(base64.b64decode(head.signature), head.signed_text())
    except (InvalidSignature, ValueError):
        return False
    return True


def public_text(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """Raises ValueError when it isn't one."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def fingerprint(key: Ed25519PublicKey) -> str:
    return sha256(base64.b64decode(public_text(key))).hexdigest()[:32]


@dataclass(frozen=True)
class Problem:
    """`kind`: changed, removed, reordered, cut, forged (a head that no known key signed), unsealed."""

    kind: str
    number: int
    text: str


@dataclass(frozen=True)
class Entry:
    """One entry as it is stored: `event` is the canonical text of the row, None when the row is gone."""

    number: int
    content: str
    digest: str
    event: str | None


def walk(office: str, entries: Iterable[Entry]) -> Iterator[Problem | Entry]:
    """Every entry in order of number, each fault before the entry that shows it."""
    before: str | None = genesis(office)
    expected = 1
    for entry in entries:
        if entry.number != expected:
            yield Problem("removed", expected, f"entries {expected} to {entry.number - 1} of the seal are missing")
            before = None
        if entry.event is None:
            yield Problem("removed", entry.number, "the event of this entry is missing")
        elif text_digest(entry.event) != entry.content:
            yield Problem("changed", entry.number, "the event differs from what was sealed")
        if before is not None and link(before, entry.content) != entry.digest:
            yield Problem("reordered", entry.number, "this entry does not follow the one before it")
        before = entry.digest
        expected = entry.number + 1
        yield entry


def check_heads(
    heads: Iterable[Head], digests: Mapping[int, str], last: int, keys: Mapping[str, Ed25519PublicKey]
) -> Iterator[Problem]:
    """`digests`: of the entries at the heads' counts, as stored; `last`: the highest number there is."""
    for head in heads:
        key = keys.get(head.key)
        if key is None or not signed_by(head, key):
            yield Problem("forged", head.count, "no known key signed this head")
        elif head.count > last:
            yield Problem("cut", last + 1, f"a signed head counts {head.count} entries, there are {last}")
        elif digests.get(head.count) != head.digest:
            yield Problem("reordered", head.count, "the entries up to here are not those that were signed")


# --- an exported register -----------------------------------------------------------------


def export_lines(head: Head, key: Ed25519PublicKey, entries: Iterable[Entry]) -> Iterator[str]:
    """A first line that says what it is, then one line an event up to the head."""
    yield canonical({"format": FORMAT, "head": head.to_dict(), "public_key": public_text(key)})
    for entry in entries:
        if entry.number <= head.count:
            yield canonical(
                {"number": entry.number, "content": entry.content, "digest": entry.digest, "event": entry.event}
            )


def verify_export(
    lines: Iterable[str], key: Ed25519PublicKey | None = None
) -> tuple[Head, Ed25519PublicKey, list[Problem]]:
    """Give the head, the key that it was checked with, and what is wrong. Raises ValueError: not an export.

    Without `key` the file's own is used: that proves the file whole, not whose it is.
    """
    rest = iter(lines)
    try:
        first = json.loads(next(rest))
        if first.get("format") != FORMAT:
            raise ValueError("the first line does not name the format")
        head = Head.from_dict(first["head"])
        trusted = key or public_key(first["public_key"])
    except (StopIteration, KeyError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"not an exported register: {error}") from error
    problems: list[Problem] = []
    last, digest = 0, ""
    for found in walk(head.office, _entries(rest)):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            last, digest = found.number, found.digest
    digests = {last: digest} if head.count else {0: genesis(head.office)}
    problems += check_heads([head], digests, last, {head.key: trusted})
    return head, trusted, problems


def _entries(lines: Iterator[str]) -> Iterator[Entry]:
    for position, line in enumerate(lines, 2):
        try:
            value = json.loads(line)
            yield Entry(int(value["number"]), str(value["content"]), str(value["digest"]), value["event"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"line {position} is not an entry: {error}") from error
