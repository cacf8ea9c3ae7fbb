"""What jobs there are. A room registers its work by name when Django is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from waiban.core.jobs.models import Job
    from waiban.core.jobs.run import Run


@dataclass(frozen=True)
class Result:
    """The file that a job made, kept by `files` under its SHA-256."""

    file_id: UUID
    sha256: str
    name: str


Work = Callable[["Run"], Result | None]
_work: dict[str, Work] = {}
_when_ended: list[Callable[["Job"], None]] = []


def register(kind: str, work: Work) -> None:
    if _work.setdefault(kind, work) is not work:
        raise ValueError(f"the job {kind} is registered twice")


def work_of(kind: str) -> Work:
    """Raises KeyError for a kind that nobody registered."""
    return _work[kind]


def when_ended(tell: Callable[["Job"], None]) -> None:
    """`tell` is called in the transaction that notes the job's end; `notify`, which lies above, rings the bell."""
    _when_ended.append(tell)


def tell_ended(job: "Job") -> None:
    for tell in _when_ended:
        tell(job)
