"""`waiban regulations`: list, show, verify, coverage, export."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waiban.rulebook.law import load_level, shipped_levels
from waiban.rulebook.sources import NATION, REGULATIONS, LawError
from waiban.site.cli import UNUSABLE, language
from waiban.site.commands.law import law_of, levels_of, office_folder

if TYPE_CHECKING:
    from argparse import Namespace

    from waiban.rulebook.build import Line

ENTRIES = REGULATIONS / "entries.csv"
KIND_WORDS = {"computed": "计算", "attested": "确认", "informational": "告知", "left_out": "不收"}


def run(options: Namespace) -> int:
    actions = {"list": _list, "show": _show, "verify": _verify, "coverage": _coverage, "export": _export}
    try:
        return actions[options.action](options)
    except LawError as error:
        print(f"waiban regulations: {error}", file=sys.stderr)
        return UNUSABLE


def _list(options: Namespace) -> int:
    tongue = language()
    for entry in law_of(options.office).entries:
        title = entry["title"][tongue]
        overlay = f" ({entry['relation']})" if entry["relation"] else ""
        bite = f"{entry['level']:7} {entry['stage']:8}" if entry["judged"] else f"{'–':7} {'–':8}"
        head = f"{entry['rule']:52} {entry['kind']:14} {bite}"
        print(f"{head} {entry['level_name']:22} {title}{overlay}")
    return 0


def _show(options: Namespace) -> int:
    from waiban.dossiers.load import trip_schema
    from waiban.rulebook.build import describe

    description = describe(levels_of(options.office), trip_schema())
    lines = [line for line in description.lines if line.rule == options.rule]
    if not lines:
        print(f"waiban regulations: no rule {options.rule!r}", file=sys.stderr)
        return UNUSABLE
    for line in lines:
        _show_line(line)
    return 0


def _show_line(line: Line) -> None:
    card, cited = line.card, line.card["citation"]
    tongue = language()
    print(f"{line.rule} · {card['title']['zh']} · {card['title']['en']}")
    print(
        f"  {card['kind']}, {card['level']}, due at {card['stage']}, stated by {card['stated_by']} [{line.level_name}]"
    )
    article = "article not seen" if cited["article"] == "not_seen" else cited["article"]
    print(f"  {cited['instrument']} {cited['number'] or ''} {article}")
    weak = "" if cited["verified"] else ", not verified"
    print(f"  how read: {cited['how_read']}, confidence: {cited['confidence']}, status: {cited['status']}{weak}")
    if card["reading"]:
        reading = card["reading"]
        own = "本系统理解" if tongue == "zh" else "our reading"
        print(f"  {own}: {reading[tongue] if isinstance(reading, dict) else ''}")
    if card["kind"] == "left_out":
        print(f"  {card['reason'][tongue]}")
    for value in line.values.values():
        for period in value.dated:
            start = period.start.day
            since = (
                "start unknown" if start is None else f"from {start.year if period.start.known == 'year' else start}"
            )
            until = f" until {period.until}" if period.until else ""
            print(f"  {value.name} = {period.value} {value.unit} {since}{until}")
    source = {**line.raw, **(line.overlay or {})}
    for key in ("applies", "each", "where", "let", "test", "also", "earliest", "exempt", "remedy"):
        if key in source:
            _show_lines(key, source[key])
    for answer, text in card["text"].items():
        print(f"  {answer}: {text[tongue]}")


def _show_lines(key: str, value: Any) -> None:
    if isinstance(value, dict):
        for name, text in value.items():
            print(f"  {key} {name}: {text}")
    else:
        print(f"  {key}: {' '.join(str(value).split())}")


def _verify(options: Namespace) -> int:
    """Every shipped level, or one stack; each fault in one line."""
    from waiban.dossiers.load import trip_schema
    from waiban.rulebook.sources import stack
    from waiban.rulebook.verify import verify

    stacks = [levels_of(options.office)] if options.office else [stack([name]) for name in shipped_levels()]
    faults = list(dict.fromkeys(str(fault) for levels in stacks for fault in verify(levels, trip_schema())))
    for fault in faults:
        print(fault)
    names = ", ".join(levels[-1].name for levels in stacks)
    print(f"{len(faults)} faults in {names}" if faults else f"verified: {names}")
    return 1 if faults else 0


def _coverage(options: Namespace) -> int:
    """Every entry of the fact base exactly once: computed, attested, informational or left out."""
    rows = coverage()
    missing = [row["entry"] for row in rows if row["kind"] is None]
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in KIND_WORDS}
    if options.markdown:
        _markdown(rows)
    else:
        for row in rows:
            print(f"{row['entry']:52} {row['kind'] or 'MISSING':14} {row['level_name'] or '':22} {row['note']}")
    total = f"{len(rows)} entries: " + ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(total + (f"; {len(missing)} missing" if missing else ""))
    return 1 if missing else 0


def coverage() -> list[dict[str, Any]]:
    """One row an entry of `entries.csv`, with the rule that accounts for it."""
    found: dict[str, dict[str, Any]] = {}
    for name in shipped_levels():
        for row in load_level(name).entries:
            if not row["relation"]:
                for key in row["entries"]:
                    found.setdefault(key, row)
    rows = []
    with ENTRIES.open(encoding="utf-8", newline="") as file:
        for known in csv.DictReader(file):
            entry = found.get(known["entry"])
            historical = entry is not None and entry["citation"]["status"] == "historical"
            note = "" if entry is None else (entry["reason"] or {}).get("zh", "")
            rows.append(
                {
                    "entry": known["entry"],
                    "rule": entry["rule"] if entry else None,
                    "kind": entry["kind"] if entry else None,
                    "level": entry["level"] if entry and entry["judged"] else "",
                    "stage": entry["stage"] if entry and entry["judged"] else "",
                    "level_name": entry["level_name"] if entry else None,
                    "title": entry["title"]["zh"] if entry else "",
                    "note": "历史文本，不用于判断" if historical else note,
                }
            )
    return rows


def _markdown(rows: list[dict[str, Any]]) -> None:
    print("# 规则覆盖 · How every entry is accounted for\n")
    print("Written by `waiban regulations coverage --markdown`; one row an entry of the fact base.\n")
    print("| entry | 标题 | kind | level | stage | where | note |\n|---|---|---|---|---|---|---|")
    for row in rows:
        kind = f"{row['kind']} {KIND_WORDS.get(row['kind'], '')}"
        cells = (f"`{row['entry']}`", row["title"], kind, row["level"], row["stage"], row["level_name"], row["note"])
        print(f"| {' | '.join(cells)} |")
    print()


def _export(options: Namespace) -> int:
    target = Path(options.folder)
    if target.exists():
        print(f"waiban regulations: {target} exists already", file=sys.stderr)
        return UNUSABLE
    folder = office_folder(options.office)
    if folder is None:
        folder = REGULATIONS / NATION
    if folder.is_dir():
        for level in levels_of(str(folder))[-1:]:
            for name, content in level.files.items():
                path = target / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    elif not _export_office(str(options.office), target):
        print(
            f"waiban regulations: no folder, level or office {options.office!r} with rules of its own", file=sys.stderr
        )
        return UNUSABLE
    print(target)
    return 0


def _export_office(code: str, target: Path) -> bool:
    """An office's own overlay is a row of the database; write its current version as a folder."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    import django

    django.setup()
    from waiban.core.offices.overlays import overlay_files

    try:
        files = overlay_files(code)
    except KeyError:
        return False
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return bool(files)
