"""Ring the bell of whoever asked for long work that has ended."""

from django.urls import reverse

from waiban.core.jobs.models import Job
from waiban.core.notify.outbox import enqueue

DONE = "job.done"
NOT_DONE = "job.not_done"


def tell_asker(job: Job) -> None:
    """Cancelled work tells nobody: who cancelled it knows."""
    if job.post_id is None or job.state == Job.State.CANCELLED:
        return
    event = DONE if job.state == Job.State.DONE else NOT_DONE
    url = reverse("jobs:progress", args=[job.pk])
    enqueue(event, office=job.office_id, to_posts=[job.post_id], thread=job.pk, data={"title": job.title}, url=url)
