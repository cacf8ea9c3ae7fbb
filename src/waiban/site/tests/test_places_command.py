"""`waiban places`, as an operator runs it."""

from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from waiban.core.places import calendar
from waiban.core.places.calendar import work_calendar
from waiban.core.places.models import City
from waiban.site.cli import main


@pytest.mark.usefixtures("real_database")
def test_a_year_is_announced_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "_read", lru_cache(maxsize=1)(calendar._read.__wrapped__))
    file = tmp_path / "2031.csv"
    file.write_text("day,kind,name\n2031-01-01,free,元旦\n", encoding="utf-8")
    assert main(["places", "announce", str(file), "--source", "通知"]) == 2
    assert "holiday or workday" in capsys.readouterr().err
    file.write_text("day,kind,name\n2031-01-01,holiday,元旦\n2031-01-04,workday,元旦\n", encoding="utf-8")
    assert main(["places", "announce", str(file), "--source", "通知"]) == 0
    assert not work_calendar().is_workday(date(2031, 1, 1))
    assert work_calendar().is_workday(date(2031, 1, 4))
    assert main(["places", "load"]) == 0
    assert City.objects.filter(place="DE").exists()
