"""What a merge would change elsewhere: rooms above say what open cases answer now, before and after.

The comparison is made by doing it: merge in a savepoint, ask again, undo. So nothing that a preview says is guessed.
"""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """One open case: `answers` maps whatever the room asks to what it answers now, as a sentence."""

    key: uuid.UUID
    title: str
    number: str
    url: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Affected:
    """A case whose answers change: (before, after) a line; an empty text where there was or is no such line."""

    key: uuid.UUID
    title: str
    number: str
    url: str
    changes: Sequence[tuple[str, str]]


Answers = Callable[[Collection[uuid.UUID]], Sequence[Answered]]
_rooms: list[Answers] = []


def register(answers: Answers) -> None:
    """`answers(travellers)`: the open cases with one of them, as far as the reader sees them, and what they answer."""
    if answers not in _rooms:
        _rooms.append(answers)


def answers_of(travellers: Collection[uuid.UUID]) -> dict[uuid.UUID, Answered]:
    return {case.key: case for room in _rooms for case in room(travellers)}


def differences(before: Mapping[uuid.UUID, Answered], after: Mapping[uuid.UUID, Answered]) -> list[Affected]:
    found = []
    for key, then in before.items():
        now = after.get(key, then)
        changes = [
            (then.answers.get(name, ""), now.answers.get(name, ""))
            for name in dict.fromkeys([*then.answers, *now.answers])
            if then.answers.get(name, "") != now.answers.get(name, "")
        ]
        if changes:
            found.append(Affected(key, now.title, now.number, now.url, changes))
    return found


@contextmanager
def tried() -> Iterator[None]:
    """Whatever happens inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
