"""Answers that are written while they are sent: after the request's transaction has ended.

A generator that reads rows would read them as nobody. `streamed` remembers who asked and
acts as that principal, in a transaction of its own, until the last line is sent.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from waiban.core.access.principals import acting_as, current_principal

Line = TypeVar("Line")


def streamed(lines: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    """Call it while somebody acts; iterate it when you like."""
    principal = current_principal()

    def run() -> Iterator[Line]:
        with acting_as(principal):
            yield from lines()

    return run()
