"""
The law as it is written: folders of YAML and tables, read strictly into one description.

Nothing is judged here. A key that the format (docs/rulebook.md) doesn't name, an id twice, a citation that leads
nowhere: LawError, with the file and the place.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waiban.kernel.errors import InputError, WaibanError
from waiban.rulebook.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

REGULATIONS = Path(__file__).resolve().parent.parent / "regulations"
NATION = "cn/nation"
STAGES = ("plan", "submit", "accept", "approve", "papers", "depart", "return", "close")
LEVELS = ("info", "warn", "attest", "block")
KINDS = ("computed", "attested", "informational", "left_out")
REFERENCES = ("before", "after", "payment")
RELATIONS = ("tightened", "delegated", "stacked")
CONFIDENCES = ("high", "medium", "low")
STATUSES = ("current", "uncertain_current", "historical")
HOW_READ = (
    "full_text_read", "partial_copy_read", "copy_read_partly", "derivative_or_quoted_only", "derivative_only",
    "see_evidence", "own_document",
)  # fmt: skip
REMEDIES = (
    "return_on", "depart_on", "shift_by", "keep_countries", "head_count", "cabin", "line_days", "line_amount",
)  # fmt: skip
ANSWERS = ("met", "not_met", "not_stated", "exempt", "not_applicable", "due_later")

SECTIONS = {
    "instruments", "facts", "constants", "labels", "tables", "rules", "overlays", "data", "exemptions",
    "references", "claims", "history",
}  # fmt: skip
RULE_KEYS = {
    "id", "kind", "title", "level", "stage", "stated_by", "reference", "in_force", "applies", "values", "let",
    "each", "where", "test", "exempt", "show", "at", "text", "missing", "remedy", "citation", "reading", "due",
    "source", "reason", "entries", "claimed_at", "without_grant",
}  # fmt: skip
OVERLAY_KEYS = {
    "rule", "relation", "applies", "values", "earliest", "also", "level", "stage", "without_exemptions", "citation",
    "text", "source", "reading", "title",
}  # fmt: skip
CITATION_KEYS = {"instrument", "article", "how_read", "confidence", "status", "verified", "note"}
EXEMPTION_KEYS = {
    "zh",
    "en",
    "claimed",
    "holds",
    "claimed_by",
    "confirmed_by",
    "offer",
    "pending",
    "citation",
    "source",
    "reading",
}


class LawError(WaibanError):
    """The law as written can't be used; `where` is the file and the entry."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class LawErrors(LawError):  # noqa: N818 - the plural says what it is
    """Several at once."""

    def __init__(self, errors: list[LawError]) -> None:
        super().__init__(errors[0].where, errors[0].reason)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


@dataclass(frozen=True, slots=True)
class Start:
    """From when something holds and how well that is known: day, year or unknown."""

    day: date | None
    known: str


@dataclass(slots=True)
class Level:
    """One folder: the nation, a province, a city, an institution, or an office's own overlay."""

    name: str
    folder: Path | None
    meta: dict[str, Any]
    sections: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    """Entry (`rules/countries_max`) to the file that holds it."""
    problems: list[LawError] = field(default_factory=list)
    """What is wrong with single entries, kept so that all of it is told at once."""


def read_level(folder: Path, name: str) -> Level:
    """One folder. Raises LawError."""
    files = {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if _is_own(path, folder)
    }
    if "level.yaml" not in files:
        raise LawError(name, "no level.yaml in the folder")
    return level_from_files(name, files, folder)


def _is_own(path: Path, folder: Path) -> bool:
    """A level below has its own level.yaml and isn't part of this one."""
    if not path.is_file() or path.suffix not in {".yaml", ".csv"}:
        return False
    return not any(
        (above / "level.yaml").exists() for above in path.parents if above != folder and folder in above.parents
    )


def level_from_files(name: str, files: Mapping[str, bytes], folder: Path | None = None) -> Level:
    """A level whose files are in memory: an office's own overlay is a row, not a folder."""
    level = Level(name, folder, {}, {section: {} for section in SECTIONS}, dict(files))
    level.sections["rules"], level.sections["overlays"] = [], []
    for file, text in files.items():
        if not file.endswith(".yaml"):
            continue
        where = f"{name}/{file}"
        try:
            content = load_yaml(text) or {}
        except InputError as error:
            raise LawError(where, str(error.problem)) from error
        if file == "level.yaml":
            level.meta = _meta(content, where)
        else:
            _take(level, content, where)
    return level


def _meta(content: Any, where: str) -> dict[str, Any]:
    _keys(content, {"level", "zh", "en", "parents", "note"}, where)
    if content.get("level") not in {"national", "province", "city", "institution"}:
        raise LawError(where, "level: national, province, city or institution")
    return {"parents": [], **content}


