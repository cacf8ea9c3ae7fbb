"""`bin/office-init`: an office that isn't open yet is opened by its workbook; a look leaves nothing behind."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from waiban.core.access.principals import acting_as
from waiban.core.casework.models import ProcessRelease
from waiban.core.offices.models import Office
from waiban.core.people.models import Account, Unit
from waiban.core.people.principals import principal_of
from waiban.domains.outbound.processes import RELEASED
from waiban.site import offices
from waiban.site.office_init import command
from waiban.site.office_init.sheets import SHEETS
from waiban.site.office_init.tests.filled import workbook

pytestmark = pytest.mark.django_db(databases=["default", "register"])

OFFICE = {
    "短名": "newtown", "全称": "新渡市人民政府外事办公室", "简称": "新外", "城市": "新渡市", "主任用户名": "xd-zhuren", "主任姓名": "闻人序",
}  # fmt: skip
UNITS = [{"全称": "新渡市教育局", "简称": "教育局", "单位性质": "政府部门"}]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "first.xlsx"
    path.write_bytes(workbook({"office": [OFFICE], "units": UNITS}))
    return path


def test_a_look_opens_no_office(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command._run(file, save=False) == 0
    assert "没有问题；加 --save 导入" in capsys.readouterr().out
    assert not Office.objects.filter(slug="newtown").exists()
    assert not Account.objects.filter(username="xd-zhuren").exists()


def test_saved_it_is_open_with_its_head_and_processes(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(command.PASSWORD, "long enough to be good 9")
    assert command._run(file, save=True) == 0
    office = Office.objects.get(slug="newtown")
    head = Account.objects.get(username="xd-zhuren")
    assert head.check_password("long enough to be good 9")
    with acting_as(principal_of(head.pk)):
        assert Unit.objects.filter(office=office, short_name="教育局").exists()
        assert set(ProcessRelease.objects.values_list("process", flat=True)) >= set(RELEASED)
    capsys.readouterr()
    assert command._run(file, save=True) == 0
    assert "单位：新建 0，改动 0，不变 1" in capsys.readouterr().out


def test_faults_are_named_and_the_exit_code_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(workbook({"office": [OFFICE], "units": [UNITS[0] | {"上级单位": "没有的局"}]}))
    assert command._run(path, save=True) == command.WRONG
    assert "单位，第 4 行，上级单位：没有“没有的局”这个单位" in capsys.readouterr().out
    assert not Office.objects.filter(slug="newtown").exists()


def test_a_marked_workbook_is_refused_at_the_door(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "marked.xlsx"
    path.write_bytes(workbook({"office": [OFFICE | {"全称": "机密★"}]}))
    assert command._run(path, save=True) == command.WRONG
    assert "密级标志" in capsys.readouterr().err


def test_the_empty_workbook_has_every_sheet(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    assert offices.main(["template", str(path)]) == 0
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        book = archive.read("xl/workbook.xml").decode()
    assert all(f'name="{sheet.title}"' in book for sheet in SHEETS)
