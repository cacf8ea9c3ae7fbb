"""The one task that the queue knows. It carries ids alone; everything else is in the Job row, under row security."""

import uuid

from django.db import connections
from procrastinate.contrib.django import app


@app.task(name="waiban.run_one", queue="jobs")  # type: ignore[untyped-decorator,unused-ignore]
def run_one(job: str, office: str) -> None:
    from waiban.core.jobs.run import run

    try:
        run(uuid.UUID(job), uuid.UUID(office))
    finally:
        connections.close_all()  # the queue's threads come and go; a connection kept for a thread would stay behind
