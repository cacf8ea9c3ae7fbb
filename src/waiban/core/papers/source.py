"""One source a paper: what it says, and the closed list of names that it may say it with.

A source is a YAML file beside the domain that owns the paper. The PDF is set from the source
filled with values; the DOCX is a template made from the same source, filled by docxtpl with the
same values. So the two cannot say different things (docs/adr/ tells why).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import yaml

Row = Mapping[str, str | None]
Values = Mapping[str, str | Sequence[Row] | None]


class Say(Protocol):
    def __call__(self, text: str, row: Row | None = None) -> str: ...


PLACE = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)(?:\.([a-z_][a-z0-9_]*))?\s*\}\}")
NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")
# What XML 1.0 cannot carry, and the surrogates that no font draws.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# What the layout itself prints; every source has them beside its own names.
HEAD: dict[str, tuple[str, bool]] = {
    "office": ("发文机关", True),
    "number": ("文号", False),
    "date": ("成文日期", True),
    "head_mark": ("红头", False),
    "signer": ("签发人", False),
    "contact": ("联系人和电话", False),
    "copies_to": ("抄送", False),
    "mark": ("未盖章字样", False),
    "qr": ("二维码内容", False),
}


class PaperError(ValueError):
    """A source that breaks its own list, or values that don't fit a source; says which name."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    head: str
    cell: str
    width: int = 1
    align: Literal["left", "center", "right"] = "left"


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    label: str
    value: str
    wide: bool = False
    when: str | None = None


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of text, heading, table, pairs, boxes."""

    text: str | None = None
    heading: str | None = None
    table: str | None = None
    columns: tuple[Column, ...] = ()
    pairs: tuple[Pair, ...] = ()
    boxes: tuple[str, ...] = ()
    when: str | None = None
    unless: str | None = None


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    each: str
    fields: dict[str, str]


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    optional: bool = False


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper's text. `layout`: official (下行、平行), upward (上行, with 签发人), sheet (form or notice)."""

    paper: str
    zh: str
    en: str
    layout: Literal["official", "upward", "sheet"]
    title: str
    body: tuple[Block, ...]
    to: str | None = None
    attachments: tuple[str, ...] = ()
    values: dict[str, Named | str] = {}
    rows: dict[str, Rows] = {}

    def named(self) -> dict[str, Named]:
        head = {name: Named(zh, not needed) for name, (zh, needed) in HEAD.items()}
        return head | {name: value if isinstance(value, Named) else Named(value) for name, value in self.values.items()}


class MissingError(PaperError):
    """Required values that are not stated; `zh` names them for the person."""

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        self.zh = "、".join(zh for _name, zh in missing)
        super().__init__(f"not stated: {', '.join(f'{name} ({zh})' for name, zh in missing)}")


class UndrawnError(PaperError):
    """Characters that no font at hand draws."""

    def __init__(self, characters: str) -> None:
        self.characters = "、".join(characters)
        super().__init__(f"no font at hand draws {self.characters}; add one that does (WAIBAN_PRINT_FONTS)")


@dataclass(frozen=True)
class Filled:
    """A paper's words, in order, ready to be set; no name is left in them."""

    layout: str
    title: str
    title_pieces: Sequence[str]
    to: str | None
    head: Mapping[str, str | None]
    blocks: Sequence[Mapping[str, object]]
    attachments: Sequence[str]

    def lines(self) -> Iterator[str]:
        """Every line of the paper's own text, head and foot left out; golden files hold these."""
        yield self.title
        if self.to:
            yield f"{self.to}："
        for block in self.blocks:
            yield from _block_lines(block)
        yield from numbered(self.attachments)


def numbered(attachments: Sequence[str]) -> list[str]:
    if len(attachments) == 1:
        return [f"附件：{attachments[0]}"]
    return [f"{'附件：' if place == 1 else ''}{place}.{text}" for place, text in enumerate(attachments, 1)]


