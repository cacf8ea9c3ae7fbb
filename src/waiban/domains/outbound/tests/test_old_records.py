"""Years of old trips from a spreadsheet: preview, all or the good trips, corrections, and taking back."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse

from waiban.core.audit.models import Event
from waiban.core.files.blobs import place_of
from waiban.core.files.models import StoredFile
from waiban.core.jobs.models import Job
from waiban.core.offices.errors import NotAllowedError
from waiban.core.people.models import Traveller
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.create_draft import create_draft
from waiban.domains.outbound.actions.import_trips import drop_old_records, save_old_records, undo_old_records
from waiban.domains.outbound.check import check
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import ImportBatch, ImportedRow, Trip, TripMember
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.tests.old_records import do, identity_number, previewed, row, saved, upload, workbook

pytestmark = pytest.mark.django_db(databases=["default", "register"])

TWO_TRIPS = [row("A1", 1, "甲一", 团内职务="团长"), row("A1", 2, "甲二"), row("B2", 3, "乙三")]


def test_the_preview_saves_nothing_and_says_what_would_come(people: People) -> None:
    batch = previewed(people, TWO_TRIPS)
    assert batch.state == "checked"
    assert (batch.counts["trips"], batch.counts["new"], batch.counts["people"]) == (2, 3, 3)
    assert batch.problems == []
    with people.as_("desk_officer"):
        assert not Trip.objects.filter(imported=True).exists()


def test_saved_trips_are_history_and_no_desks_work(people: People) -> None:
    batch = saved(people, TWO_TRIPS)
    with people.as_("desk_officer"):
        trip = Trip.objects.get(import_key="A1")
        assert (trip.state, trip.imported, trip.outside_number, trip.case_id) == ("closed", True, "A1", None)
        assert trip.countries == ["JP", "KR"]
        assert trip.dossier["approval"] == {"number": "A1"}
        assert "purpose" not in trip.dossier
        members = TripMember.objects.filter(trip=trip)
        assert {member.counts for member in members} == {True}
        assert trip.readers == members[0].readers
        traveller = Traveller.objects.get(name="甲一")
        assert traveller.identity_masked.endswith(identity_number(1)[-4:])
        assert identity_number(1).encode() not in bytes(traveller.identity_number or b"")
    with people.as_("designated_officer"):
        assert Trip.objects.filter(import_key="A1").exists()
    with people.as_("outsider"):
        assert not Trip.objects.filter(imported=True).exists()
        assert not Traveller.objects.filter(name="甲一").exists()
    with people.as_("auditor"):
        assert Event.objects.filter(name="trip.import").count() == 2
    assert batch.file_id is None
    assert len(batch.sha256) == 64


def test_the_workbook_is_erased_once_it_is_saved(people: People) -> None:
    batch = previewed(people, TWO_TRIPS)
    place = place_of(batch.sha256)
    assert default_storage.exists(place)
    with people.as_("desk_officer"):
        job = save_old_records(batch.pk)
    do(people, job.pk)
    assert not default_storage.exists(place)
    with people.as_("desk_officer"):
        assert not StoredFile.objects.filter(kind="old_records").exists()


def test_a_bad_row_holds_back_its_whole_trip(people: People) -> None:
    rows = [*TWO_TRIPS, row("B2", 4, "乙四", 离境日期="去年春天")]
    batch = previewed(people, rows)
    assert batch.problems == [[5, "离境日期", "写日期，如 2019-03-02"]]
    with people.as_("desk_officer"), pytest.raises(CannotError, match="1 行有问题"):
        save_old_records(batch.pk)
    with people.as_("desk_officer"):
        job = save_old_records(batch.pk, good_only=True)
    do(people, job.pk)
    with people.as_("desk_officer"):
        assert list(Trip.objects.filter(imported=True).values_list("import_key", flat=True)) == ["A1"]
        assert not Traveller.objects.filter(name__startswith="乙").exists()


@pytest.mark.parametrize(
    ("more", "column", "said"),
    [
        ({"出访国家": "某国"}, "出访国家", "不认识的国家或地区：某国"),
        ({"身份证号": "990000190001010011"}, "身份证号", "末位校验不对"),
        ({"身份证号": 990000190001010011}, "身份证号", "文本格式"),
        ({"入境日期": "2019-03-01"}, "入境日期", "不早于离境日期"),
        ({"入境日期": "2119-03-01", "离境日期": "2119-02-27"}, "入境日期", "只导入已经返回的团组"),
        ({"组团单位": "没有的局"}, "组团单位", "没有的局"),
        ({"姓名": ""}, "姓名", "待填"),
        ({"级别": "大官"}, "级别", "写其中一个"),
        ({"经费": "很多"}, "经费", "写金额"),
        ({"团组名称": "别的名称"}, "团组名称", "请和第 2 行一致"),
        ({"身份证号": identity_number(1)}, "姓名", "别的姓名"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(people: People, more: dict[str, str], column: str, said: str) -> None:
    batch = previewed(people, [TWO_TRIPS[0], row("A1", 2, "甲二", **more)])
    assert [(found[0], found[1]) for found in batch.problems if said in found[2]][:1] == [(3, column)]


def test_the_same_file_again_changes_nothing(people: People) -> None:
    saved(people, TWO_TRIPS)
    batch = previewed(people, TWO_TRIPS)
    assert (batch.counts["same"], batch.counts["new"], batch.counts["changed"]) == (3, 0, 0)
    with people.as_("desk_officer"), pytest.raises(CannotError, match="没有可导入的团组"):
        save_old_records(batch.pk)


def test_a_corrected_file_changes_only_what_changed_and_can_be_taken_back(people: People) -> None:
    first = saved(people, TWO_TRIPS)
    with people.as_("desk_officer"):
        before = {trip.import_key: (trip.pk, trip.number, trip.revision) for trip in Trip.objects.filter(imported=True)}
    corrected = [TWO_TRIPS[0], row("A1", 2, "甲二", 职务="副科长"), TWO_TRIPS[2]]
    batch = previewed(people, corrected)
    assert batch.changes == [{"row": 3, "field": "post", "old": "科长", "new": "副科长"}]
    with people.as_("desk_officer"):
        job = save_old_records(batch.pk)
    do(people, job.pk)
    with people.as_("desk_officer"):
        after = {trip.import_key: (trip.pk, trip.number, trip.revision) for trip in Trip.objects.filter(imported=True)}
        assert after["B2"] == before["B2"]
        assert after["A1"][:2] == before["A1"][:2]
        assert [member["post"] for member in Trip.objects.get(import_key="A1").dossier["members"]] == ["科长", "副科长"]
        with pytest.raises(CannotError, match="后面的批次"):
            undo_old_records(first.pk)
        job = undo_old_records(batch.pk)
    do(people, job.pk)
    with people.as_("desk_officer"):
        assert {member["post"] for member in Trip.objects.get(import_key="A1").dossier["members"]} == {"科长"}
        job = undo_old_records(first.pk)
    do(people, job.pk)
    with people.as_("desk_officer"):
        assert not Trip.objects.filter(imported=True).exists()
        assert not ImportedRow.objects.exists()
        assert not Traveller.objects.filter(name="甲一").exists()
        assert ImportBatch.objects.get(pk=first.pk).state == "undone"


def test_a_batch_on_which_something_stands_is_not_taken_back(people: People) -> None:
    world.ready(people)
    batch = saved(people, TWO_TRIPS)
    with people.as_("desk_officer"):
        traveller = Traveller.objects.get(name="甲一")
    content = world.dossier(people)
    content["members"][1]["id"] = str(traveller.pk)
    with people.as_("designated_officer"):
        create_draft(people.city.units["unit"], content)
    with people.as_("desk_officer"):
        job = undo_old_records(batch.pk)
    do(people, job.pk)
    with people.as_("desk_officer"):
        assert not Trip.objects.filter(imported=True).exists()
        assert Traveller.objects.filter(name="甲一").exists()  # somebody else needs the person
        assert not Traveller.objects.filter(name="甲二").exists()


def test_history_rules_read_them(people: People) -> None:
    """The unit sent somebody to Japan forty days ago: the old record is found, and what it doesn't say isn't guessed."""
    world.ready(people)
    trip = world.draft(people)
    day = world.today() - timedelta(days=40)
    old = row(
        "C3",
        5,
        "唐一苇",
        离境日期=day.isoformat(),
        入境日期=(day + timedelta(days=4)).isoformat(),
        身份证号="",
        出访国家="日本",
    )
    before = _same_country(people, trip)
    saved(people, [old])
    assert before != _same_country(people, trip) == {"not_stated"}


def _same_country(people: People, trip: Trip) -> set[str]:
    with people.as_("designated_officer"):
        found = check(Trip.objects.select_related("unit", "office").get(pk=trip.pk)).all_findings
        return {one.answer for one in found if one.rule == "same_country_repeat_six_months"}


def test_who_may(people: People) -> None:
    for who in ("designated_officer", "city_leader", "section_head"):
        with pytest.raises(NotAllowedError):
            upload(people, TWO_TRIPS, who)
    assert upload(people, TWO_TRIPS, "office_head").number == 1


def test_dropped_it_is_gone(people: People) -> None:
    batch = upload(people, TWO_TRIPS)
    with people.as_("desk_officer"), TestCase.captureOnCommitCallbacks(execute=True):
        dropped = drop_old_records(batch.pk)
        assert (dropped.state, dropped.file) == ("dropped", None)
    assert not default_storage.exists(place_of(batch.sha256))


def test_the_job_says_what_stopped_it(people: People) -> None:
    batch = previewed(people, TWO_TRIPS)
    with people.as_("desk_officer"):
        job = save_old_records(batch.pk)
        ImportBatch.objects.filter(pk=batch.pk).update(columns={"name": "姓名"})
    do(people, job.pk)
    with people.as_("desk_officer"):
        assert Job.objects.get(pk=job.pk).state == "failed"
        assert not Trip.objects.filter(imported=True).exists()


def test_on_screen_from_upload_to_taking_back(people: People) -> None:
    client = people.client("desk_officer")
    bad = workbook([*TWO_TRIPS, row("B2", 4, "乙四", 离境日期="去年春天")])
    answer = client.post("/trips/old/", {"workbook": SimpleUploadedFile("台账.xlsx", bad)})
    here = answer["Location"]
    assert "列的对应" in client.get(here).content.decode()
    with people.as_("desk_officer"):
        columns = {f"column-{code}": heading for code, heading in ImportBatch.objects.get().columns.items()}
    client.post(here, {"act": "check", "sheet": "台账", **columns})
    _finish(people)
    page = client.get(here).content.decode()
    assert "写日期，如 2019-03-02" in page
    assert "只导入无误的团组" in page
    client.post(here, {"act": "good"})
    _finish(people)
    page = client.get(here).content.decode()
    assert "已导入" in page
    assert "撤销这一批" in page
    with people.as_("desk_officer"):
        trip = Trip.objects.get(import_key="A1")
    record = client.get(f"/trips/{trip.pk}/old/").content.decode()
    assert "甲一" in record
    assert "未说明" in record
    assert client.get(reverse("outbound:case", args=[trip.pk]))["Location"] == f"/trips/{trip.pk}/old/"
    listed = client.get("/trips/").content.decode()
    assert "A1团" in listed
    client.post(here, {"act": "undo"})
    _finish(people)
    assert "已撤销" in client.get(here).content.decode()
    assert "台账.xlsx" in client.get("/trips/old/?state=undone").content.decode()
    assert people.client("designated_officer").get(here).status_code == 403


def _finish(people: People) -> None:
    with people.as_("desk_officer"):
        job_id = ImportBatch.objects.get().job_id
    assert job_id is not None
    do(people, job_id)
