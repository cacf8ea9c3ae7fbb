"""From the law as written to the law as it runs: names resolved, lines parsed, overlays laid beside their rule."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from waiban.rulebook import grammar
from waiban.rulebook.grammar import GrammarError, Name, Node, Scope, TableShape
from waiban.rulebook.sources import (
    ANSWERS,
    CITATION_KEYS,
    CONFIDENCES,
    EXEMPTION_KEYS,
    HOW_READ,
    KINDS,
    LEVELS,
    NATION,
    REFERENCES,
    RELATIONS,
    REMEDIES,
    STAGES,
    STATUSES,
    LawError,
    LawErrors,
    Level,
    Period,
    periods,
    read_csv,
    start_of,
)
from waiban.rulebook.tables import Edition, Table
from waiban.rulebook.types import BOOL, DATE, NUMBER, TEXT, Kind, kind_from_schema, kind_of_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z_0-9.]*)\}")
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(slots=True)
class Value:
    """A dated value of a line."""

    name: str
    kind: Kind
    tighter: str | None
    unit: str
    choice: list[Any] | None
    dated: tuple[Period, ...]


@dataclass(slots=True)
class Clause:
    """One exemption as a line uses it."""

    name: str
    claimed: Node
    holds: Node
    card: dict[str, Any]


@dataclass(slots=True)
class Remedy:
    operation: str
    value: Node
    when: Node | None
    zh: str
    en: str

    def nodes(self) -> Iterable[Node]:
        yield self.value
        if self.when is not None:
            yield self.when


@dataclass(slots=True)
class Line:
    """One judged line: a rule as its own level wrote it, or what a lower level laid over it."""

    rule: str
    level_name: str
    card: dict[str, Any]
    reference: str = "before"
    in_force: Period | None = None
    values: dict[str, Value] = field(default_factory=dict)
    applies: Node | None = None
    lets: dict[str, Node] = field(default_factory=dict)
    over: Node | None = None
    item: str | None = None
    where: Node | None = None
    test: Node | None = None
    clauses: list[Clause] = field(default_factory=list)
    shown: dict[str, Node] = field(default_factory=dict)
    remedies: list[Remedy] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    relation: str | None = None
    overlay: dict[str, Any] | None = None
    above: Line | None = None

    @property
    def first_stage(self) -> int:
        """Where the line is first looked at: its own stage, or the earlier one at which an admission counts."""
        return min(STAGES.index(self.card["stage"]), STAGES.index(self.card["claimed_at"] or self.card["stage"]))

    @property
    def judged(self) -> bool:
        return self.card["kind"] in ("computed", "attested") and self.card["citation"]["status"] != "historical"

    def nodes(self) -> Iterable[Node]:
        """Every expression of the line."""
        yield from self.early_nodes()
        yield from self.late_nodes()

    def early_nodes(self) -> Iterable[Node]:
        """What every dossier's answer needs."""
        single = (self.applies, self.over, self.where, self.test)
        yield from (node for node in single if node is not None)
        yield from self.lets.values()

    def late_nodes(self) -> Iterable[Node]:
        """What is only asked once the test isn't met."""
        yield from self.shown.values()
        for clause in self.clauses:
            yield from (clause.claimed, clause.holds)
        for remedy in self.remedies:
            yield from remedy.nodes()


@dataclass(slots=True)
class Description:
    """The whole merged law, ready to be written as code."""

    levels: list[Level]
    names: dict[str, Name]
    facts: dict[str, Node]
    fact_cards: dict[str, dict[str, Any]]
    constants: dict[str, Any]
    tables: dict[str, Table]
    references: dict[str, Node]
    lines: list[Line]
    labels: dict[str, dict[str, str]]
    data: dict[str, dict[str, Any]]
    claims: dict[str, list[str]]
    history: dict[str, dict[str, str]]
    instruments: dict[str, dict[str, Any]]
    schema: Mapping[str, Any]

    @property
    def shapes(self) -> dict[str, TableShape]:
        return {name: TableShape(table.keys, _column_kinds(self, name)) for name, table in self.tables.items()}


