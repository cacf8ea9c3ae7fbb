"""The inspector's file: whole without a database, any change in it is found, names only with a reason on record."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from waiban.core.audit.bundle import verify_bundle
from waiban.core.audit.models import Event
from waiban.core.casework.actions.decide import decide
from waiban.core.files.blobs import read_blob
from waiban.core.jobs.actions.start import start
from waiban.core.jobs.models import Job
from waiban.core.jobs.run import run, use_principals
from waiban.core.people.personas import People
from waiban.core.people.principals import principal_of
from waiban.domains.outbound.inspecting import KIND
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world
from waiban.site import register

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    found = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(found, "approve").pk, "agree", opinion="同意。")
    return found


def exported(people: People, trip: Trip, reason: str = "") -> bytes:
    use_principals(principal_of)
    with people.as_("auditor"):
        job = start(KIND, title="检查导出", office_id=people.office.pk, params={"trip": str(trip.pk), "reason": reason})
    run(job.pk, people.office.pk)
    with people.as_("auditor"):
        done = Job.objects.get(pk=job.pk)
        assert done.state == Job.State.DONE, done.fault
        return read_blob(done.result_sha256)


def changed(data: bytes, name: str, content: bytes | None) -> bytes:
    """The same ZIP with one file changed, taken out (None), or put in."""
    out, old = io.BytesIO(), zipfile.ZipFile(io.BytesIO(data))
    with zipfile.ZipFile(out, "w") as archive:
        for one in old.namelist():
            if one != name:
                archive.writestr(one, old.read(one))
        if content is not None:
            archive.writestr(name, content)
    return out.getvalue()


def test_it_holds_the_case_and_verifies_without_a_database(people: People, trip: Trip, tmp_path: Path) -> None:
    data = exported(people, trip)
    manifest, _key, problems = verify_bundle(data)
    assert problems == []
    assert manifest["masked"] is True
    archive = zipfile.ZipFile(io.BytesIO(data))
    case = json.loads(archive.read("case.json"))
    approve = next(row for row in case["decisions"] if row["step"] == "approve")
    assert approve["known"]["law_sha256"] or approve["known"]
    assert {"rule", "answer", "post"} <= set(case["vouched"][0])
    assert any(name.startswith("versions/") for name in archive.namelist())
    assert any(name.startswith("files/") for name in archive.namelist())
    assert len(archive.read("events.jsonl").splitlines()) > 8
    path = tmp_path / "case.zip"
    path.write_bytes(data)
    assert register.main(["verify", str(path)]) == register.SOUND


@pytest.mark.parametrize("name", ["case.json", "events.jsonl", "people.json"])
def test_a_changed_a_missing_and_an_added_file_are_found(people: People, trip: Trip, name: str, tmp_path: Path) -> None:
    data = exported(people, trip)
    for planted in (changed(data, name, b"{}"), changed(data, name, None), changed(data, "extra.txt", b"x")):
        _manifest, _key, problems = verify_bundle(planted)
        assert problems
        path = tmp_path / "case.zip"
        path.write_bytes(planted)
        assert register.main(["verify", str(path)]) == register.FAULTY


def test_a_manifest_that_somebody_rewrote_is_forged(people: People, trip: Trip) -> None:
    data = exported(people, trip)
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("manifest.json"))
    manifest["reason"] = "另写"
    _manifest, _key, problems = verify_bundle(changed(data, "manifest.json", json.dumps(manifest).encode()))
    assert [one.kind for one in problems] == ["forged"]


def test_names_are_masked_unless_a_reason_is_on_record(people: People, trip: Trip) -> None:
    name = people.city.travellers["leader"].name
    masked = zipfile.ZipFile(io.BytesIO(exported(people, trip))).read("people.json").decode()
    assert name not in masked
    assert name[:1] in masked
    whole = zipfile.ZipFile(io.BytesIO(exported(people, trip, "巡察组调阅"))).read("people.json").decode()
    assert name in whole
    with people.as_("auditor"):
        reasons = [event.data["reason"] for event in Event.objects.filter(name=KIND)]
        assert sorted(reasons) == ["", "巡察组调阅"]


def test_only_auditors_and_inspectors_ask(people: People, trip: Trip) -> None:
    address = f"/trips/{trip.pk}/inspection/"
    assert people.client("desk_officer").get(address).status_code == 403
    assert people.client("auditor").get(address).status_code == 200
    assert people.client("auditor").post(address, {"whole": "yes"}).status_code == 422


def test_another_zip_is_no_case(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(ValueError, match="not an exported case"):
        verify_bundle(out.getvalue())
