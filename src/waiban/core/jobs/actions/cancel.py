"""Stop long work: at once when it hasn't begun, else at its next step."""

import uuid

from django.db import transaction
from django.utils import timezone

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.jobs.models import Job


@transaction.atomic
def cancel(job_id: uuid.UUID) -> Job:
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.ended_at is not None or job.cancel_wanted:
        return job
    job.cancel_wanted = True
    if job.state == Job.State.WAITING:
        job.state = Job.State.CANCELLED
        job.ended_at = timezone.now()
    job.save(update_fields=["cancel_wanted", "state", "ended_at"])
    record(
        "job.cancel", current_principal(), subject=("job", job.pk), office=job.office_id, readers=job.readers,
        data={"kind": job.kind},
    )  # fmt: skip
    return job
