"""
The law that runs: compiled once at set-up into one hashed file, loaded in milliseconds.

`load_law()` is the door. Without an argument it is the nation's law; a folder (shipped or an office's own) or an
office's overlay kept as files in memory lies over it.
"""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from waiban.kernel.calendar import WorkCalendar
from waiban.rulebook.sources import (
    NATION,
    REGULATIONS,
    LawError,
    Level,
    level_from_files,
    read_level,
    sources_sha256,
    stack,
)
from waiban.rulebook.tables import Edition, Table

if TYPE_CHECKING:
    from pathlib import Path

COMPILED = REGULATIONS / "law.compiled"
MAGIC = b"waiban law 1\n"
OWN_LEVEL = "office"

Details = tuple[list[tuple[Any, ...]], list[int]]
JudgeCode = Callable[..., Details]


@dataclass
class Law:
    """One merged law. `sha256` names it: the hash over every source file that went into it."""

    name: str
    sha256: str
    levels: tuple[str, ...]
    cards: tuple[dict[str, Any], ...]
    """The judged lines, in the order of the code."""
    entries: tuple[dict[str, Any], ...]
    """Every row of the regulations: judged, informational and left out."""
    labels: Mapping[str, Mapping[str, str]]
    claims: Mapping[str, Sequence[str]]
    history: Mapping[str, Mapping[str, str]]
    data: Mapping[str, Any]
    constants: Mapping[str, Any]
    tables: Mapping[str, Table]
    calendar: WorkCalendar
    schema_text: str
    _code: Mapping[bool, bytes] = field(repr=False)

    @cached_property
    def judge(self) -> JudgeCode:
        """Judges the stages that are due and reports what isn't met."""
        return self._load(whole=False)

    @cached_property
    def judge_whole(self) -> JudgeCode:
        """Judges every stage and reports every answer, with its facts."""
        return self._load(whole=True)

    def _load(self, *, whole: bool) -> JudgeCode:
        space: dict[str, Any] = {"tables": self.tables, "calendar": self.calendar}
        exec(marshal.loads(self._code[whole]), space)  # noqa: S102, S302 - our own code, its hash checked when the file was read
        judge: JudgeCode = space["judge"]
        return judge

    @cached_property
    def has_overlays(self) -> bool:
        return any(card.get("relation") for card in self.cards)

    @cached_property
    def words(self) -> dict[str, dict[str, str]]:
        """Words of the dossier as each language prints them."""
        return {language: {word: label[language] for word, label in self.labels.items()} for language in ("zh", "en")}

    @cached_property
    def plates(self) -> dict[int, Any]:
        """What findings of a line share, by the line's number; `findings` fills it."""
        return {}

    def entry(self, rule: str) -> dict[str, Any] | None:
        return next((entry for entry in self.entries if entry["rule"] == rule), None)


def load_law(
    office_folder: Path | None = None, overlay: Mapping[str, str | bytes] | None = None, *, file: Path = COMPILED
) -> Law:
    """
    The nation's law, and what lies over it: a folder, or an office's own overlay as {file name: text}.

    Raises LawError if the compiled file is missing, of another Python, or damaged, or if the overlay can't be read.
    """
    stored = _read(file)
    if office_folder is None and overlay is None:
        return thaw(marshal.loads(stored["laws"][NATION]), stored)  # noqa: S302
    if office_folder is not None and overlay is not None:
        raise LawError(str(office_folder), "a folder or an overlay, not both")
    if office_folder is not None:
        folder = office_folder.resolve()
        shipped = str(folder.relative_to(REGULATIONS)) if folder.is_relative_to(REGULATIONS) else ""
        if shipped in stored["laws"]:
            return thaw(marshal.loads(stored["laws"][shipped]), stored)  # noqa: S302
        if not folder.is_dir():
            raise LawError(str(office_folder), "no such folder")
        own = read_level(folder, OWN_LEVEL)
    else:
        assert overlay is not None
        files = {name: text.encode() if isinstance(text, str) else text for name, text in overlay.items()}
        own = level_from_files(OWN_LEVEL, files)
    return thaw(compile_levels(stack([], own=own), stored["schema"]), stored)


def load_level(name: str, *, file: Path = COMPILED) -> Law:
    """A shipped level by its name, `cn/shandong`."""
    stored = _read(file)
    if name not in stored["laws"]:
        raise LawError(name, "no such level in the compiled law")
    return thaw(marshal.loads(stored["laws"][name]), stored)  # noqa: S302


