"""The small door through which a domain hooks its side: what a case is about, and what follows from a move.

A domain registers a Subject in AppConfig.ready(); casework never imports a domain.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from waiban.core.casework.engine.model import Step
from waiban.core.casework.models import Case, Decision, WorkItem
from waiban.core.people.models import Post


@dataclass(frozen=True, slots=True)
class Frozen:
    """The dossier at a hand-over. `relevant_sha256` covers what rules look at and nothing else."""

    content: str
    relevant_sha256: str


@dataclass(frozen=True, slots=True)
class Known:
    """What lies before a decider: stored with the decision."""

    findings: Sequence[Mapping[str, Any]] = ()
    law_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """What just happened, told to the domain inside the same transaction."""

    act: str
    """open, decide, send_back, resume, withdraw, cancel, supplement, timer."""
    item: WorkItem | None
    decision: Decision | None
    opened: tuple[str, ...]
    """Steps that wait now and didn't before."""
    ended: str | None
    """How the case ended, where it did."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an inbox shows beside its list, in texts that are ready for the page."""

    lines: Sequence[tuple[str, str]] = ()
    money: str = ""
    missing: Sequence[tuple[str, str]] = ()
    """(kind of finding, sentence)."""
    others: int = 0
    """How many findings are in order."""
    files: Sequence[tuple[str, str, str]] = ()
    """(name, address, day)."""


def _nothing(*_args: Any) -> None:
    return None


def _no_known(_case: Case, _item: WorkItem) -> Known:
    return Known()


def _no_values(_case: Case) -> Mapping[str, object]:
    return {}


def _no_details(_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, str]]:
    return {}


@dataclass(frozen=True, slots=True)
class Subject:
    """`values`: the gateways' variables, as the last frozen dossier states them; leave out what isn't stated.
    `post_for(case, step_id, step, entry)`: who is asked where the process leaves it to the subject.
    `check(case, item, outcome)`: raises CannotError where the domain's rules stop this act.
    """

    kind: str
    name: str | Promise
    url_name: str
    freeze: Callable[[Case], Frozen]
    values: Callable[[Case], Mapping[str, object]] = _no_values
    post_for: Callable[[Case, str, Step, str], Post | None] = _nothing
    known: Callable[[Case, WorkItem], Known] = _no_known
    check: Callable[[Case, WorkItem, str], None] = _nothing
    moved: Callable[[Case, Move], None] = _nothing
    readers_changed: Callable[[Case], None] = _nothing
    preview: Callable[[Case], Preview] = field(default=lambda _case: Preview())
    details: Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, tuple[str, str]]] = _no_details
    """Subject id → (`Case.detail`, `Case.destination`) in the reader's language; what is stored is Chinese."""
    cancel_label: str | Promise = ""
    """What ending it is called (撤团); empty where the applicant doesn't end it by `cancel_case`."""


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    if subject.kind in _subjects and _subjects[subject.kind] != subject:
        raise ValueError(f"two subjects of kind {subject.kind!r}")
    _subjects[subject.kind] = subject


def subject_of(case: Case) -> Subject:
    return _subjects[case.kind]


def details_of(kind: str, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, str]]:
    return _subjects[kind].details(ids) if kind in _subjects else {}


def kinds() -> Mapping[str, str]:
    """Kind → its name, for filters."""
    return {subject.kind: str(subject.name) for subject in _subjects.values()}


def url_of(case: Case) -> str:
    """The subject's page; empty where its address isn't served here."""
    try:
        return reverse(case.url_name, args=[case.subject_id])
    except NoReverseMatch:
        return ""


def entry_id(entry: str) -> uuid.UUID | None:
    """A countersign's entry as an id, where it is one."""
    try:
        return uuid.UUID(entry)
    except ValueError:
        return None
