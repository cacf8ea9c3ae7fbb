"""Long work on the real queue: it runs as its post, after commit, tells how far it is, and can be stopped."""

import uuid
from typing import Any

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django import app

from waiban.core.access.keys import reader_key, readers, system_keys
from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import Kind, Principal, acting_as
from waiban.core.audit.models import Event
from waiban.core.files.actions.keep import keep
from waiban.core.jobs import registry
from waiban.core.jobs import run as runner
from waiban.core.jobs.actions.cancel import cancel
from waiban.core.jobs.actions.start import start
from waiban.core.jobs.models import Job
from waiban.core.jobs.registry import Result
from waiban.core.jobs.run import Run
from waiban.core.notify.queries import unread
from waiban.core.offices.models import Office
from waiban.core.people.models import Unit

pytestmark = pytest.mark.real_database

ACCOUNT, POST = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def office(real_database: Any) -> Office:
    return Office.objects.create(
        slug="yt", name="云汀市外办", name_en="Yunting", short_name="云外", city="云汀市", city_en="Yunting",
        law_path="cn/nation",
    )  # fmt: skip


@pytest.fixture
def asker(office: Office, monkeypatch: pytest.MonkeyPatch) -> Principal:
    keys = tuple(
        sorted({reader_key(office.pk, ReaderKey.Kind.POST, POST), reader_key(office.pk, ReaderKey.Kind.STAFF)})
    )
    principal = Principal(
        Kind.ACCOUNT, account=ACCOUNT, post=POST, office=office.pk, keys=keys, posts=frozenset({POST})
    )
    monkeypatch.setattr(runner, "_principal_of", lambda _account, _post: principal)
    monkeypatch.setattr(registry, "_work", {})
    return principal


def platform(office: Office) -> Principal:
    return Principal(Kind.SYSTEM, office=office.pk, keys=system_keys(office.pk), reason="test")


def work_off() -> None:
    """What `waiban worker` does, until the queue is empty."""
    worker = app.connector.get_worker_connector()
    with app.replace_connector(worker):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def job(asker: Principal, pk: uuid.UUID) -> Job:
    with acting_as(asker):
        return Job.objects.get(pk=pk)


def test_a_job_runs_as_its_post_and_leaves_a_file_a_notice_and_events(office: Office, asker: Principal) -> None:
    with acting_as(platform(office)):
        for name, staff in (("市商务局", True), ("别的单位", False)):
            Unit.objects.create(
                office=office, name=name, short_name=name, kind="government", readers=readers(office.pk, staff=staff)
            )
    seen: list[str] = []

    def work(run: Run) -> Result:
        seen.extend(Unit.objects.values_list("name", flat=True))
        run.progress(1, 1)
        made = keep(
            "单位\n".encode(), name="单位.csv", content_type="text/csv", office_id=run.office_id, readers=run.readers
        )
        return Result(made.pk, made.sha256, made.name)

    registry.register("test.units", work)
    with acting_as(asker):
        asked = start("test.units", title="导出单位", office_id=office.pk, params={"kind": "government"})
    assert seen == []
    work_off()
    assert seen == ["市商务局"], "the other unit's row shows itself to nobody but the platform"
    ended = job(asker, asked.pk)
    assert (ended.state, ended.done, ended.of) == (Job.State.DONE, 1, 1)
    assert len(ended.result_sha256) == 64
    with acting_as(asker):
        assert [told.text for told in unread()] == ["导出单位：已完成"]
    with acting_as(platform(office)):
        names = list(Event.objects.filter(subject_id=asked.pk).order_by("id").values_list("name", flat=True))
    assert names == ["job.start", "job.end"]


def test_a_job_that_was_asked_for_in_a_lost_transaction_never_runs(office: Office, asker: Principal) -> None:
    ran: list[int] = []
    registry.register("test.lost", lambda _run: ran.append(1))  # type: ignore[arg-type,func-returns-value]
    with acting_as(asker):
        start("test.lost", title="x", office_id=office.pk)
        transaction.set_rollback(True)
    work_off()
    assert ran == []


def test_work_that_fails_leaves_nothing_but_the_fault(office: Office, asker: Principal) -> None:
    def work(run: Run) -> None:
        keep(b"half", name="half.csv", content_type="text/csv", office_id=run.office_id, readers=run.readers)
        raise RuntimeError("secret detail of the machine")

    registry.register("test.fails", work)
    with acting_as(asker):
        asked = start("test.fails", title="x", office_id=office.pk)
    work_off()
    ended = job(asker, asked.pk)
    assert ended.state == Job.State.FAILED
    assert "secret" not in ended.fault
    from waiban.core.files.models import StoredFile

    with acting_as(asker):
        assert not StoredFile.objects.exists()


def test_progress_is_seen_while_the_work_is_not_and_a_cancel_stops_it(office: Office, asker: Principal) -> None:
    seen: list[tuple[int, int]] = []

    def work(run: Run) -> None:
        run.progress(3, 10)
        with connections["register"].cursor() as cursor, acting_as(asker, using="register"):
            cursor.execute("SELECT done, of FROM jobs_job")
            seen.append(cursor.fetchone() or (0, 0))
        with acting_as(asker, using="register"):
            Job.objects.using("register").update(cancel_wanted=True)
        run.progress(10, 10)
        raise AssertionError("not reached")

    registry.register("test.cancelled", work)
    with acting_as(asker):
        asked = start("test.cancelled", title="x", office_id=office.pk)
    work_off()
    assert seen == [(3, 10)]
    assert job(asker, asked.pk).state == Job.State.CANCELLED


def test_a_job_cancelled_before_it_begins_never_begins(office: Office, asker: Principal) -> None:
    ran: list[int] = []
    registry.register("test.early", lambda _run: ran.append(1))  # type: ignore[arg-type,func-returns-value]
    with acting_as(asker):
        asked = start("test.early", title="x", office_id=office.pk)
    with acting_as(asker):
        cancel(asked.pk)
    work_off()
    assert ran == []
    assert job(asker, asked.pk).state == Job.State.CANCELLED


def test_who_left_the_post_gets_nothing(office: Office, asker: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    registry.register("test.left", lambda _run: ran.append(1))  # type: ignore[arg-type,func-returns-value]
    with acting_as(asker):
        asked = start("test.left", title="x", office_id=office.pk)
    monkeypatch.setattr(runner, "_principal_of", lambda account, _post: Principal(Kind.ACCOUNT, account=account))
    work_off()
    assert ran == []
    ended = job(asker, asked.pk)
    assert ended.state == Job.State.FAILED
    assert ended.fault == "提出人已不在原岗位"


def test_a_task_put_into_the_queue_by_hand_does_nothing_without_its_row(office: Office, asker: Principal) -> None:
    from waiban.core.jobs.tasks import run_one

    run_one.defer(job=str(uuid.uuid4()), office=str(office.pk))
    work_off()
    with acting_as(platform(office)):
        assert not Event.objects.filter(name="job.end").exists()


def test_a_stranger_sees_no_job(office: Office, asker: Principal) -> None:
    registry.register("test.unseen", lambda _run: None)
    with acting_as(asker):
        start("test.unseen", title="x", office_id=office.pk)
    with acting_as(Principal(Kind.ACCOUNT, keys=(999_999,))):
        assert not Job.objects.exists()