def _block_lines(block: Mapping[str, object]) -> Iterator[str]:
    match block:
        case {"kind": "text" | "heading", "text": str(text)}:
            yield text
        case {"kind": "table", "heads": list(heads), "rows": list(rows)}:
            for row in [heads, *rows]:
                yield "\t".join(row)
        case {"kind": "pairs", "pairs": list(pairs)}:
            for pair in pairs:
                yield f"{pair['label']}\t{pair['value']}"
        case {"kind": "boxes", "labels": list(labels)}:
            yield from labels


@cache
def load_source(path: Path) -> Source:
    """Read and check a source file; raises PaperError naming file and place."""
    return parse_source(path.read_text("utf-8"), str(path.name))


def parse_source(text: str, where: str = "source") -> Source:
    try:
        source = msgspec.convert(yaml.safe_load(text), Source)
        _check(source)
    except (msgspec.ValidationError, yaml.YAMLError, PaperError) as problem:
        raise PaperError(f"{where}: {problem}") from problem
    return source


def source_sha256(source: Source) -> str:
    return sha256(msgspec.json.encode(source, order="deterministic")).hexdigest()


def _check(source: Source) -> None:
    for name in [*source.values, *source.rows, *(r.each for r in source.rows.values())]:
        if not NAME.match(name):
            raise PaperError(f"{name!r} is not a plain name")
    if clash := (set(source.values) & set(source.rows)) | (set(HEAD) & (set(source.values) | set(source.rows))):
        raise PaperError(f"{', '.join(sorted(clash))} is named twice")
    _check_places(source, source.title, None, None)
    _check_places(source, source.to or "", None, None)
    for text in source.attachments:
        _check_places(source, text, None, None)
    for place, block in enumerate(source.body):
        try:
            _check_block(source, block)
        except PaperError as problem:
            raise PaperError(f"body/{place}: {problem}") from problem


def _check_block(source: Source, block: Block) -> None:
    kinds = [
        block.text is not None,
        block.heading is not None,
        block.table is not None,
        bool(block.pairs),
        bool(block.boxes),
    ]
    if sum(kinds) != 1:
        raise PaperError("a block is one of text, heading, table, pairs, boxes")
    for condition in (block.when, block.unless):
        if condition is not None and condition not in source.named() and condition not in source.rows:
            raise PaperError(f"{condition} is not on the paper's list")
    if block.table is not None:
        if block.table not in source.rows or not block.columns:
            raise PaperError(f"{block.table} is not a list of the paper's, or has no columns")
        for column in block.columns:
            _check_places(source, column.head, block.when, None)
            _check_places(source, column.cell, block.when, source.rows[block.table])
    for text in (block.text, block.heading, *block.boxes):
        _check_places(source, text or "", block.when, None)
    for pair in block.pairs:
        if pair.when is not None and not pair.wide:
            raise PaperError("a pair that may be missing takes a whole row: wide: true")
        if pair.when is not None and pair.when not in source.named():
            raise PaperError(f"{pair.when} is not on the paper's list")
        _check_places(source, pair.label, pair.when or block.when, None)
        _check_places(source, pair.value, pair.when or block.when, None)


def _check_places(source: Source, text: str, when: str | None, rows: Rows | None) -> None:
    rest = PLACE.sub("", text)
    if "{{" in rest or "{%" in rest or "{#" in rest:
        raise PaperError(f"only {{{{ name }}}} may stand in a text, not {text!r}")
    named = source.named()
    for name, field in PLACE.findall(text):
        if field:
            if rows is None or name != rows.each or field not in rows.fields:
                raise PaperError(f"{name}.{field} is not on the paper's list")
        elif name not in named:
            raise PaperError(f"{name} is not on the paper's list")
        elif named[name].optional and when != name:
            raise PaperError(f"{name} may be missing, so the block that prints it needs `when: {name}`")