def _take(level: Level, content: Any, where: str) -> None:
    if not isinstance(content, dict):
        raise LawError(where, "a file holds sections")
    _keys(content, SECTIONS, where)
    for section, entries in content.items():
        if section in ("rules", "overlays"):
            for entry in entries or []:
                name = entry.get("id") or entry.get("rule") if isinstance(entry, dict) else None
                if not isinstance(name, str):
                    raise LawError(where, f"an entry of {section} without id")
                try:
                    _keys(entry, RULE_KEYS if section == "rules" else OVERLAY_KEYS, f"{where} {name}")
                except LawError as error:
                    level.problems.append(error)
                    continue
                key = f"{section}/{name}" if section == "rules" else f"{section}/{len(level.sections[section])}"
                if key in level.where:
                    raise LawError(f"{where} {name}", f"stands in {level.where[key]} already")
                level.where[key] = where
                level.sections[section].append(entry)
        else:
            if not isinstance(entries, dict):
                raise LawError(where, f"{section} maps names to entries")
            for name, entry in entries.items():
                key = f"{section}/{name}"
                if key in level.where:
                    raise LawError(f"{where} {name}", f"stands in {level.where[key]} already")
                level.where[key] = where
                level.sections[section][name] = entry


def _keys(entry: Any, known: set[str], where: str) -> None:
    if not isinstance(entry, dict):
        raise LawError(where, "expected keys and values")
    strange = [key for key in entry if key not in known]
    if strange:
        raise LawError(where, f"unknown key {strange[0]!r}; known: {', '.join(sorted(known))}")


def stack(names: Sequence[str], *, root: Path = REGULATIONS, own: Level | None = None) -> list[Level]:
    """The nation and the levels named, from the top down, each with what its level.yaml names as parents."""
    levels: dict[str, Level] = {}

    def add(name: str, level: Level | None = None) -> None:
        if name in levels:
            return
        if level is None:
            folder = root / name
            if not folder.is_dir():
                raise LawError(name, "no such level in the regulations")
            level = read_level(folder, name)
        for parent in level.meta["parents"]:
            add(parent)
        levels[name] = level

    add(NATION)
    for name in names:
        add(name)
    if own is not None:
        add(own.name, own)
    return list(levels.values())


def sources_sha256(levels: Iterable[Level]) -> str:
    """One hash over every file of the levels, names included."""
    digest = hashlib.sha256()
    for level in levels:
        for name, content in sorted(level.files.items()):
            digest.update(f"{level.name}/{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def start_of(value: Any, where: str) -> Start:
    """`from:` as it is written: a year, a day, or nothing."""
    if value is None:
        return Start(None, "unknown")
    if isinstance(value, int):
        return Start(date(value, 1, 1), "year")
    return Start(day_of(value, where), "day")


def day_of(value: Any, where: str) -> date:
    if isinstance(value, int) and not isinstance(value, bool):
        return date(value, 1, 1)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise LawError(where, f"{value!r} is neither a year nor a day") from error


@dataclass(frozen=True, slots=True)
class Period:
    """A value and when it holds: from `start` on, `until` not included."""

    value: Any
    start: Start
    until: date | None
    citation: dict[str, Any] | None = None


def periods(entries: Any, where: str, *, value: str = "value") -> tuple[Period, ...]:
    """Dated entries, oldest first. Raises LawError if two overlap or a start is missing beside others."""
    if not isinstance(entries, list) or not entries:
        raise LawError(where, "dated values are a list")
    found: list[Period] = []
    for entry in entries:
        _keys(entry, {"from", "until", "cite", "citation", "note", value}, where)
        if value not in entry:
            raise LawError(where, f"no {value}")
        until = day_of(entry["until"], where) if entry.get("until") is not None else None
        found.append(
            Period(entry[value], start_of(entry.get("from"), where), until, entry.get("cite") or entry.get("citation"))
        )
    found.sort(key=lambda period: period.start.day or date.min)
    for before, after in pairwise(found):
        if after.start.day is None or (before.until is not None and before.until > after.start.day):
            raise LawError(where, "two periods overlap")
        if before.start.day == after.start.day:
            raise LawError(where, "two values start on one day")
    return tuple(
        Period(p.value, p.start, p.until or (found[i + 1].start.day if i + 1 < len(found) else None), p.citation)
        for i, p in enumerate(found)
    )


def read_csv(text: bytes, columns: Mapping[str, str], keys: Sequence[str], where: str) -> list[dict[str, Any]]:
    """Rows of a table: keys and extra columns as texts, numbers exact, an empty cell None."""
    rows = []
    reader = csv.DictReader(io.StringIO(text.decode("utf-8-sig")))
    missing = [name for name in (*keys, *columns) if name not in (reader.fieldnames or ())]
    if missing:
        raise LawError(where, f"no column {missing[0]!r}")
    for row in reader:
        cells: dict[str, Any] = {name: (cell or None) for name, cell in row.items() if name is not None}
        for name, kind in columns.items():
            if kind == "number" and cells[name] is not None:
                try:
                    number = Decimal(cells[name])
                except InvalidOperation as error:
                    raise LawError(f"{where} line {reader.line_num}", f"{cells[name]!r} is no number") from error
                cells[name] = int(number) if number == number.to_integral_value() else number
            elif kind == "date" and cells[name] is not None:
                cells[name] = day_of(cells[name], f"{where} line {reader.line_num}")
        rows.append(cells)
    return rows
