"""What earlier trips say, for a whole history at once: one sort by person and day, one by unit and day, binary search.

The windows are those of the database's functions (`outbound_earlier_trips`, `outbound_unit_trips`). A person's list is
cut further to what the rules can read: trips within 400 days, or the nearest one where there is none (a rule asks
whether there is any). It isn't cut where days are not stated or a trip lasts longer than a month, since a comparison
with them may be open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from waiban.dossiers.load import trip_schema
from waiban.rulebook.build import Description, describe
from waiban.rulebook.columns import ROW, dtype
from waiban.rulebook.sources import NATION, stack
from waiban.rulebook.types import kind_from_schema

TODAY = date(2026, 6, 1)
"""Where a trip's own departure isn't stated."""
BACK, AHEAD, NEAR, UNIT, LONG = 366 * 6 - 1, 365, 400, 400, 31
DAY_BITS, KEY_BITS = 17, 46
KIND = kind_from_schema(trip_schema())


def computed() -> Description:
    description = describe(stack([NATION]), trip_schema())
    return replace(description, lines=[line for line in description.lines if line.card["kind"] == "computed"])


def facts_of(parts: Sequence[Path]) -> pl.DataFrame:
    """A row a trip: all that other trips read of it."""
    stop, member = pl.element().struct, pl.col("k.members").list
    visited = pl.element().filter(~(stop.field("transit") & ~stop.field("leaves_airport")).fill_null(value=False))
    leader = member.eval(pl.element().filter(stop.field("role") == "leader")).list.first().struct
    return (
        pl.scan_parquet(parts)
        .select(
            "trip",
            "unit_number",
            pl.col("k.depart").alias("depart"),
            pl.col("k.return_").alias("return_"),
            pl.col("k.stops")
            .list.eval(visited.struct.field("country").drop_nulls())
            .list.unique(maintain_order=True)
            .alias("countries"),
            pl.col("k.kind").alias("kind"),
            pl.col("k.organising").alias("organising"),
            pl.col("k.unit").alias("unit"),
            pl.col("k.reference").alias("reference"),
            pl.col("k.invitations").list.first().struct.field("inviter").alias("inviter"),
            leader.field("id").alias("leader"),
            leader.field("heads_unit").alias("leader_heads_unit"),
            leader.field("leadership_of").alias("leadership_of"),
            member.eval(pl.struct(stop.field("id"), stop.field("role"), stop.field("category"))).alias("members"),
        )
        .collect()
        .rechunk()
    )


class History:
    """The sorted rows of every person and every unit."""

    def __init__(self, parts: Sequence[Path]) -> None:
        self.trips = facts_of(parts)
        depart, back = _days(self.trips["depart"]), _days(self.trips["return_"])
        self.open = (depart < 0) | (back < 0) | (back - depart < 0) | (back - depart > LONG)
        members = (
            self.trips.select(pl.int_range(pl.len()).alias("place"), "members")
            .filter(pl.col("members").list.len() > 0)
            .explode("members")
            .unnest("members")
            .filter(pl.col("id").is_not_null())
        )
        self.trips = self.trips.drop("members")
        place = members["place"].to_numpy()
        self.people = _Sorted(_keys(members["id"]), depart[place], place)
        self.worn = members.select("role", "category")[self.people.order]
        stated = np.flatnonzero((depart >= 0) & (back >= 0))
        self.units = _Sorted(self.trips["unit_number"].to_numpy()[stated], depart[stated], stated)
        trouble = self.open[self.people.place].astype(np.int64)
        self.trouble = np.concatenate([[0], np.cumsum(trouble)])

    def told(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The dossiers with their members' and their unit's other trips in place of what they tell themselves."""
        own = np.searchsorted(self.trips["trip"].to_numpy(), frame["trip"].to_numpy())
        return frame.with_columns(self._members(frame, own), self._others(frame, own)).with_row_index(ROW)

    def _members(self, frame: pl.DataFrame, own: np.ndarray[Any, Any]) -> pl.Series:
        kind = KIND.fields["members"].item
        assert kind is not None
        rows = (
            frame.select(pl.int_range(pl.len()).alias("of"), pl.col("k.members").alias("m"))
            .filter(pl.col("m").list.len() > 0)
            .explode("m")
            .unnest("m")
            .rechunk()
        )
        mine = own[rows["of"].to_numpy()]
        day = _days(frame["k.depart"].fill_null(TODAY))[rows["of"].to_numpy()]
        keys, asked = _keys(rows["id"]), rows["id"].is_not_null().to_numpy()
        low, high = self.people.between(keys, day - BACK, day + AHEAD)
        near, far = self.people.between(keys, day - NEAR, day + AHEAD)
        alone = far - near <= 1  # nobody but the trip itself
        near = np.where(alone & (near > low), near - 1, near)
        far = np.where(alone & (far < high), far + 1, far)
        whole = self.open[mine] | (self.trouble[high] > self.trouble[low])
        low, high = np.where(whole, low, near), np.where(whole, high, far)
        of, found = _spread(low, np.where(asked, high, low))
        other = self.people.place[found] != mine[of]
        of, found = of[other], found[other]
        part = kind.fields["earlier_trips"]
        assert part.item is not None
        entries = self.trips.select("depart", "return_", "countries", "kind", "organising", "unit")[
            self.people.place[found]
        ].hstack(self.worn[found])
        lists = _lists(entries, part.item.fields, of, len(rows))
        lists = pl.select(pl.when(pl.Series(asked)).then(lists)).to_series()
        rows = rows.with_columns(lists.alias("earlier_trips"))
        back = rows.select("of", m=pl.struct(list(kind.fields))).group_by("of", maintain_order=True).agg("m")
        told = frame.select(pl.int_range(pl.len()).alias("of")).join(back, on="of", how="left", maintain_order="left")[
            "m"
        ]
        return (
            pl.select(pl.when(frame["k.members"].list.len() > 0).then(told).otherwise(frame["k.members"]))
            .to_series()
            .alias("k.members")
        )

    def _others(self, frame: pl.DataFrame, own: np.ndarray[Any, Any]) -> pl.Series:
        kind = KIND.fields["unit_trips"].item
        assert kind is not None
        day = _days(frame["k.depart"].fill_null(TODAY))
        of, found = _spread(*self.units.between(frame["unit_number"].to_numpy(), day - UNIT, day + UNIT))
        place = self.units.place[found]
        other = place != own[of]
        entries = self.trips[place[other]]
        return _lists(entries, kind.fields, of[other], len(frame)).alias("k.unit_trips")