def shipped_levels(root: Path = REGULATIONS) -> list[str]:
    return sorted(str(path.parent.relative_to(root)) for path in root.rglob("level.yaml"))


def compile_all(schema_text: str, calendar: WorkCalendar, *, root: Path = REGULATIONS) -> dict[str, Any]:
    """Every shipped level with what stands above it, as one plain value for `write_compiled`."""
    laws = {name: marshal.dumps(compile_levels(stack([name], root=root), schema_text)) for name in shipped_levels(root)}
    return {
        "laws": laws,
        "schema": schema_text,
        "sources": all_sources_sha256(root),
        "calendar": (
            sorted(day.toordinal() for day in calendar.holidays),
            sorted(day.toordinal() for day in calendar.makeup_days),
            sorted(calendar.announced_years),
        ),
    }


def all_sources_sha256(root: Path = REGULATIONS) -> str:
    return sources_sha256([read_level(root / name, name) for name in shipped_levels(root)])


def write_compiled(value: Mapping[str, Any], file: Path = COMPILED) -> str:
    """Write the file in one step and return its hash."""
    body = marshal.dumps(dict(value))
    digest = hashlib.sha256(body).hexdigest()
    head = MAGIC + f"{sys.implementation.cache_tag} {digest}\n".encode()
    part = file.with_suffix(".part")
    part.write_bytes(head + body)
    part.replace(file)
    return digest


def law_from(levels: Sequence[Level], schema_text: str, calendar: WorkCalendar) -> Law:
    """The law of these levels, straight from their sources."""
    return thaw(compile_levels(levels, schema_text), {"schema": schema_text}, calendar)


def compile_levels(levels: Sequence[Level], schema_text: str) -> dict[str, Any]:
    """One stack of levels as a plain value: code, cards, tables."""
    from waiban.rulebook.freeze import freeze

    return freeze(levels, schema_text)


_stored: dict[tuple[Path, int, int], dict[str, Any]] = {}


def _read(file: Path) -> dict[str, Any]:
    try:
        stat = file.stat()
    except OSError as error:
        raise LawError(str(file), "the law isn't compiled; run bin/setup") from error
    key = (file, stat.st_mtime_ns, stat.st_size)
    if key not in _stored:
        raw = file.read_bytes()
        head, _, rest = raw.removeprefix(MAGIC).partition(b"\n")
        tag, _, digest = head.decode("ascii", "replace").partition(" ")
        if not raw.startswith(MAGIC) or tag != sys.implementation.cache_tag:
            raise LawError(str(file), "compiled by another version; run bin/setup")
        if hashlib.sha256(rest).hexdigest() != digest:
            raise LawError(str(file), "the compiled law was changed; run bin/setup")
        _stored.clear()
        _stored[key] = marshal.loads(rest)  # noqa: S302 - its hash was just checked
    return _stored[key]


def stored_sources_sha256(file: Path = COMPILED) -> str:
    """The hash of the sources that the compiled file was made from."""
    return str(_read(file)["sources"])


def thaw(frozen: dict[str, Any], stored: Mapping[str, Any], calendar: WorkCalendar | None = None) -> Law:
    tables = {
        name: Table(
            name,
            tuple(table["keys"]),
            table["instead"],
            tuple(table["columns"]),
            [Edition(_day(start), _day(until), year, _Rows(rows)) for start, until, year, rows in table["editions"]],
        )
        for name, table in frozen["tables"].items()
    }
    if calendar is None:
        holidays, makeup, years = stored["calendar"]
        calendar = WorkCalendar(
            frozenset(map(date.fromordinal, holidays)), frozenset(map(date.fromordinal, makeup)), frozenset(years)
        )
    return Law(
        frozen["name"],
        frozen["sha256"],
        tuple(frozen["levels"]),
        tuple(frozen["cards"]),
        tuple(frozen["entries"]),
        frozen["labels"],
        frozen["claims"],
        frozen["history"],
        frozen["data"],
        frozen["constants"],
        tables,
        calendar,
        stored["schema"],
        frozen["code"],
    )


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)


class _Rows(Sequence[Mapping[str, Any]]):
    """Rows whose exact numbers and days are read only when a table is first used."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return {name: _cell(*cell) if isinstance(cell, tuple) else cell for name, cell in self.rows[index].items()}


def _cell(kind: str, value: Any) -> Decimal | date:
    return Decimal(value) if kind == "number" else date.fromordinal(value)
