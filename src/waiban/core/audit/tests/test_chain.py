"""The chain by itself: a fault at any place is found, in an export without a database."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from waiban.core.audit.chain import (
    Entry,
    Head,
    canonical,
    export_lines,
    genesis,
    link,
    public_key,
    sign,
    text_digest,
    verify_export,
)

OFFICE = "0198c0de-0000-7000-8000-000000000001"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def register(number: int) -> list[Entry]:
    entries, digest = [], genesis(OFFICE)
    for place in range(1, number + 1):
        event = canonical({"id": place, "name": "trip.submit", "data": {"章": place}})
        content = text_digest(event)
        digest = link(digest, content)
        entries.append(Entry(place, content, digest, event))
    return entries


def export(entries: list[Entry]) -> list[str]:
    last = entries[-1]
    head = sign(Head(OFFICE, last.number, last.digest, "2026-11-24T08:00:00.000000+00:00"), KEY)
    return list(export_lines(head, KEY.public_key(), entries))


def kinds(lines: list[str]) -> list[str]:
    return [problem.kind for problem in verify_export(lines, KEY.public_key())[2]]


def test_a_whole_export_is_whole() -> None:
    assert kinds(export(register(5))) == []
    assert verify_export(export(register(5)))[0].count == 5


@given(st.integers(1, 6), st.data())
def test_any_change_of_any_line_is_found(place: int, data: st.DataObject) -> None:
    lines = export(register(6))
    entry = json.loads(lines[place])
    what = data.draw(st.sampled_from(["event", "content", "digest", "number"]))
    if what == "number":
        entry["number"] += data.draw(st.integers(1, 9))
    else:
        text = entry[what]
        at = data.draw(st.integers(0, len(text) - 1))
        entry[what] = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
    lines[place] = canonical(entry)
    assert kinds(lines)


@given(st.integers(1, 6))
def test_a_removed_line_is_found(place: int) -> None:
    lines = export(register(6))
    del lines[place]
    assert set(kinds(lines)) & {"removed", "cut"}


@given(st.integers(1, 5))
def test_two_lines_changed_about_are_found(place: int) -> None:
    lines = export(register(6))
    one, two = json.loads(lines[place]), json.loads(lines[place + 1])
    for part in ("event", "content"):
        one[part], two[part] = two[part], one[part]
    lines[place], lines[place + 1] = canonical(one), canonical(two)
    assert "reordered" in kinds(lines)


def test_a_chain_made_anew_over_changed_events_does_not_fit_the_signature() -> None:
    honest = export(register(6))
    forged = export(register(6)[:2] + register(6)[2:])
    other = [Entry(e.number, e.content, e.digest, e.event) for e in register(7)[:6]]
    assert kinds(forged) == []
    changed, digest = [], genesis(OFFICE)
    for entry in other:
        event = (entry.event or "").replace("submit", "cancel")
        content = text_digest(event)
        digest = link(digest, content)
        changed.append(canonical({"number": entry.number, "content": content, "digest": digest, "event": event}))
    assert kinds([honest[0], *changed]) == ["reordered"]


def test_a_head_signed_by_somebody_else_is_found() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    entries = register(3)
    head = sign(Head(OFFICE, 3, entries[-1].digest, "2026-11-24T08:00:00.000000+00:00"), stranger)
    assert kinds(list(export_lines(head, stranger.public_key(), entries))) == ["forged"]


@pytest.mark.parametrize("lines", [[], ["{}"], ["not json"], ['{"format":"waiban register/1"}']])
def test_what_is_no_export_is_said_to_be_none(lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"not an exported register|first line"):
        verify_export(lines)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
        public_key("no key")
