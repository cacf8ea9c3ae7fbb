"""
The rulebook beside regorus, common-expression-language, zen-engine and JSON Logic: same rules, same dossiers, one run.

    bin/setup --bench && .venv/bin/python bench/rulebook.py [SECONDS]

The nation's computed rules are written for each peer from one description; policies are compiled and inputs prepared
beforehand, and every engine's answers are compared with ours before anything is timed. Two runs: the rules that every
peer can say by itself (its ratios are the ones reported), and those besides that need values which some peer can't work
out (sums, distinct values, months, working days); there the peers get them ready-made and untimed while ours works them
out. Ours answers every rule and builds the findings of those not met, not stated or exempt (those of met rules are built
when asked for); "rendered" writes out every such finding with sentences, citation and remedy. The peers answer with a
number a rule. One process, one core.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).parent)]

import msgspec  # noqa: E402

from dossiers import dossiers  # noqa: E402
from rulebook_engines import cel_judges, json_logic_judges, regorus_judges, zen_judges  # noqa: E402
from rulebook_peers import Given, Plan, Translator  # noqa: E402
from waiban.dossiers.load import SCHEMA_FILE, trip_schema  # noqa: E402
from waiban.dossiers.remedies import expand  # noqa: E402
from waiban.dossiers.trip import Trip  # noqa: E402
from waiban.rulebook.build import Description, Line, describe  # noqa: E402
from waiban.rulebook.code import DUE_LATER, order, write_module  # noqa: E402
from waiban.rulebook.findings import Judgement  # noqa: E402
from waiban.rulebook.freeze import compile_text, freeze_description  # noqa: E402
from waiban.rulebook.grammar import Node  # noqa: E402
from waiban.rulebook.law import Law, thaw  # noqa: E402
from waiban.rulebook.sources import STAGES, stack  # noqa: E402
from waiban.rulebook.types import BOOL  # noqa: E402
from waiban.rulebook.workdays import announced_calendar  # noqa: E402

DOSSIERS = 200
ROUNDS = 5
STAGE = "close"
PEERS = {
    "regorus": regorus_judges,
    "common-expression-language": cel_judges,
    "zen-engine": zen_judges,
    "json-logic": json_logic_judges,
}


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    description = describe(stack([]), trip_schema())
    trips = list(dossiers(DOSSIERS))
    alone = compete(description, trips, seconds, helped=False)
    helped = compete(description, trips, seconds, helped=True)
    print(
        json.dumps(
            {
                "ratio_findings": alone["ratio_findings"],
                "ratio_rendered": alone["ratio_rendered"],
                "rules": alone["rules"],
                "dossiers": len(trips),
                "rates": alone["rates"],
                "helped": helped,
            }
        )
    )


def compete(description: Description, trips: list[Trip], seconds: float, *, helped: bool) -> dict[str, Any]:
    """One run: the rules that every peer can say by itself, or also those that need values worked out for them."""
    plan, lines, law = prepare(description, helped=helped)
    given = Givens(description, law, plan, dict(enumerate(order(description))))
    inputs = [given.input(trip) for trip in trips]
    found = sum(len(judge(law, trip).findings) for trip in trips) / len(trips)
    print(f"\n{len(lines)} rules, {len(plan.facts)} derived facts, {len(plan.given)} values given to the peers,")
    print(f"{len(trips)} dossiers with {found:.2f} findings each")
    runs: dict[str, tuple[list[Any], Callable[[Any], Any]]] = {
        "waiban": (trips, lambda trip: Judgement(law, trip, expand, stage=STAGE).findings),
        "waiban rendered": (
            trips,
            lambda trip: [finding.to_dict() for finding in Judgement(law, trip, expand, stage=STAGE).findings],
        ),
    }
    expected = [ours(law, trip) for trip in trips]
    for name, make in PEERS.items():
        for way, (make_ready, ask) in make(plan).items():
            prepared = [make_ready(value) for value in inputs]
            compare(name, way, expected, [ask(value) for value in prepared])
            runs[f"{name}, {way}"] = (prepared, ask)
    print("same answers from every engine")
    rates = measure(runs, seconds)
    for name, rate in rates.items():
        print(f"{name:44} {rate:10,.0f} dossiers/s  {1e6 / rate:8.1f} µs")
    fastest = max(rate for name, rate in rates.items() if not name.startswith("waiban"))
    return {
        "rules": len(lines),
        "given": len(plan.given),
        "rates": {name: round(rate) for name, rate in rates.items()},
        "ratio_findings": round(rates["waiban"] / fastest, 2),
        "ratio_rendered": round(rates["waiban rendered"] / fastest, 2),
    }


def prepare(description: Description, *, helped: bool) -> tuple[Plan, list[Line], Law]:
    numbered = list(enumerate(order(description)))
    if not helped:
        numbered = [(n, line) for n, line in numbered if by_itself(description, n, line)]
    translator = Translator(description)
    lines = [line for n, line in numbered if translator.add(n, line)]
    frozen = freeze_description(replace(description, lines=lines))
    law = thaw(frozen, {"schema": SCHEMA_FILE.read_text("utf-8")}, announced_calendar())
    return translator.plan, lines, law


def by_itself(description: Description, number: int, line: Line) -> bool:
    one = Translator(description)
    return one.add(number, line) and not one.plan.given


def judge(law: Law, trip: Trip) -> Judgement:
    return Judgement(law, trip, expand, stage=STAGE)


def ours(law: Law, trip: Trip) -> list[Any]:
    """Our answers as the peers give theirs: a number a rule, a list of numbers for a rule that looks at items."""
    details, answers = law.judge_whole(trip, None, None, STAGES.index(STAGE), {}, False)
    result: list[Any] = []
    for number, answer, _, _, items, _, _ in details:
        if law.cards[number]["over"] is None or items is None:
            result.append(answer)
        else:
            result.append({index: code for index, code, *_ in items})
    assert DUE_LATER not in answers
    return result


def compare(name: str, way: str, expected: Sequence[list[Any]], got: Sequence[list[Any]]) -> None:
    for n, (want, have) in enumerate(zip(expected, got, strict=True)):
        for rule, (one, other) in enumerate(zip(want, have, strict=True)):
            same = _same_items(one, other) if isinstance(one, dict) else one == other
            if not same:
                raise SystemExit(f"{name} ({way}) differs: dossier {n}, rule {rule}: {one} here, {other} there")


def _same_items(ours_: dict[int, int], theirs: Any) -> bool:
    return isinstance(theirs, list) and all(ours_.get(n, 4) == code for n, code in enumerate(theirs))


def measure(runs: dict[str, tuple[list[Any], Callable[[Any], Any]]], seconds: float) -> dict[str, float]:
    """Dossiers a second, the median of rounds in turn, so that a busy moment of the machine meets all alike."""
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (values, ask) in runs.items():
            done, started = 0, time.process_time()
            while time.process_time() - started < seconds / ROUNDS or not done:
                for value in values:
                    ask(value)
                done += len(values)
            rates[name].append(done / (time.process_time() - started))
    return {name: statistics.median(found) for name, found in rates.items()}


class Givens:
    """Inputs of the peers: paths flattened, days as numbers, and what they can't say worked out beforehand."""

    def __init__(self, description: Description, law: Law, plan: Plan, lines: dict[int, Line]) -> None:
        self.plan = plan
        self.law = law
        self.made = list(plan.given.values())
        helpers = [self.helper(given, lines) for given in self.made]
        text = write_module(replace(description, lines=helpers), whole=True)
        space: dict[str, Any] = {"tables": law.tables, "calendar": law.calendar}
        exec(compile_text(text), space)  # noqa: S102
        self.ask = space["judge"]

    def helper(self, given: Given, lines: dict[int, Line]) -> Line:
        """A line that is always met and shows the value asked for."""
        card = {
            "kind": "computed",
            "stage": "plan",
            "claimed_at": None,
            "stated_by": "applicant",
            "citation": {"status": "current"},
        }
        values = lines[given.line].values if given.line is not None else {}
        always = Node("const", BOOL, value=True, nullable=False)
        shown = {"value": given.node}
        return Line(given.name, "", card, values=values, over=given.over, item=given.item, test=always, shown=shown)

    def input(self, trip: Trip) -> dict[str, Any]:
        result: dict[str, Any] = {
            path.replace(".", "__"): plain(follow(trip, path)) for path in sorted(self.plan.paths)
        }
        day = trip.submitted or trip.depart
        result["law_day"] = (day or date(9999, 1, 1)).toordinal()
        details, _ = self.ask(trip, None, None, 0, {}, False)
        for given, (_, _, _, facts, items, _, _) in zip(self.made, details, strict=True):
            if given.over is None:
                result[given.name] = plain(facts[0]) if facts else None
                continue
            values = {index: plain(shown[0]) for index, _, _, shown, _ in items or ()}
            for n, item in enumerate(result.get(list_path(given.over)) or ()):
                item[given.name] = values.get(n)
        return result


def list_path(node: Node) -> str:
    parts = []
    while node.op == "attr":
        parts.append(node.value)
        node = node.args[0]
    return "__".join([node.value[1], *reversed(parts)])


def follow(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return value


def plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, msgspec.Struct):
        return dict(flat(value))
    return [plain(part) for part in value] if isinstance(value, list) else value


def flat(value: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Keys of an item, those of its parts joined by `__`; a part that isn't there gives keys that aren't stated."""
    for name, kind in ((field.name, field.type) for field in msgspec.structs.fields(type(value))):
        part = getattr(value, name)
        inner = [
            one for one in getattr(kind, "__args__", ()) if isinstance(one, type) and issubclass(one, msgspec.Struct)
        ]
        if isinstance(part, msgspec.Struct) or (part is None and inner and "list" not in str(kind)):
            yield before + name, part is not None or None
            yield from flat(part if part is not None else inner[0](), f"{before}{name}__")
        else:
            yield before + name, plain(part)


if __name__ == "__main__":
    main()