def _column_kinds(description: Description, name: str) -> dict[str, Kind]:
    for level in reversed(description.levels):
        if name in level.sections["tables"]:
            kinds = {"text": TEXT, "number": NUMBER, "date": DATE}
            return {column: kinds[kind] for column, kind in level.sections["tables"][name]["columns"].items()}
    return {}


def describe(levels: Sequence[Level], schema: Mapping[str, Any]) -> Description:
    """Read the stack of levels, nation first, over the dossier's JSON Schema. Raises LawError."""
    return _Builder(levels, schema).build()


class _Builder:
    def __init__(self, levels: Sequence[Level], schema: Mapping[str, Any]) -> None:
        self.levels = list(levels)
        self.where: dict[str, str] = {}
        keys = kind_from_schema(schema).fields
        names = {name: Name("key", kind) for name, kind in keys.items()}
        names["today"] = Name("context", DATE)
        names["law_day"] = Name("context", DATE)
        self.d = Description(
            self.levels, names, {}, {}, {}, {}, {}, [], {}, {}, {}, {}, {}, schema,
        )  # fmt: skip
        self.problems = [problem for level in levels for problem in level.problems]
        self.exemptions: dict[str, dict[str, Any]] = {}
        self.rules: frozenset[str] = frozenset()
        self.scope = Scope(names, {})

    def build(self) -> Description:
        for level in self.levels:
            self.collect(level)
        self.rules = frozenset(entry["id"] for level in self.levels for entry in level.sections["rules"])
        self.scope = Scope(self.d.names, self.d.shapes, self.rules)
        self.derive()
        for level in self.levels:
            for entry in level.sections["rules"]:
                where = f"{level.where['rules/' + entry['id']]} {entry['id']}"
                if any(line.rule == entry["id"] for line in self.d.lines):
                    self.problems.append(LawError(where, "a level above has this rule; use overlays"))
                    continue
                with self.collecting():
                    self.d.lines.append(self.rule(level, entry, where))
            for index, entry in enumerate(level.sections["overlays"]):
                with self.collecting():
                    self.overlay(level, entry, f"{level.where[f'overlays/{index}']} {entry['rule']}")
        self.name_grants()
        if self.problems:
            raise LawErrors(self.problems)
        return self.d

    def name_grants(self) -> None:
        """A shipped grant names its document by an instrument, as a citation does."""
        grants: Any = self.d.data.get("grants") or ()
        for grant in grants:
            name = grant.get("instrument")
            if name in self.d.instruments:
                grant["document"] = self.d.instruments[name]["zh"]
            else:
                self.problems.append(LawError("data grants", f"no instrument {name!r}"))

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """All that is wrong with single entries is told at once."""
        try:
            yield
        except LawError as error:
            self.problems.append(error)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.problems.append(LawError("an entry", f"not of the format: {error!r}"))

    def collect(self, level: Level) -> None:
        """Names of a level into the whole; a name that a level above has may not be taken again."""
        homes: tuple[tuple[str, dict[str, Any]], ...] = (
            ("instruments", self.d.instruments),
            ("labels", self.d.labels),
            ("exemptions", self.exemptions),
            ("data", self.d.data),
            ("claims", self.d.claims),
            ("history", self.d.history),
        )
        for section, home in homes:
            for name, entry in level.sections[section].items():
                if name in home and section != "data":
                    raise LawError(level.where[f"{section}/{name}"], f"a level above has {section} {name}")
                home[name] = entry
        for name, entry in level.sections["constants"].items():
            where = level.where[f"constants/{name}"]
            self.fresh(name, where)
            value = entry["value"] if isinstance(entry, dict) and "value" in entry else entry
            self.d.constants[name] = value
            self.d.names[name] = Name("constant", kind_of_value(value), nullable=False)
        for name, entry in level.sections["tables"].items():
            self.d.tables[name] = self.table(level, name, entry, level.where[f"tables/{name}"])
        for name, entry in level.sections["facts"].items():
            where = f"{level.where[f'facts/{name}']} {name}"
            self.fresh(name, where)
            if not isinstance(entry, dict) or not {"is", "zh", "en"} <= set(entry):
                raise LawError(where, "a fact has is, zh and en")
            self.d.fact_cards[name] = entry
            self.where[name] = where
        for name, entry in level.sections["references"].items():
            self.d.fact_cards[f"reference {name}"] = {"is": entry}
            self.where[f"reference {name}"] = level.where[f"references/{name}"]

    def fresh(self, name: str, where: str) -> None:
        if not NAME.fullmatch(name):
            raise LawError(where, f"{name!r} is no name: small letters, digits and _")
        if name in self.d.names or name in self.d.fact_cards:
            raise LawError(where, f"{name!r} already means something")

    def derive(self) -> None:
        """Parse derived facts in the order of their dependence."""
        state: dict[str, str] = {}

        def visit(name: str, chain: tuple[str, ...]) -> None:
            if state.get(name) == "done":
                return
            if state.get(name) == "open":
                raise LawError(self.where[name], f"a circle of facts: {' → '.join((*chain, name))}")
            state[name] = "open"
            text = str(self.d.fact_cards[name]["is"])
            for word in WORD.findall(text):
                if word in self.d.fact_cards and word != name:
                    visit(word, (*chain, name))
            node = self.parse(text, self.scope, self.where[name])
            if name.startswith("reference "):
                self.d.references[name.removeprefix("reference ")] = node
            else:
                self.d.facts[name] = node
                self.d.names[name] = Name("fact", node.kind, node.nullable)
                self.scope = Scope(self.d.names, self.scope.tables, self.rules)
            state[name] = "done"

        for name in list(self.d.fact_cards):
            with self.collecting():
                visit(name, ())
        missing = [name for name in REFERENCES if name not in self.d.references]
        if missing:
            raise LawError(NATION, f"references: no {missing[0]}")

    def parse(self, text: Any, scope: Scope, where: str, want: Kind | None = None) -> Node:
        try:
            return grammar.parse(text, scope, want=want)
        except GrammarError as error:
            raise LawError(where, str(error)) from error

    def table(self, level: Level, name: str, entry: dict[str, Any], where: str) -> Table:
        keys = tuple(entry["keys"])
        for kind in entry["columns"].values():
            _one(kind, ("text", "number", "date"), where, "column")
        editions = []
        for period in periods(entry["dated"], where, value="file"):
            text = level.files.get(period.value)
            if text is None:
                raise LawError(where, f"no file {period.value}")
            rows = read_csv(text, entry["columns"], keys, f"{level.name}/{period.value}")
            known = period.start.day.year if period.start.day and period.start.known == "year" else None
            editions.append(Edition(period.start.day, period.until, known, rows))
        return Table(name, keys, entry.get("else") or {}, tuple(entry["columns"]), editions)

    def rule(self, level: Level, entry: dict[str, Any], where: str) -> Line:
        kind = entry.get("kind")
        if kind not in KINDS:
            raise LawError(where, f"kind: {', '.join(KINDS)}")
        _both(entry.get("title"), where, "title")
        judged = kind in ("computed", "attested")
        for key in ("level", "stage", "test", "text", "citation") if judged else ():
            if key not in entry:
                raise LawError(where, f"no {key}")
        if kind == "left_out":
            _both(entry.get("reason"), where, "reason")
        card: dict[str, Any] = {
            "rule": entry["id"],
            "level_name": level.name,
            "kind": kind,
            "title": entry["title"],
            "level": _one(entry.get("level", "info"), LEVELS, where, "level"),
            "stage": _one(entry.get("stage", "submit"), STAGES, where, "stage"),
            "claimed_at": _one(entry["claimed_at"], STAGES, where, "claimed_at") if "claimed_at" in entry else None,
            "stated_by": entry.get("stated_by", "applicant"),
            "entries": [entry["id"], *entry.get("entries", [])],
            "reason": entry.get("reason"),
            "due": entry.get("due"),
            "without_grant": entry.get("without_grant"),
            "source": entry.get("source"),
            "citation": self.citation(entry.get("citation"), where) if "citation" in entry else _no_citation(),
        }
        if "without_grant" in entry:
            _both(entry["without_grant"], where, "without_grant")
        _readable(card, entry, where)
        line = Line(entry["id"], level.name, card, raw=entry)
        if judged:
            self.fill(line, entry, where)
        return line

    def fill(self, line: Line, entry: dict[str, Any], where: str) -> None:
        """The judged part of a rule: values, names, lines."""
        line.reference = _one(entry.get("reference", "before"), REFERENCES, where, "reference")
        if "in_force" in entry:
            (line.in_force,) = periods([{**entry["in_force"], "value": True}], where)
        names: dict[str, Name] = {}
        for name, value in (entry.get("values") or {}).items():
            line.values[name] = self.value(name, value, where)
            names[name] = Name("value", line.values[name].kind, nullable=False)
        scope = self.scope.with_names(names)
        if "applies" in entry:
            line.applies = self.parse(entry["applies"], scope, f"{where} applies", BOOL)
        if "each" in entry:
            match = re.fullmatch(r"\s*(\w+) in (.+)", str(entry["each"]))
            if not match:
                raise LawError(where, "each: NAME in LIST")
            line.item = match[1]
            line.over = self.parse(match[2], scope, f"{where} each")
            if line.over.kind.name != "list" or line.over.kind.item is None:
                raise LawError(where, f"each runs over a list, not a {line.over.kind}")
            scope = scope.with_names({line.item: Name("item", line.over.kind.item, nullable=False)})
        if "where" in entry:
            line.where = self.parse(entry["where"], scope, f"{where} where", BOOL)
        for name, text in (entry.get("let") or {}).items():
            if name in scope.names and scope.names[name].origin != "key":
                raise LawError(where, f"let {name!r} already means something")
            line.lets[name] = self.parse(text, scope, f"{where} let {name}")
            scope = scope.with_names({name: Name("let", line.lets[name].kind, line.lets[name].nullable)})
        line.test = self.parse(entry["test"], scope, f"{where} test", BOOL)
        for clause in entry.get("exempt") or []:
            line.clauses.append(self.clause(clause, scope, where))
        self.show(line, entry, scope, where)
        for remedy in entry.get("remedy") or []:
            line.remedies.append(self.remedy(line, remedy, scope, where))

    def value(self, name: str, entry: dict[str, Any], where: str) -> Value:
        unknown = [key for key in entry if key not in {"tighter", "unit", "choice", "dated"}]
        if unknown or name in self.d.names:
            raise LawError(where, f"value {name}: {unknown[0] if unknown else 'already means something'}")
        dated = periods(entry.get("dated"), f"{where} {name}")
        dated = tuple(
            replace(period, citation=self.citation(period.citation, where)) if period.citation else period
            for period in dated
        )
        tighter = entry.get("tighter")
        if tighter not in (None, "lower", "higher"):
            raise LawError(where, f"value {name}: tighter is lower or higher")
        return Value(name, kind_of_value(dated[0].value), tighter, entry.get("unit", ""), entry.get("choice"), dated)

    def clause(self, entry: Any, scope: Scope, where: str) -> Clause:
        name = entry if isinstance(entry, str) else "own"
        body = self.exemptions.get(entry) if isinstance(entry, str) else entry
        if body is None:
            raise LawError(where, f"no exemption {entry!r}")
        unknown = [key for key in body if key not in EXEMPTION_KEYS]
        if unknown or not {"zh", "en", "claimed", "holds", "citation"} <= set(body):
            raise LawError(
                where, f"exemption {name}: {unknown[0] if unknown else 'zh, en, claimed, holds and citation'}"
            )
        card = {key: body.get(key) for key in ("zh", "en", "claimed_by", "confirmed_by", "offer", "pending")}
        card["name"] = name
        card["citation"] = self.citation(body["citation"], f"{where} exemption {name}")
        claimed = self.parse(body["claimed"], scope, f"{where} exemption {name} claimed", BOOL)
        holds = self.parse(body["holds"], scope, f"{where} exemption {name} holds", BOOL)
        return Clause(name, claimed, holds, card)

    def show(self, line: Line, entry: dict[str, Any], scope: Scope, where: str) -> None:
        """What the finding shows: lets, values, names of the test, and whatever its sentences print."""
        shown: dict[str, Node] = {}
        for extra in entry.get("show") or []:
            pairs = extra.items() if isinstance(extra, dict) else [(extra, extra)]
            for name, text in pairs:
                shown[name] = self.parse(text, scope, f"{where} show")
        for name, node in line.lets.items():
            shown[name] = Node("name", node.kind, value=("let", name), nullable=node.nullable)
        for name, value in line.values.items():
            if value.kind.name not in ("map", "list"):
                shown[name] = Node("name", value.kind, value=("value", name), nullable=False)
        assert line.test is not None
        for node in line.test.walk():
            text = dotted(node)
            if text is not None and node.kind.name not in ("object", "list", "map"):
                shown.setdefault(text, node)
        operations = {remedy_name for remedy in entry.get("remedy") or [] for remedy_name in remedy["do"]}
        for text in _sentences(entry):
            for name in PLACE.findall(text):
                if name not in shown and name not in operations and name != "missing":
                    shown[name] = self.parse(name, scope, f"{where} text")
        line.shown = {
            name: node
            for name, node in shown.items()
            if not any(_is_inner_item(part, line.item) for part in node.walk())
        }
        line.card["shown"] = list(line.shown)

    def remedy(self, line: Line, entry: dict[str, Any], scope: Scope, where: str) -> Remedy:
        ((operation, text),) = entry["do"].items()
        _one(operation, REMEDIES, where, "remedy")
        if operation in ("cabin", "line_days", "line_amount") and (
            line.over is None or dotted(line.over) != "budget.lines"
        ):
            raise LawError(where, f"{operation} belongs to a rule with each: … in budget.lines")
        wants = {"return_on": DATE, "depart_on": DATE, "cabin": TEXT}
        value = self.parse(text, scope, f"{where} remedy", wants.get(operation, NUMBER))
        when = self.parse(entry["when"], scope, f"{where} remedy", BOOL) if "when" in entry else None
        _both(entry, where, "remedy")
        line.card.setdefault("remedies", []).append({"do": operation, "zh": entry["zh"], "en": entry["en"]})
        return Remedy(operation, value, when, entry["zh"], entry["en"])

    def citation(self, entry: Any, where: str) -> dict[str, Any]:
        """A citation with its instrument written out. Raises LawError if it leads nowhere."""
        if not isinstance(entry, dict):
            raise LawError(where, "no citation")
        unknown = [key for key in entry if key not in CITATION_KEYS]
        if unknown:
            raise LawError(where, f"citation: {unknown[0]}")
        instrument = self.d.instruments.get(entry.get("instrument", ""))
        if instrument is None:
            raise LawError(where, f"no instrument {entry.get('instrument')!r}")
        return {
            "id": entry["instrument"],
            "instrument": instrument["zh"],
            "number": instrument.get("number"),
            "article": entry.get("article", "not_seen"),
            "how_read": _one(entry.get("how_read"), HOW_READ, where, "how_read"),
            "confidence": _one(entry.get("confidence"), CONFIDENCES, where, "confidence"),
            "status": _one(entry.get("status"), STATUSES, where, "status"),
            "verified": entry.get("verified", True),
            "note": entry.get("note"),
        }

    def overlay(self, level: Level, entry: dict[str, Any], where: str) -> None:
        """A lower level's line beside the one from above: the worse answer counts, so that it can only tighten."""
        bases = (None, "delegated")
        above = next((line for line in self.d.lines if line.rule == entry["rule"] and line.relation in bases), None)
        if above is None or not above.judged:
            raise LawError(where, "no judged rule of that id above")
        relation = _one(entry.get("relation"), RELATIONS, where, "relation")
        raw = {key: value for key, value in above.raw.items() if key != "in_force"}
        raw["citation"] = entry.get("citation")
        for key in ("level", "stage", "text", "title", "source", "reading"):
            if key in entry:
                raw[key] = {**raw.get(key, {}), **entry[key]} if key == "text" else entry[key]
        if "applies" in entry:
            raw["applies"] = f"({raw['applies']}) and ({entry['applies']})" if "applies" in raw else entry["applies"]
        if "values" in entry:
            raw["values"] = {name: dict(value) for name, value in raw.get("values", {}).items()}
            for name, value in entry["values"].items():
                if name not in raw["values"]:
                    raise LawError(where, f"the rule above has no value {name!r}")
                kept = _until(raw["values"][name]["dated"], value["dated"], where) if relation == "delegated" else []
                raw["values"][name]["dated"] = [*kept, *value["dated"]]
        if "earliest" in entry:
            raw["let"] = dict(raw.get("let", {}))
            for name, text in entry["earliest"].items():
                if name not in raw["let"]:
                    raise LawError(where, f"the rule above has no let {name!r}")
                raw["let"][name] = text
        if "also" in entry:
            raw["test"] = entry["also"]
        if "without_exemptions" in entry:
            raw["exempt"] = [name for name in raw.get("exempt", []) if name not in entry["without_exemptions"]]
        line = self.rule(level, raw, where)
        line.relation = relation
        line.card["relation"] = relation
        line.overlay, line.above = entry, above
        if relation == "delegated":
            self.d.lines.remove(above)
        self.d.lines.append(line)


