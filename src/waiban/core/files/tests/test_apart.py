"""The process of its own: what it may take, and that nothing comes back from it but bytes."""

import io
import json
import time
import zlib
from pathlib import Path

import pytest
import xlsxwriter

from waiban.core.files.apart import BeyondLimitsError, apart
from waiban.core.files.door import inspect as door
from waiban.core.files.errors import RefusedError

WORK = "waiban.core.files.tests.hostile_work"


def test_bytes_go_in_and_bytes_come_out() -> None:
    assert apart(f"{WORK}:echo", b"abc") == b"cba"


def test_what_never_ends_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(BeyondLimitsError):
        apart(f"{WORK}:loop", b"", cpu_seconds=1)
    assert time.monotonic() - began < 15


def test_what_sleeps_is_ended_by_the_clock_on_the_wall() -> None:
    with pytest.raises(BeyondLimitsError):
        apart(f"{WORK}:loop", b"", wall_seconds=1)


def test_what_wants_all_memory_gets_none_of_ours() -> None:
    with pytest.raises(BeyondLimitsError):
        apart(f"{WORK}:swallow", b"", megabytes=300)


def test_an_answer_without_end_is_no_answer() -> None:
    with pytest.raises(BeyondLimitsError):
        apart(f"{WORK}:shout", b"")


def test_it_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(BeyondLimitsError):
        apart(f"{WORK}:write", str(tmp_path / "left").encode())
    assert not (tmp_path / "left").exists() or (tmp_path / "left").stat().st_size == 0


def test_it_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    told = json.loads(apart(f"{WORK}:environment", b""))
    assert "DATABASE_URL" not in told
    assert not [name for name in told if name.startswith(("WAIBAN", "PG"))]


def test_a_pdf_that_takes_minutes_to_read_is_refused_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes that unfold to more than a million commands to set text on one page."""
    monkeypatch.setattr(door, "LIMITS", {"cpu_seconds": 2, "wall_seconds": 20, "megabytes": 1024})
    stream = zlib.compress(b"BT (x) Tj ET " * 400_000, 9)
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] /Contents 4 0 R "
            b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(body, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % table
    began = time.monotonic()
    with pytest.raises(RefusedError) as refused:
        door.inspect("日程.pdf", out)
    assert refused.value.reason == "limits"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("place", ["cell", "header"])
def test_a_mark_in_a_sheet_too_large_for_a_tree_is_found(place: str) -> None:
    rows = 60_000

    def book(marked: bool) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"constant_memory": True}) as made:
            sheet = made.add_worksheet("台账")
            for row in range(rows):
                sheet.write_row(
                    row, 0, [f"第{row}行的人{row * 7919 % 1_000_003}", f"{row * 104_729 % 999_983}", "处长"]
                )
            if marked and place == "cell":
                sheet.write_string(rows, 1, "机密★3年")
            if marked and place == "header":
                sheet.set_header('&C机&"SimSun"密★')
        return out.getvalue()

    assert door.inspect("台账.xlsx", book(marked=False)).readable
    with pytest.raises(RefusedError) as refused:
        door.inspect("台账.xlsx", book(marked=True))
    assert refused.value.reason == "classification_mark"
