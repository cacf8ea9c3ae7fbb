"""The command line at its door: exit codes, what it prints, what it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from waiban.dossiers.load import trip_schema
from waiban.dossiers.patch import apply_edits
from waiban.site.cli import main

if TYPE_CHECKING:
    from pathlib import Path

TOO_LONG: dict[str, Any] = {
    "schema": "waiban/trip/1",
    "organising": "own",
    "submitted": "2024-02-01",
    "depart": "2024-05-13",
    "return": "2024-05-20",
    "members": [{"id": "M1", "category": "official", "status": "serving"}],
    "stops": [{"country": "JP", "leave": "2024-05-20"}],
}
KEYS = {
    "rule",
    "level",
    "stage",
    "answer",
    "facts",
    "items",
    "text_zh",
    "text_en",
    "citation",
    "remedy",
    "remedy_zh",
    "remedy_en",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    made = {
        "long.json": json.dumps(TOO_LONG),
        "fine.json": json.dumps(TOO_LONG | {"return": "2024-05-17", "stops": [{"country": "JP"}]}),
        "norway.yaml": "schema: waiban/trip/1\ndepart: 2024-05-13\nreturn: 2024-05-17\n"
        'members: [{id: "1"}]\nstops: [{country: NO}]\n',
        "broken.json": json.dumps(TOO_LONG | {"depart": "2024-02-30"}),
    }
    for name, text in made.items():
        (tmp_path / name).write_text(text, "utf-8")
    return {name: str(tmp_path / name) for name in made}


def read(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_exit_codes_and_a_broken_file_stops_no_other(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", files["fine.json"], files["norway.yaml"], "--json"]) == 0
    capsys.readouterr()
    assert main(["check", files["fine.json"], files["long.json"], "--json"]) == 1
    capsys.readouterr()
    assert main(["check", files["broken.json"], "nowhere.json", files["long.json"], "--json"]) == 2
    broken, nowhere, last = read(capsys)
    assert broken["error"] == {
        "path": "/depart",
        "expected": "a day of the calendar as YYYY-MM-DD",
        "found": "2024-02-30",
    }
    assert nowhere["error"]["expected"] == "a file that can be read"
    assert last["verdict"] == "blocked"


def test_the_json_of_a_finding(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", files["long.json"], "--json", "--repair"])
    (result,) = read(capsys)
    assert set(result) == {"file", "stage", "verdict", "findings", "repair"}
    assert result["stage"] == "submit"
    found = {finding["rule"]: finding for finding in result["findings"]}
    assert len(found) == len(result["findings"]), "one finding a rule"
    assert not {"met", "not_applicable", "due_later"} & {finding["answer"] for finding in result["findings"]}
    days = found["days_by_country_count"]
    assert set(days) >= KEYS
    assert set(days["citation"]) == {"instrument", "number", "article", "how_read", "confidence"}
    assert (days["answer"], days["level"], days["facts"]["days"]) == ("not_met", "block", 8)
    assert days["remedy"][0] == {"op": "replace", "path": "/return", "value": "2024-05-17"}
    for edits in (days["remedy"], result["repair"]):
        after = apply_edits(TOO_LONG, edits)
        jsonschema.validate(after, trip_schema())
        assert after["stops"][0]["leave"] == "2024-05-17"


def test_all_lists_every_answer_once(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", files["long.json"], "--json", "--all"])
    (result,) = read(capsys)
    rules = [finding["rule"] for finding in result["findings"]]
    assert len(rules) == len(set(rules)) > 75
    assert {"met", "not_met", "not_stated", "not_applicable", "due_later"} <= {f["answer"] for f in result["findings"]}


def test_stage_and_day_of_the_law_may_be_chosen(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", files["long.json"], "--json", "--as-of", "2012-05-01"]) == 0
    capsys.readouterr()
    main(["check", files["long.json"], "--json", "--stage", "close"])
    (result,) = read(capsys)
    assert result["stage"] == "close"
    assert "trip_report_deadline" in {finding["rule"] for finding in result["findings"]}
    assert main(["check", files["long.json"], "--as-of", "soon"]) == 2


@pytest.mark.parametrize(
    ("locale", "words"), [("zh_CN.UTF-8", ("有不符合项", "改法")), ("en_GB.UTF-8", ("blocked", "remedy"))]
)
def test_the_table_speaks_the_locale(
    files: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    locale: str,
    words: tuple[str, str],
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    main(["check", files["long.json"], files["broken.json"], "--repair"])
    out = capsys.readouterr().out
    assert all(word in out for word in words)
    assert "/depart" in out


def test_an_office_law_lies_over_the_nation(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "level.yaml").write_text("{level: institution, zh: 某校, en: A school, parents: [cn/nation]}", "utf-8")
    (folder / "own.yaml").write_text(
        """
