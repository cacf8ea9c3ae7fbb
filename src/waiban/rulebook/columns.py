"""
The law over a whole history at once: the same lines as polars columns.

The one module that imports polars. Every name of the grammar has its column here as it has its statement in `emit`; a
property test holds the two together. Used for what-if and back-testing: numbers are floating here, so that an amount at
a limit to the last digit is decided by `judge`, never by this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from waiban.rulebook.code import (
    DUE_LATER,
    EXEMPT,
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    NOT_STATED,
    SEVERITY,
    order,
    reads,
    soft_tables,
)
from waiban.rulebook.sources import STAGES
from waiban.rulebook.times import DAY_MINUTES, HOME_MINUTES, LOCAL_TIME
from waiban.rulebook.types import kind_from_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from waiban.kernel.calendar import WorkCalendar
    from waiban.rulebook.build import Description, Line, Value
    from waiban.rulebook.grammar import Node
    from waiban.rulebook.tables import Table
    from waiban.rulebook.types import Kind

ROW = "row"
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2149, 12, 31)
"""Days between which working days are counted."""
SIMPLE = {"bool": pl.Boolean(), "number": pl.Float64(), "date": pl.Date(), "text": pl.String(), "nothing": pl.Boolean()}


def dtype(kind: Kind) -> pl.DataType:
    if kind.name == "object":
        return pl.Struct({name: dtype(part) for name, part in kind.fields.items()})
    if kind.name == "list" and kind.item is not None:
        return pl.List(dtype(kind.item))
    if kind.name == "map" and kind.item is not None:
        return pl.List(pl.Struct({"key": pl.String(), "value": dtype(kind.item)}))
    return SIMPLE[kind.name]


def plain(value: Any, kind: Kind) -> Any:
    """A dossier's value as polars takes it."""
    if value is None:
        return None
    if kind.name == "object":
        return {name: plain(getattr(value, name), part) for name, part in kind.fields.items()}
    if kind.name == "list" and kind.item is not None:
        return [plain(part, kind.item) for part in value]
    if kind.name == "map" and kind.item is not None:
        return [{"key": key, "value": plain(part, kind.item)} for key, part in value.items()]
    return float(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def frame_of(dossiers: Sequence[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    """One row a dossier, one column a key, whatever lies below as structs and lists."""
    keys = kind_from_schema(schema).fields
    columns = {
        f"k.{name}": pl.Series([plain(getattr(one, name), kind) for one in dossiers], dtype=dtype(kind))
        for name, kind in keys.items()
    }
    return pl.DataFrame(columns).with_row_index(ROW)


def judge_columns(
    description: Description,
    dossiers: Sequence[Any],
    *,
    tables: Mapping[str, Table],
    calendar: WorkCalendar,
    stage: str = "close",
    as_of: date | None = None,
    today: date | None = None,
    in_case: bool = False,
    attested: Sequence[Mapping[str, bool]] | None = None,
) -> pl.DataFrame:
    """A row a dossier, a column a line (ordered as `code.order`, named "number rule"), each answer by its number."""
    return judge_frame(
        description,
        frame_of(dossiers, description.schema),
        tables=tables,
        calendar=calendar,
        stage=stage,
        as_of=as_of,
        today=today,
        in_case=in_case,
        attested=attested,
    )


def judge_frame(
    description: Description,
    frame: pl.DataFrame,
    *,
    tables: Mapping[str, Table],
    calendar: WorkCalendar,
    stage: str = "close",
    as_of: date | None = None,
    today: date | None = None,
    in_case: bool = False,
    attested: Sequence[Mapping[str, bool]] | None = None,
) -> pl.DataFrame:
    """`judge_columns` of dossiers that are columns already, as `frame_of` makes them."""
    frame = frame.with_columns(
        pl.lit(today, dtype=pl.Date).alias("c.today"),
        pl.lit(as_of, dtype=pl.Date).alias("c.as_of"),
    )
    answered = {rule for one in attested or () for rule in one}
    for rule in sorted(answered):
        values = [one.get(rule) for one in attested or ()]
        frame = frame.with_columns(pl.Series(f"y.{rule}", values, dtype=pl.Boolean))
    judge = _Judge(description, _Scope(frame), tables, calendar, stage, in_case=in_case)
    return judge.answers()


@dataclass
class _Scope:
    """The rows at hand and the names of loops that they stand for."""

    frame: pl.DataFrame
    items: tuple[str, ...] = ()
    made: int = 0

    def keep(self, value: pl.Expr, name: str | None = None) -> pl.Expr:
        """The expression as a column of the rows, worked out once."""
        if name is None:
            self.made += 1
            name = f"t{len(self.items)}.{self.made}"
        self.frame = self.frame.with_columns(value.alias(name))
        return pl.col(name)


@dataclass
class _Judge:
    description: Description
    root: _Scope
    tables: Mapping[str, Table]
    calendar: WorkCalendar
    stage: str
    in_case: bool
    scope: _Scope = field(init=False)
    line: Line | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.scope = self.root
        days = (LAST_DAY - FIRST_DAY).days + 1
        works = [self.calendar.is_workday(FIRST_DAY + timedelta(days=n)) for n in range(days)]
        self.before = pl.Series([0, *_running(works)])
        self.workdays = pl.Series([FIRST_DAY + timedelta(days=n) for n in range(days) if works[n]], dtype=pl.Date)

    # Lines --------------------------------------------------------------------------------------------------------

    def answers(self) -> pl.DataFrame:
        columns = []
        for number, line in enumerate(order(self.description)):
            self.line = line
            self.need(line.nodes())
            self.day(line.reference)
            name = f"{number} {line.rule}"
            self.root.keep(self.judged(line).cast(pl.Int8), name)
            columns.append(name)
            self.root.frame = self.root.frame.drop(
                [c for c in self.root.frame.columns if c[:2] in ("l.", "v.") or c[0] == "t"]
            )
        return self.root.frame.select(columns)

    def judged(self, line: Line) -> pl.Expr:
        own, now = STAGES.index(line.card["stage"]), STAGES.index(self.stage)
        force = self.force(line)
        applies = self.truth(line.applies) if line.applies is not None else pl.lit(value=True)
        applies = self.scope.keep(applies)
        early = now < own
        if early and now < line.first_stage:
            inner: pl.Expr = pl.lit(DUE_LATER)
        elif line.over is None:
            inner = self.answer(line, applies, early=early)
        else:
            inner = self.items(line, applies, early=early)
        reached = applies.fill_null(value=False) if line.card["kind"] == "attested" else applies.fill_null(value=True)
        return pl.when(force & reached).then(inner).otherwise(NOT_APPLICABLE)

    def force(self, line: Line) -> pl.Expr:
        """In force on its day; the day's values are kept as columns on the way."""
        day = pl.col(f"d.{line.reference}")
        result = pl.lit(value=True)
        if line.in_force is not None:
            result = self.within(day, line.in_force.start.day, line.in_force.until, newest=True)
        for name, value in line.values.items():
            held = self.held(value, day)
            result = result & pl.any_horizontal(held)
            if value.kind.name not in ("list", "map"):
                chain: pl.Expr = pl.lit(None, dtype=dtype(value.kind))
                for inside, period in zip(held, value.dated, strict=True):
                    chain = pl.when(inside).then(pl.lit(_literal(period.value))).otherwise(chain)
                self.scope.keep(chain, f"v.{name}")
        return self.scope.keep(result)

    def held(self, value: Value, day: pl.Expr) -> list[pl.Expr]:
        """Per period of a value, whether the day lies in it; without a day the newest."""
        last = len(value.dated) - 1
        return [self.within(day, p.start.day, p.until, newest=n == last) for n, p in enumerate(value.dated)]

    @staticmethod
    def within(day: pl.Expr, start: date | None, until: date | None, *, newest: bool) -> pl.Expr:
        inside = pl.lit(value=True)
        if start is not None:
            inside = inside & (day >= start)
        if until is not None:
            inside = inside & (day < until)
        unstated = newest and until is None
        return pl.when(day.is_null()).then(pl.lit(value=unstated)).otherwise(inside)

    def soft(self, line: Line) -> pl.Expr:
        """A year that is only known as the start of what is in force then."""
        day = pl.col(f"d.{line.reference}")
        result = pl.lit(value=False)
        periods = [period for value in line.values.values() for period in value.dated]
        for period in [*periods, *([line.in_force] if line.in_force is not None else [])]:
            if period.start.day is not None and period.start.known == "year":
                inside = self.within(day, period.start.day, period.until, newest=False)
                result = result | (inside & (day.dt.year() == period.start.day.year))
        for edition in (edition for name in soft_tables(line) for edition in self.tables[name].editions):
            if edition.year_only is not None:
                inside = self.within(day, edition.start, edition.until, newest=False)
                result = result | (inside & (day.dt.year() == edition.year_only))
        return result.fill_null(value=False)

    def answer(self, line: Line, applies: pl.Expr, *, early: bool) -> pl.Expr:
        for name, node in line.lets.items():
            self.scope.keep(self.value(node), f"l.{name}")
        assert line.test is not None
        test = self.scope.keep(self.truth(line.test))
        if early:
            return pl.when(test == pl.lit(value=False)).then(NOT_MET).otherwise(DUE_LATER)
        soft = self.soft(line)
        lifted, pending, refused = self.exemptions(line)
        open_ = test.is_null() | soft
        chain = pl.when(test).then(MET).when(applies.is_null()).then(NOT_STATED).when(lifted).then(EXEMPT)
        chain = chain.when(pending).then(NOT_STATED).when(refused & ~open_).then(NOT_MET)
        result: pl.Expr = chain.when(open_).then(NOT_STATED).otherwise(NOT_MET)
        if line.card["kind"] == "attested":
            result = self.attestation(line, result)
        return result

    def attestation(self, line: Line, claimed: pl.Expr) -> pl.Expr:
        assert line.test is not None
        claims = [path for keys in self.description.claims.values() for path in keys]
        if (
            self.in_case
            and line.card["stated_by"] != "applicant"
            and not reads(self.description, line, line.test, claims)
        ):
            claimed = pl.lit(NOT_STATED)
        word = self.attested(line.rule)
        return pl.when(word.is_null()).then(claimed).when(word).then(MET).otherwise(NOT_MET)

    def exemptions(self, line: Line) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        lifted, pending, refused = (pl.lit(value=False) for _ in range(3))
        for clause in line.clauses:
            claimed = self.scope.keep(self.truth(clause.claimed).fill_null(value=False))
            holds = self.scope.keep(self.truth(clause.holds))
            lifted = lifted | (claimed & holds.fill_null(value=False))
            pending = pending | (claimed & holds.is_null())
            refused = refused | (claimed & ~holds.fill_null(value=True))
        return lifted, pending, refused

    def items(self, line: Line, applies: pl.Expr, *, early: bool) -> pl.Expr:
        """The worst of a line's items, row by row."""
        assert line.over is not None
        assert line.item is not None
        over = self.scope.keep(self.value(line.over))
        outer, names = self.scope, [*line.nodes()]
        self.scope = self.nested(over, line.item, names, more=[applies])
        where = pl.lit(value=True) if line.where is None else self.scope.keep(self.truth(line.where))
        if early:
            only = where.fill_null(value=False)
            inner = pl.when(only).then(self.answer(line, applies, early=True)).otherwise(DUE_LATER)
        else:
            both = self.scope.keep(pl.when(applies.is_null()).then(None).otherwise(where))
            inner = (
                pl.when(where.fill_null(value=True))
                .then(self.answer(line, both, early=False))
                .otherwise(NOT_APPLICABLE)
            )
        severity = pl.col("answer").replace_strict(list(range(6)), list(SEVERITY), return_dtype=pl.Int8)
        worst = (
            self.scope.frame.select("of", inner.cast(pl.Int8).alias("answer"))
            .with_columns(severity.alias("severity"))
            .sort("of", "severity", descending=[False, True], maintain_order=True)
            .group_by("of", maintain_order=True)
            .agg(pl.col("answer").first())
        )
        self.scope = outer
        none = DUE_LATER if early else NOT_APPLICABLE
        answers = (
            outer.frame.select(ROW)
            .join(worst, left_on=ROW, right_on="of", how="left", maintain_order="left")["answer"]
            .fill_null(none)
        )
        unstated: pl.Expr = pl.lit(DUE_LATER if early else NOT_STATED)
        if line.card["kind"] == "attested" and not early:
            word = self.attested(line.rule)
            unstated = pl.when(word.is_null()).then(unstated).when(word).then(MET).otherwise(NOT_MET)
        return pl.when(over.is_null()).then(unstated).otherwise(outer.keep(pl.lit(answers)))

    def columns(self, node: Node) -> set[str]:
        found = set()
        for part in node.walk():
            if part.op == "name":
                origin, name = part.value
                letter = {"key": "k", "fact": "f", "item": "i", "let": "l", "value": "v"}.get(origin)
                if letter:
                    found.add(f"{letter}.{name}")
                if origin == "let" and self.line is not None:
                    found |= self.columns(self.line.lets[name])
        return found

    # Names --------------------------------------------------------------------------------------------------------

    def need(self, nodes: Any) -> None:
        for node in nodes:
            for part in node.walk():
                if part.op == "name" and part.value[0] == "fact":
                    self.fact(part.value[1])
                elif part.op == "name" and part.value[1] == "law_day":
                    self.day(self.line.reference if self.line is not None else "before")

    def fact(self, name: str) -> None:
        if f"f.{name}" in self.root.frame.columns:
            return
        node = self.description.facts[name]
        line, scope = self.line, self.scope
        self.line, self.scope = None, self.root
        self.need([node])
        self.root.keep(self.value(node), f"f.{name}")
        self.line, self.scope = line, scope

    def day(self, reference: str) -> None:
        name = f"d.{reference}"
        if name in self.root.frame.columns:
            return
        node = self.description.references[reference]
        line, scope = self.line, self.scope
        self.line, self.scope = None, self.root
        self.need([node])
        self.root.keep(pl.coalesce(pl.col("c.as_of"), self.value(node)), name)
        self.line, self.scope = line, scope

    # Expressions --------------------------------------------------------------------------------------------------

    def truth(self, node: Node) -> pl.Expr:
        return self.value(node).cast(pl.Boolean)

    def value(self, node: Node) -> pl.Expr:
        method: Callable[[Node], pl.Expr] = getattr(self, f"column_{node.op}")
        return method(node)

    def column_const(self, node: Node) -> pl.Expr:
        if isinstance(node.value, tuple):
            return _list(node.value)
        return pl.lit(_literal(node.value), dtype=dtype(node.kind) if node.value is None else None)

    def column_name(self, node: Node) -> pl.Expr:
        origin, name = node.value
        match origin:
            case "constant":
                return _list(tuple(self.description.constants[name]))
            case "context" if name == "law_day":
                return pl.col(f"d.{self.line.reference if self.line is not None else 'before'}")
            case "context":
                return pl.col(f"c.{name}")
            case "value" if self.line is not None and self.line.values[name].kind.name == "list":
                return self.by_day(self.line.values[name], lambda held: _list(tuple(held)))
        return pl.col(f"{origin[0]}.{name}")

    def by_day(self, value: Value, write: Callable[[Any], pl.Expr]) -> pl.Expr:
        assert self.line is not None
        day = pl.col(f"d.{self.line.reference}")
        periods = list(zip(self.held(value, day), value.dated, strict=True))
        result = write(periods[-1][1].value)
        for inside, period in periods[:-1]:
            result = pl.when(inside).then(write(period.value)).otherwise(result)
        return result

    def column_attr(self, node: Node) -> pl.Expr:
        return self.value(node.args[0]).struct.field(node.value)

    def column_index(self, node: Node) -> pl.Expr:
        base, key = node.args
        where = self.scope.keep(self.value(key))
        if base.op == "name" and base.value[0] == "constant":
            return _looked_up(where, self.description.constants[base.value[1]])
        if base.op == "name" and base.value[0] == "value" and self.line is not None:
            return self.by_day(self.line.values[base.value[1]], lambda held: _looked_up(where, held))
        entries = self.scope.keep(self.value(base))
        inner = self.nested(entries, "entry", [], more=[where])
        entry = pl.col("i.entry").struct
        found = inner.frame.filter(entry.field("key") == where).select("of", entry.field("value").alias("found"))
        return self.joined(found.unique("of", keep="first"), "found")

    def joined(self, found: pl.DataFrame, name: str) -> pl.Expr:
        """A column worked out by rows of an inner loop, brought to the rows at hand."""
        rows = self.scope.frame.select(ROW)
        return self.scope.keep(
            pl.lit(rows.join(found, left_on=ROW, right_on="of", how="left", maintain_order="left")[name])
        )

    def column_not(self, node: Node) -> pl.Expr:
        return ~self.truth(node.args[0])

    def column_and(self, node: Node) -> pl.Expr:
        return _joint([self.truth(part) for part in node.args], every=True)

    def column_or(self, node: Node) -> pl.Expr:
        return _joint([self.truth(part) for part in node.args], every=False)

    def column_compare(self, node: Node) -> pl.Expr:
        left, right = node.args
        one = self.value(left)
        if node.value in ("in", "not in"):
            inside = self.inside(one, right)
            return inside if node.value == "in" else ~inside
        other = self.value(right)
        return {
            "==": one == other,
            "!=": one != other,
            "<": one < other,
            "<=": one <= other,
            ">": one > other,
            ">=": one >= other,
        }[node.value]

    def inside(self, value: pl.Expr, right: Node) -> pl.Expr:
        words = right.value if right.op == "const" else None
        if right.op == "name" and right.value[0] == "constant":
            words = self.description.constants[right.value[1]]
        if words is not None:
            found = value.is_in([_literal(word) for word in words]) if words else pl.lit(value=False)
        else:
            found = self.value(right).list.contains(value)
        return pl.when(value.is_null()).then(None).otherwise(found)

    def column_arithmetic(self, node: Node) -> pl.Expr:
        one, other = (self.value(part) for part in node.args)
        return {"+": one + other, "-": one - other, "*": one * other}[node.value]

    def column_choose(self, node: Node) -> pl.Expr:
        test, yes, no = self.truth(node.args[0]), self.value(node.args[1]), self.value(node.args[2])
        same = pl.when(yes == no).then(yes)
        return pl.when(test).then(yes).when(test.is_null()).then(same).otherwise(no)

    def column_attested(self, node: Node) -> pl.Expr:
        return self.attested(node.value)

    def attested(self, rule: str) -> pl.Expr:
        name = f"y.{rule}"
        return pl.col(name) if name in self.scope.frame.columns else pl.lit(None, dtype=pl.Boolean)

    def column_table(self, node: Node) -> pl.Expr:
        """Rows joined by their keys, edition by edition of the table."""
        name, column = node.value
        table = self.tables[name]
        *keys, day = (self.scope.keep(self.value(arg)) for arg in node.args)
        result: pl.Expr = pl.lit(None, dtype=dtype(node.kind))
        for number, edition in enumerate(table.editions):
            newest = number == len(table.editions) - 1
            inside = self.within(day, edition.start, edition.until, newest=newest)
            if newest and edition.until is not None:
                inside = inside | day.is_null()
            found = self.found(table, edition, keys, column, node.kind)
            result = pl.when(inside).then(found).otherwise(result)
        return result

    def found(self, table: Table, edition: Any, keys: Sequence[pl.Expr], column: str, kind: Kind) -> pl.Expr:
        table.row(edition, tuple(None for _ in table.keys))  # builds the index
        rows = list(edition.index.items())
        names = [f"key{n}" for n in range(len(table.keys))]
        known = pl.DataFrame(
            {
                **{name: [key[n] for key, _ in rows] for n, name in enumerate(names)},
                "there": [True] * len(rows),
                "cell": [plain(row[column], kind) for _, row in rows],
            },
            schema_overrides={"cell": dtype(kind)},
        )
        asked = self.scope.frame.select(**dict(zip(names, keys, strict=True)))
        exact = asked.join(known, on=names, how="left", nulls_equal=True, maintain_order="left")
        result = exact["cell"]
        if table.instead:
            other = asked.with_columns(
                pl.lit(table.instead[key]).alias(name)
                for name, key in zip(names, table.keys, strict=True)
                if key in table.instead
            ).join(known, on=names, how="left", nulls_equal=True, maintain_order="left")
            result = pl.select(
                pl.when(exact["there"].is_null()).then(other["cell"]).otherwise(exact["cell"])
            ).to_series()
        return self.scope.keep(pl.lit(result))

    # Functions ----------------------------------------------------------------------------------------------------

    def column_call(self, node: Node) -> pl.Expr:
        method: Callable[..., pl.Expr] = getattr(self, f"function_{node.value}")
        return method(*(self.value(arg) for arg in node.args))

    def function_days(self, first: pl.Expr, last: pl.Expr) -> pl.Expr:
        return (last - first).dt.total_days() + 1

    def function_days_after(self, first: pl.Expr, last: pl.Expr) -> pl.Expr:
        return (last - first).dt.total_days()

    def function_add_days(self, day: pl.Expr, count: pl.Expr) -> pl.Expr:
        return (day + pl.duration(days=count.cast(pl.Int64))).cast(pl.Date)

    def function_add_months(self, day: pl.Expr, count: pl.Expr) -> pl.Expr:
        return day.dt.offset_by(pl.concat_str(count.cast(pl.Int64).cast(pl.String), pl.lit("mo")))

    def function_workdays(self, first: pl.Expr, last: pl.Expr) -> pl.Expr:
        counted = self.counted(last, 1) - self.counted(first, 0)
        return pl.when(last < first).then(0).otherwise(counted)

    def function_add_workdays(self, day: pl.Expr, count: pl.Expr) -> pl.Expr:
        whole = count.cast(pl.Int64)
        place = pl.when(whole > 0).then(self.counted(day, 1) + whole - 1).otherwise(self.counted(day, 0) + whole)
        return pl.when(whole == 0).then(day).otherwise(self.taken(self.workdays, place))

    def counted(self, day: pl.Expr, more: int) -> pl.Expr:
        """Working days before `day`, or (1) up to and with it."""
        return self.taken(self.before, (day - pl.lit(FIRST_DAY)).dt.total_days() + more)

    @staticmethod
    def taken(series: pl.Series, place: pl.Expr) -> pl.Expr:
        inside = place.is_between(0, len(series) - 1)
        return pl.lit(series).gather(pl.when(inside).then(place).otherwise(None).cast(pl.UInt32))

    def function_year(self, day: pl.Expr) -> pl.Expr:
        return day.dt.year().cast(pl.Int64)

    def function_month(self, day: pl.Expr) -> pl.Expr:
        return day.dt.month().cast(pl.Int64)

    def function_legal_day(self, text: pl.Expr) -> pl.Expr:
        part = [text.str.extract(LOCAL_TIME, n) for n in range(8)]
        number = [one.cast(pl.Int64, strict=False) for one in part]
        day = part[1].str.to_date("%Y-%m-%d", strict=False)
        sign = pl.when(part[5] == "-").then(-1).otherwise(1)
        ahead = pl.when(part[4].is_not_null()).then(0).otherwise(sign * (number[6] * 60 + number[7]))
        minutes = number[2] * 60 + number[3] - ahead + HOME_MINUTES
        moved = (day + pl.duration(days=minutes.floordiv(DAY_MINUTES))).cast(pl.Date)
        return pl.when(part[4].is_null() & part[5].is_null()).then(day).otherwise(moved)

    def function_days_of(self, first: pl.Expr, last: pl.Expr) -> pl.Expr:
        fits = (last >= first) & ((last - first).dt.total_days() < 1000)
        every = pl.date_ranges(pl.when(fits).then(first), pl.when(fits).then(last))
        none = pl.when(last < first).then(_list((), pl.Date()))
        return pl.when(fits).then(every).otherwise(none)

    def function_len(self, values: pl.Expr) -> pl.Expr:
        return values.list.len().cast(pl.Int64)

    def function_stated(self, value: pl.Expr) -> pl.Expr:
        return value.is_not_null()

    def function_is_true(self, value: pl.Expr) -> pl.Expr:
        return value.cast(pl.Boolean).fill_null(value=False)

    def function_is_false(self, value: pl.Expr) -> pl.Expr:
        return ~value.cast(pl.Boolean).fill_null(value=True)

    def function_agree(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return pl.when(one == other).then(one)

    def function_otherwise(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return pl.coalesce(one, other)

    def function_min(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return pl.when(one <= other).then(one).when(one > other).then(other)

    def function_max(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return pl.when(one >= other).then(one).when(one < other).then(other)

    # Loops --------------------------------------------------------------------------------------------------------

    def column_fold(self, node: Node) -> pl.Expr:
        name, item = node.value
        over, what, *where = node.args
        values = self.scope.keep(self.value(over))
        outer = self.scope
        self.scope = inner = self.nested(values, item, [what, *where])
        condition = inner.keep(self.truth(where[0])) if where else inner.keep(pl.lit(value=True))
        result = inner.keep(self.truth(what) if name in ("any", "all") else self.value(what))
        rows = inner.frame.select("of", condition.alias("where"), result.alias("what"))
        self.scope = outer
        found = rows.filter(pl.col("where").fill_null(value=True)).group_by("of", maintain_order=True).agg(_fold(name))
        start: Any = {"any": False, "all": True, "count": 0, "sum": 0.0, "distinct": 0}.get(name)
        groups, folded = self.joined(found, "groups"), self.joined(found, "folded")
        kept = pl.when(groups.is_null()).then(pl.lit(start)).otherwise(folded)
        return self.scope.keep(pl.when(values.is_null()).then(None).otherwise(kept))

    def nested(self, over: pl.Expr, item: str, nodes: Sequence[Node], more: Sequence[pl.Expr] = ()) -> _Scope:
        """A row an item, numbered anew, the outer row's number in `of`, with the columns that the expressions read."""
        frame = self.scope.frame
        wanted = {name for node in nodes for name in self.columns(node)} & set(frame.columns)
        wanted |= {column for column in frame.columns if column[:2] in ("d.", "c.", "y.")}
        wanted |= {name for expression in more for name in expression.meta.root_names()}
        rows = frame.select(pl.col(ROW).alias("of"), *sorted(wanted - {f"i.{item}"}), over.alias(f"i.{item}"))
        rows = rows.filter(pl.col(f"i.{item}").list.len() > 0).explode(f"i.{item}")
        return _Scope(rows.with_row_index(ROW), (*self.scope.items, item))


def _fold(name: str) -> list[pl.Expr]:
    """What one group comes to; a condition or value that isn't stated makes it not stated, but for a decisive item."""
    what, sure = pl.col("what"), pl.col("where").is_not_null()
    settled = sure.all() & what.is_not_null().all()
    match name:
        case "any":
            yes = (sure & what.fill_null(value=False)).any()
            open_ = (what.is_null() | (~sure & what.fill_null(value=True))).any()
            folded = pl.when(yes).then(True).when(open_).then(None).otherwise(False)
        case "all":
            no = (sure & ~what.fill_null(value=True)).any()
            open_ = (what.is_null() | (~sure & ~what.fill_null(value=False))).any()
            folded = pl.when(no).then(False).when(open_).then(None).otherwise(True)
        case "count":
            folded = pl.when(sure.all()).then(pl.len().cast(pl.Int64))
        case "sum":
            folded = pl.when(settled).then(what.sum())
        case "distinct":
            folded = pl.when(settled).then(what.n_unique().cast(pl.Int64))
        case "first":
            folded = pl.when(sure.first()).then(what.first())
        case "last":
            folded = pl.when(settled).then(what.last())
        case "min":
            folded = pl.when(settled).then(what.min())
        case _:
            folded = pl.when(settled).then(what.max())
    return [folded.alias("folded"), pl.len().alias("groups")]


def _joint(parts: Sequence[pl.Expr], *, every: bool) -> pl.Expr:
    result = parts[0]
    for part in parts[1:]:
        result = result & part if every else result | part
    return result


def _literal(value: Any) -> Any:
    return float(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def _list(values: tuple[Any, ...], kind: pl.DataType | None = None) -> pl.Expr:
    plain_values = [_literal(value) for value in values]
    return pl.lit(pl.Series([plain_values], dtype=pl.List(kind) if kind is not None else None)).first()


def _looked_up(key: pl.Expr, entries: Mapping[Any, Any]) -> pl.Expr:
    known = [_literal(entry) for entry in entries]
    values = [_literal(value) for value in entries.values()]
    return key.replace_strict(known, values, default=None)


def _running(works: Sequence[bool]) -> list[int]:
    total, counts = 0, []
    for work in works:
        total += work
        counts.append(total)
    return counts