def check_values(source: Source, values: Values) -> None:
    """Raise PaperError unless `values` are exactly what the source asks for.

    An optional value may be None; a required one may not be empty: a paper never prints a gap
    where a fact should stand.
    """
    named = source.named()
    if unknown := set(values) - set(named) - set(source.rows):
        raise PaperError(f"not on the list of {source.paper}: {', '.join(sorted(unknown))}")
    for name in named:
        given = values.get(name)
        if given is not None and not isinstance(given, str):
            raise PaperError(f"{name} must be a text")
        _check_text(name, given)
    missing = [(name, value.zh) for name, value in named.items() if not value.optional and not values.get(name)]
    if missing:
        raise MissingError(missing)
    for name, rows in source.rows.items():
        given_rows = values.get(name)
        if given_rows is None or isinstance(given_rows, str):
            raise PaperError(f"{name} must be a list of rows")
        for place, row in enumerate(given_rows):
            if set(row) != set(rows.fields):
                raise PaperError(f"{name}/{place} must have exactly {', '.join(rows.fields)}")
            for field, text in row.items():
                _check_text(f"{name}/{place}/{field}", text)


def _check_text(name: str, text: str | None) -> None:
    if text and (found := FORBIDDEN.search(text)):
        raise PaperError(f"{name} has a character that cannot be printed (U+{ord(found[0]):04X})")


def fill(source: Source, values: Values) -> Filled:
    check_values(source, values)

    def say(text: str, row: Row | None = None) -> str:
        def put(found: re.Match[str]) -> str:
            value = (row or {}).get(found[2]) if found[2] else values.get(found[1])
            return value if isinstance(value, str) else ""

        return PLACE.sub(put, text)

    blocks = [one for block in source.body if _shown(block, values) for one in _fill_block(block, values, say)]
    return Filled(
        layout=source.layout,
        title=say(source.title),
        title_pieces=_pieces(source.title, values),
        to=say(source.to) if source.to else None,
        head={name: _text(values.get(name)) for name in HEAD},
        blocks=blocks,
        attachments=[say(text) for text in source.attachments],
    )


def _pieces(title: str, values: Values) -> list[str]:
    """The title in parts that a line break may not split: a name, a place, a task stays whole."""
    pieces: list[str] = []
    at = 0
    parts: list[str] = []
    for found in PLACE.finditer(title):
        parts += [title[at : found.start()], *re.split("(?<=[、，])", _text(values.get(found[1])) or "")]
        at = found.end()
    for part in filter(None, [*parts, title[at:]]):
        if pieces and (len(pieces[-1]) <= 2 or (len(part) <= 2 and not pieces[-1].endswith(("、", "，")))):
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _shown(block: Block | Pair, values: Values) -> bool:
    if block.when is not None and not values.get(block.when):
        return False
    return not (isinstance(block, Block) and block.unless is not None and values.get(block.unless))


def _fill_block(block: Block, values: Values, say: Say) -> Iterator[Mapping[str, object]]:
    if block.heading is not None:
        yield {"kind": "heading", "text": say(block.heading)}
    elif block.text is not None:
        for line in say(block.text).split("\n"):
            yield {"kind": "text", "text": line}
    elif block.table is not None:
        rows = values[block.table] or []
        yield {
            "kind": "table",
            "heads": [say(column.head) for column in block.columns],
            "widths": [column.width for column in block.columns],
            "aligns": [column.align for column in block.columns],
            "rows": [[say(column.cell, row) for column in block.columns] for row in rows if not isinstance(row, str)],
        }
    elif block.pairs:
        yield {
            "kind": "pairs",
            "pairs": [
                {"label": say(pair.label), "value": say(pair.value), "wide": pair.wide}
                for pair in block.pairs
                if _shown(pair, values)
            ],
        }
    else:
        yield {"kind": "boxes", "labels": [say(label) for label in block.boxes]}
