"""A stack of levels compiled into one plain value that marshal can keep: code, cards, tables."""

from __future__ import annotations

import json
import marshal
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from waiban.rulebook.build import Description, Line, describe
from waiban.rulebook.code import base_paths, order, reads, uses_calendar, write_module
from waiban.rulebook.sources import Level, Period, sources_sha256

if TYPE_CHECKING:
    from collections.abc import Sequence


def freeze(levels: Sequence[Level], schema_text: str) -> dict[str, Any]:
    description = describe(levels, json.loads(schema_text))
    return freeze_description(description)


def freeze_description(description: Description) -> dict[str, Any]:
    levels = description.levels
    return {
        "name": levels[-1].name,
        "sha256": sources_sha256(levels),
        "levels": [level.name for level in levels],
        "cards": [card_of(description, line) for line in order(description)],
        "entries": [
            plain({**line.card, "judged": line.judged, "relation": line.relation}) for line in description.lines
        ],
        "labels": plain(description.labels),
        "claims": plain(description.claims),
        "history": plain(description.history),
        "data": plain(description.data),
        "constants": plain(description.constants),
        "tables": {
            name: {
                "keys": list(table.keys),
                "instead": plain(dict(table.instead)),
                "columns": list(table.columns),
                "editions": [
                    (
                        _ordinal(edition.start),
                        _ordinal(edition.until),
                        edition.year_only,
                        [_row(row) for row in edition.rows],
                    )
                    for edition in table.editions
                ],
            }
            for name, table in description.tables.items()
        },
        "code": {whole: marshal.dumps(compile_text(write_module(description, whole=whole))) for whole in (False, True)},
    }


def compile_text(text: str) -> Any:
    return compile(text, "<the law>", "exec", dont_inherit=True, optimize=1)


def card_of(description: Description, line: Line) -> dict[str, Any]:
    """Everything a finding of this line needs to be written out."""
    paths = base_paths(description, line)
    claimed = [path for keys in description.claims.values() for path in keys]
    test = [node for node in (line.applies, line.where, line.test) if node is not None]
    own_word = line.card["kind"] == "attested" and line.card["stated_by"] != "applicant"
    card: dict[str, Any] = plain(
        {
            **line.card,
            "values": [
                {"name": value.name, "unit": value.unit, "dated": [_period(period) for period in value.dated]}
                for value in line.values.values()
            ],
            "dated_citations": any(period.citation for value in line.values.values() for period in value.dated),
            "exemptions": [clause.card for clause in line.clauses],
            "over": _pointer(line),
            "paths": paths,
            "claimed": own_word or any(reads(description, line, node, claimed) for node in test),
            "held": [name for name, node in line.shown.items() if reads(description, line, node, description.history)],
            "calendar": uses_calendar(description, line),
            "relation": line.relation,
        }
    )
    return card


def _pointer(line: Line) -> str | None:
    if line.over is None:
        return None
    node, parts = line.over, []
    while node.op == "attr":
        parts.append(node.value)
        node = node.args[0]
    parts.append(node.value[1])
    return "/" + "/".join(part.rstrip("_") for part in reversed(parts))


def _period(period: Period) -> dict[str, Any]:
    return {
        "value": period.value,
        "from": period.start.day,
        "known": period.start.known,
        "until": period.until,
        "citation": period.citation,
    }


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _row(row: Any) -> dict[str, Any]:
    """Decimals and days as tuples around what marshal keeps."""
    return {name: _cell(cell) for name, cell in row.items()}


def _cell(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return ("number", str(cell))
    return ("day", cell.toordinal()) if isinstance(cell, date) else cell


def plain(value: Any) -> Any:
    """Only what marshal keeps: days and decimals become texts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset, set)):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
