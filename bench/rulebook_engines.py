"""The same plan of questions written for each peer: Rego, CEL, zen's expressions, JSON Logic."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rulebook_peers import Core, Plan

Input = dict[str, Any]
Judge = Callable[[Any], list[Any]]


def levels(plan: Plan) -> list[list[tuple[str, Core]]]:
    """Facts in groups that only read the groups before."""
    depth: dict[str, int] = {}
    groups: list[list[tuple[str, Core]]] = []
    for name, core in plan.facts:
        depth[name] = 1 + max((depth[used] for used in _facts_in(core)), default=-1)
        while len(groups) <= depth[name]:
            groups.append([])
        groups[depth[name]].append((name, core))
    return groups


def inlined(plan: Plan) -> list[Core]:
    """The answers with every fact written out where it is read."""
    known: dict[str, Core] = {}
    for name, core in plan.facts:
        known[name] = _write(core, known)
    return [_write(core, known) for _, core in plan.answers]


def _facts_in(core: Any) -> set[str]:
    if isinstance(core, tuple):
        if len(core) == 2 and core[0] == "var" and core[1].startswith("f_"):
            return {core[1]}
        return set().union(*(_facts_in(part) for part in core))
    return set().union(*(_facts_in(part) for part in core)) if isinstance(core, list) else set()


def _write(core: Any, known: dict[str, Core]) -> Any:
    if isinstance(core, tuple):
        if len(core) == 2 and core[0] == "var" and core[1] in known:
            return known[core[1]]
        return tuple(_write(part, known) for part in core)
    return [_write(part, known) for part in core] if isinstance(core, list) else core


# Rego ---------------------------------------------------------------------------------------------------------------


class Rego:
    """Bodies for conjunctions, a helper rule for every disjunction, negation and choice."""

    def __init__(self, plan: Plan) -> None:
        self.helpers: list[str] = []
        self.count = 0
        facts = [f"{name} := {self.term(core, ())}" for name, core in plan.facts]
        answers = ", ".join(self.term(core, ()) for _, core in plan.answers)
        head = ["package waiban", "import rego.v1"]
        self.text = "\n".join([*head, *self.helpers, *facts, f"answers := [{answers}]"]) + "\n"

    def helper(self, scope: tuple[str, ...]) -> tuple[str, str]:
        self.count += 1
        name = f"h{self.count}"
        return name, f"{name}({', '.join(scope)})" if scope else name

    @staticmethod
    def block(lines: list[str]) -> str:
        return "{\n" + "\n".join(lines) + "\n}"

    def term(self, core: Core, scope: tuple[str, ...]) -> str:
        match core:
            case ("lit", value):
                return json.dumps(value, ensure_ascii=False)
            case ("var", name):
                return name if name.startswith("f_") else f"input.{name}"
            case ("item", item, key):
                return f"{item}.{key}" if key else str(item)
            case ("arith", sign, left, right):
                return f"({self.term(left, scope)} {sign} {self.term(right, scope)})"
            case ("len", values):
                return f"count({self.term(values, scope)})"
            case ("count", item, values, test):
                body = "\n".join(self.body(test, (*scope, item)))
                return f"count([1 |\nsome {item} in {self.term(values, scope)}\n{body}])"
            case ("map", item, values, result):
                value = self.term(result, (*scope, item))
                return f"[x | some {item} in {self.term(values, scope)}; x := {value}]"
            case ("if", *_):
                return self.choice(core, scope)
        name, call = self.helper(scope)
        self.helpers.append(f"default {call} := false" if not scope else "")
        self.helpers.append(f"{call} if {self.block(self.body(core, scope))}")
        return call

    def choice(self, core: Core, scope: tuple[str, ...]) -> str:
        parts = []
        while core[0] == "if":
            _, test, yes, core = core
            parts.append(f":= {self.term(yes, scope)} if {self.block(self.body(test, scope))}")
        parts.append(f":= {self.term(core, scope)}")
        _, call = self.helper(scope)
        self.helpers.append(f"{call} {' else '.join(parts)}")
        return call

    def body(self, core: Core, scope: tuple[str, ...]) -> list[str]:
        match core:
            case ("lit", value):
                return ["true" if value else "false"]
            case ("and", parts):
                return [line for part in parts for line in self.body(part, scope)]
            case ("cmp", sign, left, right):
                return [f"{self.term(left, scope)} {sign} {self.term(right, scope)}"]
            case ("notnull", value):
                return [f"{self.term(value, scope)} != null"]
            case ("in", value, words):
                return [
                    f"{self.term(value, scope)} in {{{', '.join(json.dumps(word, ensure_ascii=False) for word in words)}}}"
                ]
            case ("inlist", value, values):
                return [f"{self.term(value, scope)} in {self.term(values, scope)}"]
            case ("forall", item, values, test):
                body = "\n".join(self.body(test, (*scope, item)))
                return [f"every {item} in {self.term(values, scope)} {{\n{body}\n}}"]
            case ("exists", item, values, test):
                _, call = self.helper(scope)
                some = f"some {item} in {self.term(values, scope)}"
                self.helpers.append(f"{call} if {self.block([some, *self.body(test, (*scope, item))])}")
                return [call]
            case ("or", parts):
                _, call = self.helper(scope)
                self.helpers += [f"{call} if {self.block(self.body(part, scope))}" for part in parts]
                return [call]
            case ("not", part):
                _, call = self.helper(scope)
                self.helpers.append(f"{call} if {self.block(self.body(part, scope))}")
                return [f"not {call}"]
        return [f"{self.term(core, scope)} == true"]


def regorus_judges(plan: Plan) -> dict[str, tuple[Callable[[Input], Any], Judge]]:
    """The interpreter, with the input set beforehand on an engine of its own, and the compiled machine."""
    import regorus

    policy = Rego(plan).text
    engine = regorus.Engine()
    engine.add_policy("waiban.rego", policy)

    def prepare(value: Input) -> Any:
        own = engine.clone()
        own.set_input_json(json.dumps(value))
        return own

    def judge(own: Any) -> list[Any]:
        answers: list[Any] = own.eval_rule("data.waiban.answers")
        return answers

    return {"engine": (prepare, judge)}


# CEL and zen --------------------------------------------------------------------------------------------------------


class Cel:
    """One expression; facts are bound level by level as the item of a list of one."""

    def __init__(self, plan: Plan) -> None:
        self.where: dict[str, str] = {}
        answers = f"[{', '.join(self.write(core) for _, core in self.bind(plan))}]"
        for number, group in reversed(list(enumerate(levels(plan)))):
            facts = ", ".join(f'"{name}": {self.write(core)}' for name, core in group)
            answers = f"[{{{facts}}}].map(f{number}, {answers})[0]"
        self.text = answers

    def bind(self, plan: Plan) -> list[tuple[int, Core]]:
        for number, group in enumerate(levels(plan)):
            for name, _ in group:
                self.where[name] = f"f{number}.{name}"
        return plan.answers

    def write(self, core: Core) -> str:
        match core:
            case ("lit", value):
                return json.dumps(value, ensure_ascii=False)
            case ("var", name):
                return self.where.get(name, str(name))
            case ("item", item, key):
                return f"{item}.{key}" if key else str(item)
            case ("and" | "or", parts):
                sign = " && " if core[0] == "and" else " || "
                return f"({sign.join(self.write(part) for part in parts)})"
            case ("not", part):
                return f"!({self.write(part)})"
            case ("cmp" | "arith", sign, left, right):
                return f"({self.write(left)} {sign} {self.write(right)})"
            case ("notnull", value):
                return f"({self.write(value)} != null)"
            case ("in", value, words):
                return f"({self.write(value)} in {json.dumps(words, ensure_ascii=False)})"
            case ("inlist", value, values):
                return f"({self.write(value)} in {self.write(values)})"
            case ("if", test, yes, no):
                return f"({self.write(test)} ? {self.write(yes)} : {self.write(no)})"
            case ("len", values):
                return f"size({self.write(values)})"
            case ("count", item, values, test):
                return f"size({self.write(values)}.filter({item}, {self.write(test)}))"
            case ("exists" | "forall" | "map", item, values, inner):
                name = {"exists": "exists", "forall": "all", "map": "map"}[core[0]]
                return f"{self.write(values)}.{name}({item}, {self.write(inner)})"
        raise ValueError(core)


def cel_judges(plan: Plan) -> dict[str, tuple[Callable[[Input], Any], Judge]]:
    import cel

    program = cel.compile(Cel(plan).text)
    return {"one expression": (cel.Context, program.execute)}


class Zen(Cel):
    """The same words but for loops, whose item is `#`."""

    def __init__(self) -> None:
        self.where = {}

    def write(self, core: Core) -> str:
        match core:
            case ("item", _, key):
                return f"#.{key}" if key else "#"
            case ("and" | "or", parts):
                return f"({f' {core[0]} '.join(self.write(part) for part in parts)})"
            case ("not", part):
                return f"not ({self.write(part)})"
            case ("len", values):
                return f"len({self.write(values)})"
            case ("count", _, values, test):
                return f"count({self.write(values)}, {self.write(test)})"
            case ("exists" | "forall" | "map", _, values, inner):
                name = {"exists": "some", "forall": "all", "map": "map"}[core[0]]
                return f"{name}({self.write(values)}, {self.write(inner)})"
        return super().write(core)


def zen_judges(plan: Plan) -> dict[str, tuple[Callable[[Input], Any], Judge]]:
    import zen

    writer = Zen()
    whole = zen.compile_expression(f"[{', '.join(writer.write(core) for core in inlined(plan))}]")
    stages = [
        zen.compile_expression("{" + ", ".join(f"{name}: {writer.write(core)}" for name, core in group) + "}")
        for group in levels(plan)
    ]
    last = zen.compile_expression(f"[{', '.join(writer.write(core) for _, core in plan.answers)}]")

    def staged(value: Input) -> list[Any]:
        known = dict(value)
        for stage in stages:
            known.update(stage.evaluate(known))
        answers: list[Any] = last.evaluate(known)
        return answers

    return {"one expression": (lambda value: value, whole.evaluate), "staged": (lambda value: value, staged)}


# JSON Logic ---------------------------------------------------------------------------------------------------------


class Logic:
    """Operations as nested objects. Inside a loop only the item is seen, so that each item is given a way back, `_`."""

    def write(self, core: Core, *, inside: bool = False) -> Any:
        def inner(part: Core) -> Any:
            return self.write(part, inside=inside)

        match core:
            case ("lit", value):
                return value
            case ("var", name):
                return {"var": f"_.{name}" if inside else name}
            case ("item", _, key):
                return {"var": key}
            case ("and" | "or", parts):
                return {core[0]: [inner(part) for part in parts]}
            case ("not", part):
                return {"!": [inner(part)]}
            case ("cmp", sign, left, right):
                name = {"==": "===", "!=": "!=="}.get(sign, sign)
                return {name: [inner(left), inner(right)]}
            case ("arith", sign, left, right):
                return {sign: [inner(left), inner(right)]}
            case ("notnull", value):
                return {"!==": [inner(value), None]}
            case ("in", value, words):
                return {"in": [inner(value), words]}
            case ("inlist", value, values):
                return {"in": [inner(value), inner(values)]}
            case ("if", test, yes, no):
                return {"if": [inner(test), inner(yes), inner(no)]}
            case ("exists", _, values, test):
                return {"some": [inner(values), self.write(test, inside=True)]}
            case ("forall", _, values, test):
                return {"!": [{"some": [inner(values), {"!": [self.write(test, inside=True)]}]}]}
            case ("map", _, values, result):
                return {"map": [inner(values), self.write(result, inside=True)]}
            case ("count", _, values, test):
                found = {"filter": [inner(values), self.write(test, inside=True)]}
                return {"reduce": [found, {"+": [{"var": "accumulator"}, 1]}, 0]}
            case ("len", values):
                return {"reduce": [inner(values), {"+": [{"var": "accumulator"}, 1]}, 0]}
        raise ValueError(core)


def json_logic_judges(plan: Plan) -> dict[str, tuple[Callable[[Input], Any], Judge]]:
    from json_logic import jsonLogic

    writer = Logic()
    facts = [(name, writer.write(core)) for name, core in plan.facts]
    last = [writer.write(core) for _, core in plan.answers]

    def staged(value: Input) -> list[Any]:
        for name, logic in facts:
            value[name] = jsonLogic(logic, value)
        return [jsonLogic(logic, value) for logic in last]

    return {"staged": (_with_way_back, staged)}


def _with_way_back(value: Input) -> Input:
    root = dict(value)

    def copy(part: Any) -> Any:
        if isinstance(part, dict):
            return {**{key: copy(inner) for key, inner in part.items()}, "_": root}
        return [copy(inner) for inner in part] if isinstance(part, list) else part

    for key, part in value.items():
        if isinstance(part, list):
            root[key] = copy(part)
    return root