def _until(above: list[dict[str, Any]], below: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    """What the higher text said before the lower level picked."""
    first = min(period.start.day or date.min for period in periods(below, where))
    kept = [entry for entry in above if (start_of(entry.get("from"), where).day or date.min) < first]
    return [{**entry, "until": first.isoformat()} if entry is kept[-1] else entry for entry in kept]


def dotted(node: Node) -> str | None:
    """The text of a plain name or path, `l.amount`; None for anything else."""
    if node.op == "name":
        return str(node.value[1])
    if node.op == "attr":
        base = dotted(node.args[0])
        return None if base is None else f"{base}.{node.value}"
    return None


def _is_inner_item(node: Node, item: str | None) -> bool:
    """A name of a loop inside the test has no value outside it."""
    return node.op == "name" and node.value[0] == "item" and node.value[1] != item


def _sentences(entry: Mapping[str, Any]) -> Iterable[str]:
    for texts in (entry.get("text") or {}).values():
        yield from texts.values()
    for remedy in entry.get("remedy") or []:
        yield from (remedy.get("zh", ""), remedy.get("en", ""))
    if isinstance(entry.get("missing"), dict):
        yield from entry["missing"].values()


def _readable(card: dict[str, Any], entry: dict[str, Any], where: str) -> None:
    texts = entry.get("text") or {}
    for answer, text in texts.items():
        _one(answer, (*ANSWERS, "info"), where, "text")
        _both(text, where, f"text {answer}")
    if card["kind"] in ("computed", "attested") and "not_met" not in texts:
        raise LawError(where, "no text for not_met")
    if isinstance(entry.get("missing"), dict):
        _both(entry["missing"], where, "missing")
    at = entry.get("at") or []
    card |= {
        "text": texts,
        "missing": entry.get("missing"),
        "at": [at] if isinstance(at, str) else at,
        "reading": entry.get("reading"),
        "remedies": [],
        "shown": [],
    }


def _both(entry: Any, where: str, what: str) -> None:
    if not isinstance(entry, dict) or not isinstance(entry.get("zh"), str) or not isinstance(entry.get("en"), str):
        raise LawError(where, f"{what} has zh and en")


def _one(value: Any, known: Iterable[str], where: str, what: str) -> str:
    if value not in tuple(known):
        raise LawError(where, f"{what} is {value!r}; known: {', '.join(known)}")
    return str(value)


def _no_citation() -> dict[str, Any]:
    return {
        "id": None, "instrument": None, "number": None, "article": "not_seen", "how_read": None, "confidence": None,
        "status": "current", "verified": True, "note": None,
    }  # fmt: skip
