"""How a reader answers the door."""

from collections.abc import Iterable

from waiban.core.files.door.marks import mark_in, mark_in_lines
from waiban.core.files.door.sniff import Sort


class Marked(Exception):  # noqa: N818 - an answer, not a fault
    """A classification mark was found; reading ends at the first."""

    def __init__(self, mark: str) -> None:
        super().__init__(mark)
        self.mark = mark


class BrokenError(ValueError):
    """The file isn't what it claims to be, or unfolds beyond the limits."""


class UnreadableError(ValueError):
    """The door cannot look inside; `advice` says what to do, in the language of the sources, `sort` of what."""

    def __init__(self, advice: str, sort: Sort | None = None) -> None:
        super().__init__(advice)
        self.advice = advice
        self.sort = sort


def said_later(sentence: str) -> str:
    """Mark a sentence for translation where no settings say into which language: the door says it."""
    return sentence


def look(text: str) -> None:
    if mark := mark_in(text):
        raise Marked(mark)


def look_at_lines(lines: Iterable[str]) -> None:
    if mark := mark_in_lines(lines):
        raise Marked(mark)


def look_at_bytes(data: bytes) -> None:
    from waiban.core.files.door.marks import mark_in_bytes

    if mark := mark_in_bytes(data):
        raise Marked(mark)
