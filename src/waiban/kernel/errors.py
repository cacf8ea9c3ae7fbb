"""What goes wrong, said so that the one who can mend it knows where."""

from __future__ import annotations

from dataclasses import dataclass


class WaibanError(Exception):
    """Root of the errors that a user or an officer can do something about."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of an input: where (a JSON Pointer), what belongs there, what was found."""

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: expected {self.expected}, found {self.found}"


class InputError(WaibanError):
    """An input that can't be used; nothing of it was taken over."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class CurrencyMismatchError(WaibanError):
    """Two amounts of different currencies met where one was needed."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"amounts in {left} and {right} don't mix")
        self.left = left
        self.right = right


class CalendarError(WaibanError):
    """A day that the working calendar can't answer for."""
