"""`waiban worker`: carries notices out, seals the register, keeps clocks, runs long work. Any number may run.

Two threads: the queue's own worker, which wakes when a job is put in, and the rounds below.
"""

import argparse
import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

log = logging.getLogger("waiban.worker")

SOON = timedelta(seconds=3)
HOURLY = timedelta(hours=1)
DAILY = timedelta(days=1)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="waiban worker", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="one round of everything and what the queue holds, then end"
    )
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    import django

    django.setup()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    from waiban.core.access.refuse import refuse_unsafe_database
    from waiban.core.jobs.run import use_principals
    from waiban.core.people.principals import principal_of

    refuse_unsafe_database()
    use_principals(principal_of)
    rounds = Rounds()
    if options.once:
        rounds.turn()
        work_queue_off()
        return 0
    stop = threading.Event()
    thread = threading.Thread(target=rounds.keep_turning, args=[stop], name="rounds", daemon=True)
    thread.start()
    try:
        run_queue()
    finally:
        stop.set()
        thread.join(timeout=10)
    return 0


def run_queue() -> None:
    """Until SIGINT or SIGTERM: the job at hand is finished first."""
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(name="waiban", concurrency=1)


def work_queue_off() -> None:
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


class Rounds:
    """What is done again and again, each at its own pace; a fault in one is logged and hinders no other."""

    def __init__(self) -> None:
        self._due: dict[Callable[[], object], float] = {}
        self._rounds: tuple[tuple[timedelta, Callable[[], object]], ...] = (
            (SOON, deliver),
            (SOON, push),
            (SOON, seal),
            (HOURLY, keep_clocks),
            (HOURLY, keep_debts),
            (DAILY, keep_people),
            (DAILY, open_reviews),
            (DAILY, seal_whole),
            (DAILY, measure),
            (DAILY, sweep),
        )

    def turn(self) -> None:
        for pace, act in self._rounds:
            now = time.monotonic()
            if self._due.get(act, 0.0) > now:
                continue
            self._due[act] = now + pace.total_seconds()
            try:
                act()
            except Exception:
                log.exception("%s failed", act.__name__)
                from django.db import connections

                connections.close_all()  # the database may have restarted; the next turn connects anew

    def keep_turning(self, stop: threading.Event) -> None:
        while not stop.wait(1):
            self.turn()


def deliver() -> None:
    from waiban.core.notify.deliver import Address, deliver_due
    from waiban.core.offices.models import Office
    from waiban.core.offices.queries import today
    from waiban.core.people.models import Post
    from waiban.core.people.queries import people_at

    offices = {office.pk: office for office in Office.objects.all()}

    def addresses_of(post: uuid.UUID) -> list[Address]:
        office = Post.objects.values_list("office_id", flat=True).get(pk=post)
        return [Address(one.email, one.language) for one in people_at([post], today(offices[office]))]

    deliver_due(addresses_of)


def push() -> None:
    """What other systems are to hear."""
    from waiban.core.notify.webhooks import deliver_hooks
    from waiban.core.people.actions.allow_webhook import secret_of

    deliver_hooks(secret_of)


def seal() -> None:
    from waiban.site.register import seal_everything

    seal_everything()


def seal_whole() -> None:
    from waiban.site.register import seal_everything

    seal_everything(whole=True)


def keep_clocks() -> None:
    """Timers of cases, and jobs whose worker died."""
    from waiban.core.access.principals import acting_as
    from waiban.core.casework.actions.fire_timers import fire_timers
    from waiban.core.jobs.recover import end_abandoned
    from waiban.core.offices.models import Office
    from waiban.core.people.principals import system

    for office in Office.objects.all():
        with acting_as(system(office.pk, "clocks")):
            fire_timers()
        end_abandoned(office.pk)


def keep_debts() -> None:
    """Documents that ran out, what is owed after trips and who is reminded: once a day and office, whoever runs it."""
    from waiban.core.offices.models import Office
    from waiban.core.offices.queries import today
    from waiban.domains.outbound.reminding import nightly

    for office in Office.objects.all():
        nightly(office, today(office))


def measure() -> None:
    """How long each step takes in each office."""
    from waiban.core.access.principals import acting_as
    from waiban.core.casework.actions.measure_steps import measure_steps
    from waiban.core.offices.models import Office
    from waiban.core.people.principals import system

    for office in Office.objects.all():
        with acting_as(system(office.pk, "step times")):
            measure_steps()


def keep_people() -> None:
    """Personal data whose time is over goes; posts that no longer need to see a traveller don't."""
    from waiban.core.access.principals import acting_as
    from waiban.core.offices.models import Office
    from waiban.core.offices.queries import today
    from waiban.core.people.actions.keep_travellers import keep_travellers
    from waiban.core.people.principals import system
    from waiban.domains.outbound.cards import empty_old

    for office in Office.objects.all():
        with acting_as(system(office.pk, "personal data")):
            keep_travellers(office, today(office))
            empty_old(today(office))


def open_reviews() -> None:
    """Promises whose day has come, to their owners' inboxes."""
    from waiban.core.offices.models import Office
    from waiban.core.offices.queries import today
    from waiban.domains.partners.actions.open_review import open_due_reviews

    for office in Office.objects.all():
        open_due_reviews(office.pk, today(office))


def sweep() -> None:
    from waiban.core.files.blobs import sweep_orphans

    sweep_orphans()


if __name__ == "__main__":
    sys.exit(main())