instruments: {school: {zh: 某校外事规定, number: 校〔2024〕1号}}
overlays:
  - rule: days_by_country_count
    relation: tightened
    values: {max_days: {dated: [{from: 2024-01-01, value: {1: 4, 2: 8, 3: 10}}]}}
    citation: {instrument: school, article: 第一条, how_read: own_document, confidence: high, status: current}
""",
        "utf-8",
    )
    assert main(["check", files["fine.json"], "--json"]) == 0
    capsys.readouterr()
    assert main(["check", files["fine.json"], "--json", "--office", str(folder)]) == 1
    (result,) = read(capsys)
    days = next(finding for finding in result["findings"] if finding["rule"] == "days_by_country_count")
    assert days["citation"]["number"] == "校〔2024〕1号"
    assert main(["regulations", "verify", "--office", str(folder)]) == 0
    assert main(["regulations", "export", str(tmp_path / "copy"), "--office", str(folder)]) == 0
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["level.yaml", "own.yaml"]
    assert main(["check", files["fine.json"], "--office", str(tmp_path / "nowhere")]) == 2


def test_a_planted_loosening_fails_with_both_citations(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "level.yaml").write_text("{level: city, zh: 某市, en: A city, parents: [cn/nation]}", "utf-8")
    (tmp_path / "own.yaml").write_text(
        """
instruments: {city: {zh: 某市规定, number: 市〔2024〕1号}}
overlays:
  - rule: delegation_size_max
    relation: tightened
    values: {limit: {dated: [{from: 2024-01-01, value: 8}]}}
    citation: {instrument: city, article: 第一条, how_read: own_document, confidence: high, status: current}
""",
        "utf-8",
    )
    assert main(["regulations", "verify", "--office", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "loosened" in out
    assert "中办发〔2013〕16号" in out
    assert "市〔2024〕1号 第一条" in out


def test_the_shipped_law_is_verified_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["regulations", "verify"]) == 0
    assert main(["regulations", "coverage"]) == 0
    assert "175 entries" in capsys.readouterr().out
    assert main(["regulations", "list"]) == 0
    assert main(["regulations", "show", "days_by_country_count"]) == 0
    assert "中办发〔2013〕16号" in capsys.readouterr().out
    assert main(["regulations", "show", "no_such_rule"]) == 2


def test_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "trip"]) == 0
    assert read(capsys) == trip_schema()


def spent() -> float:
    """Processor seconds of finished children: what the start costs, however busy the machine is."""
    times = os.times()
    return times.children_user + times.children_system


def test_check_starts_fast_and_loads_none_of_the_heavy_ones(files: dict[str, str]) -> None:
    probe = (
        "import sys; from waiban.site.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'django', 'polars', 'ortools', 'numpy', 'psycopg'} & {name.split('.')[0] for name in sys.modules}; "
        "print(sorted(heavy), file=sys.stderr); sys.exit(code)"
    )
    best, heavy = 9.0, ""
    for _ in range(3):
        started = spent()
        done = subprocess.run(
            [sys.executable, "-c", probe, "check", files["long.json"]], capture_output=True, text=True, check=False
        )
        best = min(best, spent() - started)
        heavy = done.stderr.strip().splitlines()[-1]
        assert done.returncode == 1
    assert heavy == "[]"
    assert best < 0.4
