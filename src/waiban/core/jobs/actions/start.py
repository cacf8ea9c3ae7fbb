"""Ask for long work. It begins after the transaction of the asking has committed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.jobs.models import Job
from waiban.core.jobs.registry import work_of
from waiban.core.jobs.tasks import run_one


@transaction.atomic
def start(kind: str, *, title: str, office_id: UUID, params: Mapping[str, Any] | None = None) -> Job:
    """The caller's action has asked whether it may be done; the work itself sees only what its post sees.

    `params` hold ids and filters, never names or texts of cases. Raises KeyError for an unknown kind.
    """
    work_of(kind)
    principal = current_principal()
    posts = tuple(post for post in (principal.post, principal.for_post) if post)
    job = Job.objects.create(
        office_id=office_id,
        kind=kind,
        title=title,
        params=dict(params or {}),
        account_id=principal.account,
        post_id=principal.post,
        for_post_id=principal.for_post,
        readers=readers(office_id, posts=posts),
    )
    record(
        "job.start", principal, subject=("job", job.pk), office=office_id, readers=job.readers,
        data={"kind": kind, "params": job.params},
    )  # fmt: skip
    run_one.defer(job=str(job.pk), office=str(office_id))
    return job
