"""How often each answer occurs, and whether the law that runs says the same of single trips."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from history_facts import AHEAD, BACK, TODAY, UNIT, computed, facts_of
from waiban.dossiers.claims import with_history
from waiban.dossiers.load import trip_schema
from waiban.dossiers.trip import EarlierTrip, Trip, UnitTrip
from waiban.rulebook.code import order, write_module
from waiban.rulebook.freeze import compile_text
from waiban.rulebook.law import load_law
from waiban.rulebook.sources import ANSWERS, STAGES
from waiban.rulebook.types import Kind, kind_from_schema

WANTED = ("met", "not_met", "not_stated")
EARLIER = ("depart", "return_", "countries", "kind", "organising", "unit")
OTHER = (
    "reference",
    "unit",
    "depart",
    "return_",
    "countries",
    "inviter",
    "leader",
    "leader_heads_unit",
    "leadership_of",
)


def codes_of(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(sorted(folder.glob("codes-*.parquet")))


def distribution(folder: Path, enough: float) -> None:
    codes = codes_of(folder)
    total, short = len(codes), []
    print(f"{'line':<42}" + "".join(f"{answer:>15}" for answer in ANSWERS))
    for name in codes.columns:
        if name == "trip":
            continue
        counts = dict(codes[name].value_counts().iter_rows())
        print(f"{name:<42}" + "".join(f"{counts.get(code, 0) / total:>15.2%}" for code in range(len(ANSWERS))))
        lacking = [answer for answer in WANTED if counts.get(ANSWERS.index(answer), 0) < enough * total]
        if lacking:
            short.append(f"{name.split()[1]} ({', '.join(lacking)})")
    print(
        f"answers on fewer than {enough:.1%} of the trips, {len(short)} of {codes.width - 1} lines: {'; '.join(short)}"
    )


def agree(folder: Path, sample: int) -> float:
    """The share of the sampled trips whose every line has the same answer both ways."""
    drawn = _drawn(codes_of(folder), sample)
    parts = sorted(folder.glob("trips-*.parquet"))
    rows = pl.scan_parquet(parts).filter(pl.col("trip").is_in(drawn["trip"].to_list())).collect()
    known = {trip: values for trip, *values in drawn.select("trip", pl.exclude("trip")).iter_rows()}
    told = _Told(facts_of(parts), rows)
    law, description = load_law(), computed()
    lines = [line.rule for line in order(description)]
    space: dict[str, Any] = {"tables": law.tables, "calendar": law.calendar}
    exec(compile_text(write_module(description, whole=True)), space)  # noqa: S102 - our own code
    kind, same, shown = kind_from_schema(trip_schema()), 0, 0
    for row in rows.iter_rows(named=True):
        plain = {name: _plain(row[f"k.{name}"], part) for name, part in kind.fields.items()}
        trip = msgspec.convert({_key(name): value for name, value in plain.items()}, Trip)
        trip = with_history(trip, told.of(row, trip))
        _, codes = space["judge"](trip, None, None, STAGES.index("close"), {}, False)
        if list(codes) == known[row["trip"]]:
            same += 1
        elif shown < 5:
            shown += 1
            wrong = [
                (rule, ANSWERS[one], ANSWERS[other])
                for rule, one, other in zip(lines, codes, known[row["trip"]], strict=True)
                if one != other
            ]
            print(f"trip {row['trip']} differs (rule, law, columns): {wrong}")
    print(f"{len(rows)} trips judged again, {same} alike")
    return round(same / len(rows), 6)


def _drawn(codes: pl.DataFrame, sample: int) -> pl.DataFrame:
    """Five of every answer of every line, the rest by chance."""
    places = [
        np.flatnonzero((codes[name] == code).to_numpy())[:5]
        for name in codes.columns
        if name != "trip"
        for code in range(len(ANSWERS))
    ]
    chosen = set(np.concatenate(places).tolist())
    rest = np.random.default_rng(11).permutation(len(codes)).tolist()
    chosen.update(rest[: max(0, min(sample, len(codes)) - len(chosen))])
    return codes[sorted(chosen)]


class _Told:
    """Other trips of the sampled trips' people and units, found by their ids alone."""

    def __init__(self, facts: pl.DataFrame, rows: pl.DataFrame) -> None:
        wanted = rows.select(pl.col("k.members").list.explode().struct.field("id")).to_series().drop_nulls().unique()
        flat = facts.filter(pl.col("members").list.len() > 0).explode("members")
        flat = flat.with_columns(
            pl.col("members").struct.field("id").alias("person"),
            pl.col("members").struct.field("role").alias("role"),
            pl.col("members").struct.field("category").alias("category"),
        ).filter(pl.col("person").is_in(wanted.to_list()))
        self.people: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in flat.iter_rows(named=True):
            self.people[one["person"]].append(one)
        self.units: dict[int, list[dict[str, Any]]] = defaultdict(list)
        units = rows["unit_number"].unique().to_list()
        for one in facts.filter(pl.col("unit_number").is_in(units)).iter_rows(named=True):
            self.units[one["unit_number"]].append(one)

    def of(self, row: dict[str, Any], trip: Trip) -> dict[str, Any]:
        on = trip.depart or TODAY
        first, last = on - timedelta(days=BACK), on + timedelta(days=AHEAD)
        members = {
            member.id: [
                EarlierTrip(role=one["role"], category=one["category"], **{name: one[name] for name in EARLIER})
                for one in self.people[member.id]
                if one["trip"] != row["trip"] and one["depart"] and first <= one["depart"] <= last
            ]
            for member in trip.members or ()
            if member.id
        }
        others = [
            UnitTrip(**{name: one[name] for name in OTHER})
            for one in self.units[row["unit_number"]]
            if one["trip"] != row["trip"]
            and one["depart"]
            and one["return_"]
            and abs((one["depart"] - on).days) <= UNIT
        ]
        # Members that aren't stated stay so: laid over them, an empty history would read as "nobody travels".
        return {"unit_trips": others} if trip.members is None else {"members": members, "unit_trips": others}


def _key(name: str) -> str:
    return name.removesuffix("_")


def _plain(value: Any, kind: Kind) -> Any:
    """A cell as the exchange format has it."""
    if value is None:
        return None
    if kind.name == "object":
        return {_key(name): _plain(value[name], part) for name, part in kind.fields.items()}
    if kind.name == "list" and kind.item is not None:
        return [_plain(one, kind.item) for one in value]
    if kind.name == "map" and kind.item is not None:
        return {one["key"]: _plain(one["value"], kind.item) for one in value}
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(str(value))
    return value
