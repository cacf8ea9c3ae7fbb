"""The auditor verifies on screen: long work with a report, and what was touched stands in it."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from waiban.core.access.principals import acting_as
from waiban.core.audit.seal import seal_office
from waiban.core.files.blobs import read_blob
from waiban.core.jobs import run as runner
from waiban.core.jobs.models import Job
from waiban.core.people.personas import People, build_people
from waiban.core.people.principals import principal_of, system

pytestmark = pytest.mark.real_database


@pytest.fixture
def people(real_database: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> People:
    settings.WAIBAN_KEYS = tmp_path / "keys"
    monkeypatch.setattr(runner, "_principal_of", principal_of)
    made = build_people()
    with acting_as(system(made.office.pk, "seal")):
        seal_office(made.office.pk)
    return made


def report_of(people: People) -> str:
    answer = people.client("auditor").post("/register/verify/")
    assert answer.status_code == 302
    with people.as_("auditor"):
        job = Job.objects.latest("asked_at")
    runner.run(job.pk, people.office.pk)
    page = people.client("auditor").get(answer["Location"]).content.decode()
    assert "已完成" in page
    with people.as_("auditor"):
        job.refresh_from_db()
        return read_blob(job.result_sha256).decode("utf-8-sig")


def test_a_whole_register(people: People) -> None:
    assert "完整，没有发现改动" in report_of(people)


def test_a_touched_register(people: People, real_database: Any) -> None:
    from waiban.site import postgres

    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(real_database.url(postgres.SUPERUSER, name), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_seal WHERE number = 7)")
    report = report_of(people)
    assert "第 7 条：被删" in report
    assert "完整" not in report


def test_others_may_not(people: People) -> None:
    assert people.client("desk_officer").post("/register/verify/").status_code == 403