class _Sorted:
    """Rows by key and day. `place` says whose row of the trips each is."""

    def __init__(self, keys: np.ndarray[Any, Any], days: np.ndarray[Any, Any], place: np.ndarray[Any, Any]) -> None:
        stated = np.flatnonzero(days >= 0)
        both = (keys[stated].astype(np.int64) << DAY_BITS) + days[stated]
        order = np.argsort(both, kind="stable")
        self.both = both[order]
        self.order = stated[order]
        self.place = place[self.order]

    def between(
        self, keys: np.ndarray[Any, Any], first: np.ndarray[Any, Any], last: np.ndarray[Any, Any]
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        base = keys.astype(np.int64) << DAY_BITS
        return np.searchsorted(self.both, base + first), np.searchsorted(self.both, base + last, side="right")


def _keys(ids: pl.Series) -> np.ndarray[Any, Any]:
    """A number an id; two of a million people share one in fewer than one history of a hundred."""
    keys: np.ndarray[Any, Any] = (ids.hash(0).to_numpy() >> np.uint64(64 - KEY_BITS)).astype(np.int64)
    return keys


def _days(days: pl.Series) -> np.ndarray[Any, Any]:
    """Days since 1970, -1 where not stated."""
    since: np.ndarray[Any, Any] = days.to_physical().fill_null(-1).to_numpy().astype(np.int64)
    return since


def _spread(low: np.ndarray[Any, Any], high: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Every place between, and whose it is."""
    counts = high - low
    of = np.repeat(np.arange(len(low)), counts)
    return of, np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)


def _lists(entries: pl.DataFrame, fields: Any, of: np.ndarray[Any, Any], count: int) -> pl.Series:
    """A list of entries for each of `count` rows; empty where there are none."""
    parts = [
        (pl.col(name) if name in entries.columns else pl.lit(None)).cast(dtype(one)).alias(name)
        for name, one in fields.items()
    ]
    grouped = (
        entries.select(pl.Series("of", of), entry=pl.struct(parts)).group_by("of", maintain_order=True).agg("entry")
    )
    every = pl.DataFrame({"of": np.arange(count)}).join(grouped, on="of", how="left", maintain_order="left")["entry"]
    return pl.select(pl.when(every.is_null()).then(pl.lit([], dtype=every.dtype)).otherwise(every)).to_series()
