"""`waiban check`: dossiers in, findings out."""

from __future__ import annotations

import json
import sys
import unicodedata
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waiban.dossiers.check import Judgement, check_trip
from waiban.dossiers.load import load_trip_file
from waiban.kernel.errors import InputError
from waiban.rulebook.sources import LawError
from waiban.site.cli import UNUSABLE, language
from waiban.site.commands.law import law_of

if TYPE_CHECKING:
    from argparse import Namespace

    from waiban.dossiers.trip import Trip
    from waiban.rulebook.findings import Finding
    from waiban.rulebook.law import Law

WORDS = {
    "zh": {
        "clear": "未见问题",
        "blocked": "有不符合项，不能通过",
        "incomplete": "资料未齐",
        "not_met": "不符合",
        "not_stated": "待补",
        "exempt": "豁免",
        "met": "符合",
        "not_applicable": "不适用",
        "due_later": "未到期",
        "block": "必改",
        "warn": "提醒",
        "attest": "待确认",
        "info": "告知",
        "error": "文件不可用",
        "expected": "应为",
        "found": "实为",
        "remedy": "改法",
        "repair": "最少改动",
        "none": "没有可自动给出的改动",
        "reading": "本系统理解",
        "article not seen": "条款未见",
    },
    "en": {
        "clear": "clear",
        "blocked": "blocked",
        "incomplete": "incomplete",
        "not_met": "not met",
        "not_stated": "to state",
        "exempt": "exempt",
        "met": "met",
        "not_applicable": "n/a",
        "due_later": "later",
        "block": "block",
        "warn": "warn",
        "attest": "attest",
        "info": "info",
        "error": "unusable",
        "expected": "expected",
        "found": "found",
        "remedy": "remedy",
        "repair": "smallest repair",
        "none": "no edit of the plan clears it",
        "reading": "our reading",
        "article not seen": "article not seen",
    },
}
ORDER = {"not_met": 0, "not_stated": 1, "exempt": 2, "met": 3, "due_later": 4, "not_applicable": 5}
WEIGHT = {"block": 0, "attest": 1, "warn": 2, "info": 3}


def run(options: Namespace) -> int:
    try:
        as_of = date.fromisoformat(options.as_of) if options.as_of else None
    except ValueError:
        print(f"waiban check: --as-of: {options.as_of!r} is no day (YYYY-MM-DD)", file=sys.stderr)
        return UNUSABLE
    try:
        law = law_of(options.office)
    except LawError as error:
        print(f"waiban check: {error}", file=sys.stderr)
        return UNUSABLE
    results, code = [], 0
    for name in options.files:
        try:
            trip = load_trip_file(Path(name))
        except InputError as error:
            code = UNUSABLE
            problem = error.problem
            wrong = {"path": problem.path, "expected": problem.expected, "found": problem.found}
            results.append({"file": name, "error": wrong})
            if not options.json:
                _print_error(name, wrong)
            continue
        judgement = check_trip(trip, law, stage=options.stage, as_of=as_of)
        repair = _repair(trip, law, judgement) if options.repair else []
        blocked = judgement.verdict == "blocked"
        code = max(code, int(blocked))
        if options.json:
            results.append({"file": name, **judgement.to_dict(whole=options.all), "repair": repair})
        else:
            print_judgement(name, judgement, whole=options.all, repair=repair if options.repair else None)
    if options.json:
        json.dump(results, sys.stdout, ensure_ascii=False, indent=1)
        print()
    sys.stdout.flush()
    return code


def _repair(trip: Trip, law: Law, judgement: Judgement) -> list[dict[str, Any]]:
    from waiban.dossiers.repair import repair

    return repair(trip, law, stage=judgement.stage, as_of=judgement.as_of)


def _print_error(name: str, wrong: dict[str, str]) -> None:
    words = WORDS[language()]
    print(f"{name}: {words['error']}")
    print(f"  {wrong['path'] or '/'}  {words['expected']} {wrong['expected']}; {words['found']} {wrong['found']}")


def print_judgement(name: str, judgement: Judgement, *, whole: bool, repair: list[dict[str, Any]] | None) -> None:
    tongue = language()
    words = WORDS[tongue]
    print(f"{name}: {words[judgement.verdict]}")
    findings = judgement.all_findings if whole else judgement.findings
    rows = sorted(findings, key=lambda finding: (ORDER[finding.answer], WEIGHT[finding.level]))
    for finding in rows:
        _print_finding(finding, words, zh=tongue == "zh")
    if repair is not None and judgement.verdict == "blocked":
        print(f"  {words['repair']}: {'' if repair else words['none']}")
        for edit in repair:
            value = json.dumps(edit["value"], ensure_ascii=False) if "value" in edit else ""
            print(f"    {edit['op']} {edit['path']} {value}".rstrip())


def _print_finding(finding: Finding, words: dict[str, str], *, zh: bool) -> None:
    text = finding.text_zh if zh else finding.text_en
    answer, level = words[finding.answer], words[finding.level]
    print(f"  {_wide(answer, 9)}{_wide(level, 7)} {text}")
    if finding.answer not in ("not_met", "not_stated", "exempt"):
        return
    cited = finding.citation
    source = f"{cited['number'] or cited['instrument']} {words.get(cited['article'], cited['article'])}"
    if finding.reading:
        source += f" · {words['reading']}"
    print(f"{' ' * 19}{source}  [{finding.rule}]")
    remedy = finding.remedy_zh if zh else finding.remedy_en
    if remedy and finding.remedy:
        print(f"{' ' * 19}{words['remedy']}: {remedy}")


def _wide(text: str, width: int) -> str:
    """Pad by what a terminal shows: a Chinese character takes two columns."""
    shown = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(0, width - shown)
