"""One round of `waiban worker`, as it runs in production: notices leave, the register is sealed, jobs are done."""

import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import default_storage

from waiban.core.access.principals import acting_as
from waiban.core.audit.verify import verify_office
from waiban.core.files import blobs
from waiban.core.jobs import registry
from waiban.core.jobs.actions.start import start
from waiban.core.jobs.models import Job
from waiban.core.notify import outbox
from waiban.core.notify.outbox import enqueue
from waiban.core.people.personas import People, build_people
from waiban.core.people.principals import system
from waiban.site import worker

pytestmark = pytest.mark.real_database


@pytest.fixture
def people(real_database: Any) -> People:
    return build_people()


def test_one_round(people: People, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.WAIBAN_KEYS = tmp_path / "keys"
    at_once = {"notify.mail": True, "notify.channels": "", "notify.digest_minutes": 0}
    monkeypatch.setattr(outbox, "setting", lambda _office, key: at_once[key])
    seen: list[str] = []
    monkeypatch.setattr(registry, "_work", {"test.round": lambda run: seen.append(run.params["what"])})
    head = people.city.accounts["unit_head"]
    head.email = "head@chengjiang.example"
    head.save(update_fields=["email"])
    with people.as_("designated_officer"):
        job = start("test.round", title="导出", office_id=people.office.pk, params={"what": "units"})
        enqueue(
            "case.work", office=people.office.pk, to_posts=[people.city.posts["unit_head"].pk], thread=uuid.uuid4(),
            data={"verb": "单位审批", "title": "赴日本经贸洽谈"},
        )  # fmt: skip

    assert worker.main(["--once"]) == 0

    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["head@chengjiang.example"], "单位审批：赴日本经贸洽谈")
    ]
    assert seen == ["units"]
    with people.as_("designated_officer"):
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    with acting_as(system(people.office.pk, "test")):
        report = verify_office(people.office.pk)
    assert report.count > 50
    assert report.problems == []
    # The job ended after the round had sealed; the next round takes it along.
    assert report.unsealed <= 1


def test_a_fault_in_one_round_hinders_no_other(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def broken() -> None:
        raise RuntimeError("the post office is closed")

    rounds = worker.Rounds()
    rounds._rounds = ((worker.SOON, broken), (worker.SOON, lambda: done.append("sealed")))
    rounds.turn()
    rounds.turn()
    assert done == ["sealed"], "the second turn comes too soon for either"


def test_bytes_that_nobody_speaks_of_are_kept_for_a_day(people: People) -> None:
    with acting_as(system(people.office.pk, "test")):
        digest = blobs.store_blob(b"an upload whose transaction was lost")
    worker.sweep()
    assert default_storage.exists(blobs.place_of(digest))
