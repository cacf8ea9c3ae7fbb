from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from waiban.dossiers.load import SCHEMA_FILE
from waiban.rulebook.law import (
    COMPILED,
    all_sources_sha256,
    compile_all,
    load_law,
    stored_sources_sha256,
    write_compiled,
)
from waiban.rulebook.sources import LawError
from waiban.rulebook.workdays import announced_calendar

if TYPE_CHECKING:
    from pathlib import Path


def test_the_compiled_law_is_that_of_its_sources() -> None:
    assert stored_sources_sha256() == all_sources_sha256(), (
        "the regulations changed; run bin/setup (tools/compile_law.py)"
    )


def test_a_damaged_or_missing_law_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="isn't compiled"):
        load_law(file=tmp_path / "none")
    copy = tmp_path / "law"
    raw = bytearray(COMPILED.read_bytes())
    raw[len(raw) // 2] ^= 1
    copy.write_bytes(raw)
    with pytest.raises(LawError, match="was changed"):
        load_law(file=copy)


def test_compiling_twice_gives_the_same_law(tmp_path: Path) -> None:
    schema, calendar = SCHEMA_FILE.read_text("utf-8"), announced_calendar()
    write_compiled(compile_all(schema, calendar), tmp_path / "law")
    again, known = load_law(file=tmp_path / "law"), load_law(file=COMPILED)
    assert (again.sha256, again.cards, again.entries) == (known.sha256, known.cards, known.entries)
