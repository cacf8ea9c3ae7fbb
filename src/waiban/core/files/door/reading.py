"""How a reader answers the door."""

from collections.abc import Iterable

from waiban.core.files.door.marks import mark_in, mark_in_lines


class Marked(Exception):  # noqa: N818 - an answer, not a fault
    """A classification mark was found; reading ends at the first."""

    def __init__(self, mark: str) -> None:
        super().__init__(mark)
        self.mark = mark


class BrokenError(ValueError):
    """The file isn't what it claims to be, or unfolds beyond the limits."""


class UnreadableError(ValueError):
    """The door cannot look inside; `advice` says what to do."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice)
        self.advice = advice


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
