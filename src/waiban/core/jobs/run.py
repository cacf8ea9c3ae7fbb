"""Do one job, as the post that asked for it.

Three transactions: one claims the row, one does the work and notes its end, and progress is
told on the second connection meanwhile, so that the screen sees it before the work commits.
"""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.keys import system_keys
from waiban.core.access.principals import Kind, Principal, acting_as
from waiban.core.audit.record import REGISTER, record
from waiban.core.jobs.models import Job
from waiban.core.jobs.registry import Result, tell_ended, work_of

log = logging.getLogger(__name__)

PrincipalOf = Callable[[uuid.UUID, uuid.UUID | None], Principal]
_principal_of: PrincipalOf | None = None

TOLD_EVERY = 0.5
"""Seconds between two notes of progress."""


class JobCancelledError(Exception):
    """Raised in the work when somebody asked to stop it; what it did is rolled back."""


def use_principals(principal_of: PrincipalOf) -> None:
    """The worker says how an account becomes a principal; `people`, which knows, lies above."""
    global _principal_of  # noqa: PLW0603 - set once, when the worker starts
    _principal_of = principal_of


class Run:
    """What the work gets: its parameters, and how to tell how far it is."""

    def __init__(self, job: Job, principal: Principal) -> None:
        self.id = job.pk
        self.office_id = job.office_id
        self.params: dict[str, Any] = job.params
        self.readers: list[int] = job.readers
        self._principal = principal
        self._told = 0.0

    def progress(self, done: int, of: int) -> None:
        """Raises JobCancelledError when it shall stop. Call it as often as you like."""
        if time.monotonic() - self._told < TOLD_EVERY and done < of:
            return
        self._told = time.monotonic()
        with acting_as(self._principal, using=REGISTER):
            rows = Job.objects.using(REGISTER).filter(pk=self.id)
            rows.update(done=done, of=of)
            if rows.filter(cancel_wanted=True).exists():
                raise JobCancelledError


def run(job_id: uuid.UUID, office_id: uuid.UUID) -> None:
    """Whatever the work raises ends in the row, where its owner sees it; a job is never tried twice by itself."""
    platform = Principal(Kind.SYSTEM, office=office_id, keys=system_keys(office_id), reason="jobs")
    job = _claim(job_id, platform)
    if job is None:
        return
    try:
        principal = _who(job)
        with acting_as(principal):
            result = work_of(job.kind)(Run(job, principal))
            _end(job, Job.State.DONE, principal, result=result)
    except JobCancelledError:
        with acting_as(platform):
            _end(job, Job.State.CANCELLED, platform)
    except Exception as fault:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        with acting_as(platform):
            _end(job, Job.State.FAILED, platform, fault=_say(fault))


def _claim(job_id: uuid.UUID, platform: Principal) -> Job | None:
    with acting_as(platform):
        waiting = Job.objects.filter(pk=job_id, state=Job.State.WAITING)
        if not waiting.update(state=Job.State.RUNNING, started_at=timezone.now()):
            return None  # cancelled, or another worker has it
        return Job.objects.get(pk=job_id)


def _who(job: Job) -> Principal:
    if _principal_of is None:
        raise RuntimeError("the worker has not said how an account becomes a principal")
    if job.account_id is None:
        raise PermissionError(_("长任务没有提出人"))
    principal = _principal_of(job.account_id, job.post_id)
    if job.post_id not in principal.posts | principal.standing_in:
        raise PermissionError(_("提出人已不在原岗位"))
    return principal.at(job.for_post_id) if job.for_post_id else principal


def _say(fault: Exception) -> str:
    """A PermissionError or ValueError is written for people; others say nothing that a screen should show."""
    if isinstance(fault, PermissionError | ValueError) and str(fault):
        return str(fault)[:300]
    return _("办理中出错，已记入日志；请重试或联系管理员")


def _end(job: Job, state: Job.State, actor: Principal, *, result: Result | None = None, fault: str = "") -> None:
    Job.objects.filter(pk=job.pk).update(
        state=state,
        ended_at=timezone.now(),
        fault=fault,
        result_file_id=result.file_id if result else None,
        result_sha256=result.sha256 if result else "",
        result_name=result.name if result else "",
    )
    data = {"kind": job.kind, "state": str(state)} | ({"sha256": result.sha256} if result else {})
    job.refresh_from_db()
    tell_ended(job)
    record("job.end", actor, subject=("job", job.pk), office=job.office_id, readers=job.readers, data=data)
