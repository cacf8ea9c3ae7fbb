"""How far a job is, as a fragment that asks again by itself until the job has ended."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from waiban.core.access.routes import SIGNED_IN, open_to
from waiban.core.jobs.actions.cancel import cancel
from waiban.core.jobs.models import Job


@open_to(SIGNED_IN)
@require_safe
def progress(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise Http404
    return _show(request, job)


@open_to(SIGNED_IN)
@require_POST
def cancel_one(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    if not Job.objects.filter(pk=job_id).exists():
        raise Http404
    return _show(request, cancel(job_id))


def _show(request: HttpRequest, job: Job) -> HttpResponse:
    fragment = bool(request.headers.get("HX-Request"))
    context = {"job": job, "running": job.ended_at is None, "of": max(job.of, 1)}
    return render(request, "jobs/progress.html" if fragment else "jobs/page.html", context)
