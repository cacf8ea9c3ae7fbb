"""Law cases from YAML: a dossier, the law over it, the answer that the law must give."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waiban.dossiers.check import Judgement, check_trip
from waiban.dossiers.load import SCHEMA_FILE, trip_from
from waiban.rulebook.law import Law, law_from
from waiban.rulebook.sources import NATION, REGULATIONS, read_level, stack
from waiban.rulebook.workdays import announced_calendar
from waiban.rulebook.yaml_text import load_yaml

if TYPE_CHECKING:
    from waiban.dossiers.trip import Trip

HERE = Path(__file__).parent
OVERLAYS = HERE / "overlays"
KEYS = {
    "name", "rule", "source", "base", "trip", "expect", "stage", "as_of", "today", "office", "in_case", "decided",
    "history", "facts", "items", "remedy", "text_zh", "text_en", "others", "verdict",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    file: str
    data: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.file}:{self.data['rule']}:{self.data['name']}"

    def judge(self, law: Law | None = None) -> Judgement:
        data = self.data
        return check_trip(
            self.trip,
            law or law_for(data.get("office", NATION)),
            stage=data.get("stage", "submit"),
            as_of=_day(data.get("as_of")),
            today=_day(data.get("today")),
            in_case=data.get("in_case", False),
            decided=data.get("decided"),
            history=data.get("history"),
        )

    @property
    def trip(self) -> Trip:
        return trip_from(merge(bases()[self.data.get("base", "ordinary")], self.data.get("trip", {})), draft=True)


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


@cache
def bases() -> dict[str, Any]:
    found: dict[str, Any] = {"none": {}}
    for path in sorted(HERE.rglob("bases*.yaml")):
        found |= load_yaml(path.read_bytes())["bases"]
    return found


def merge(base: Any, change: Any) -> Any:
    """RFC 7396: null removes, objects merge, everything else replaces."""
    if not isinstance(change, dict):
        return change
    result = copy.deepcopy(base) if isinstance(base, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


@cache
def all_cases() -> tuple[Case, ...]:
    cases = []
    for path in sorted(HERE.rglob("*.yaml")):
        if OVERLAYS in path.parents or path.name.startswith("bases") or "examples" in path.parts:
            continue
        for data in load_yaml(path.read_bytes())["cases"]:
            strange = set(data) - KEYS
            assert not strange, f"{path}: unknown key {min(strange)}"
            cases.append(Case(str(path.relative_to(HERE)), data))
    return tuple(cases)


@cache
def law_for(office: str) -> Law:
    """Straight from the sources, so that a case tests what is written now."""
    schema, calendar = SCHEMA_FILE.read_text("utf-8"), announced_calendar()
    if (REGULATIONS / office / "level.yaml").exists():
        return law_from(stack([office]), schema, calendar)
    return law_from(stack([], own=read_level(OVERLAYS / office.removeprefix("overlays/"), office)), schema, calendar)


def failures(case: Case, judgement: Judgement) -> list[str]:
    """What the law said otherwise than the case expects."""
    data = case.data
    finding = judgement.finding(data["rule"])
    if finding is None:
        return [f"no judged rule {data['rule']}"]
    wrong = []

    def expect(what: str, wanted: Any, got: Any) -> None:
        if wanted != got:
            wrong.append(f"{what}: expected {_show(wanted)}, got {_show(got)}")

    expect("answer", data["expect"], finding.answer)
    for name, wanted in data.get("facts", {}).items():
        expect(f"fact {name}", _number(wanted), _number(finding.facts.get(name)))
    if "items" in data:
        got = {item.path: item.answer for item in finding.items}
        expect(
            "items",
            {item["path"]: item["answer"] for item in data["items"]},
            {p: a for p, a in got.items() if p in _paths(data)},
        )
    if "remedy" in data:
        expect("remedy", _json(data["remedy"]), _json(finding.remedy))
    for name in ("text_zh", "text_en"):
        if name in data:
            expect(name, data[name], finding.sentence(name.removeprefix("text_")))
    for rule, answer in data.get("others", {}).items():
        expect(rule, answer, judgement.answers.get(rule))
    if "verdict" in data:
        expect("verdict", data["verdict"], judgement.verdict)
    return wrong


def _paths(data: dict[str, Any]) -> set[str]:
    return {item["path"] for item in data["items"]}


def _number(value: Any) -> Any:
    return str(value) if not isinstance(value, (bool, type(None))) else value


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float))


def _show(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
