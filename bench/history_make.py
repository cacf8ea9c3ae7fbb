"""Synthetic trips of thirteen years in columns: a file a part, in the columns that the polars twin reads.

Units have twelve travellers each and send a group every three months or so; every trip is lawful but for what chance
spoils: one row in about a thousand lacks one field, one in five hundred has one fault. No trip is a copy of another and
no Python object is made for one.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from waiban.dossiers.load import trip_schema
from waiban.rulebook.columns import dtype
from waiban.rulebook.sources import NATION, REGULATIONS
from waiban.rulebook.types import Kind, kind_from_schema

TRAVELLERS, OF_A_UNIT = 250_000, 12
FIRST, LAST = date(2013, 7, 1), date(2026, 6, 1)
EPOCH = date(1970, 1, 1)
LACKS, SPOILT = 1200, 500
"""One row in so many lacks a given field; one in so many has a given fault."""
PRICES = {"lodging": 80, "meals": 30, "incidentals": 30}


def _places() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Nine countries of Asia, and a city each, whose caps are in dollars and above our prices in both tables."""
    rows = [
        list(csv.DictReader((REGULATIONS / NATION / "tables" / f"perdiem_{year}.csv").open())) for year in (2013, 2017)
    ]
    asia = {
        row["country"]
        for row in csv.DictReader((REGULATIONS / NATION / "tables" / "continents.csv").open())
        if row["continent"] == "AS"
    }
    fit = [
        {
            row["country"]: row["city"]
            for row in table
            if row["currency"] == "USD"
            and all(row[item] and float(row[item]) >= price for item, price in PRICES.items())
        }
        for table in rows
    ]
    both = [country for country in fit[0] if country in asia and fit[0][country] == fit[1].get(country)][:9]
    return tuple(both), tuple("首府" if fit[0][country] == "*" else fit[0][country] for country in both)


COUNTRIES, CITIES = _places()
CONTENTS = [
    "members", "units", "posts", "countries", "task", "programme", "route", "invitation", "host_profile", "funding", "budget",
]  # fmt: skip
LETTER = [
    "members", "units", "posts", "purpose", "dates", "days", "place", "costs", "signature", "contact", "letterhead",
]  # fmt: skip
RANKS = ("county", "deputy_county", "section", "deputy_section", "staff", "vice_minister")
ITEMS = ("airfare", "lodging", "meals", "incidentals", "visa", "insurance", "registration", "intercity")
KIND = kind_from_schema(trip_schema())


@dataclass(frozen=True)
class Part:
    """Trips `first` to `first + size` of `whole`."""

    first: int
    size: int
    whole: int


def make(folder: Path, trips: int, part: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, trips, part):
        chunk = Part(first, min(part, trips - first), trips)
        frame_of(chunk).write_parquet(folder / f"trips-{first:08d}.parquet", compression="zstd", compression_level=1)


def frame_of(part: Part) -> pl.DataFrame:
    chance = np.random.default_rng((7, part.first))
    trips = _trips(part, chance)
    members = _rows(trips, "heads", chance)
    stops = _rows(trips, "stop_count", chance)
    halves = _rows(trips.with_columns(halves=pl.col("days") * 2), "halves", chance)
    lines = _rows(trips.with_columns(lines=pl.lit(8)), "lines", chance)
    legs = _rows(trips.with_columns(legs=pl.col("stop_count") + 1), "legs", chance)
    letters = _rows(trips, "stop_count", chance)
    notices = _rows(trips.with_columns(notices=pl.lit(2)), "notices", chance)
    for name, rows, fields in (
        ("members", members, _member()),
        ("stops", stops, _stop()),
        ("programme", halves, _half()),
        ("legs", legs, _leg()),
        ("invitations", letters, _letter()),
        ("notices", notices, _notice()),
        ("lines", lines, _line()),
    ):
        kind = KIND.fields["budget"].fields["lines"] if name == "lines" else KIND.fields[name]
        assert kind.item is not None
        flat = rows.select("trip", item=struct(kind.item, fields))
        trips = trips.with_columns(flat.group_by("trip", maintain_order=True).agg("item")["item"].alias(name))
    known = _top()
    columns = [known.get(name, pl.lit(None)).cast(dtype(kind)).alias(f"k.{name}") for name, kind in KIND.fields.items()]
    return trips.select(
        pl.col("trip"), pl.col("unit").alias("unit_number"), *[_sometimes(one, n) for n, one in enumerate(columns)]
    )


def struct(kind: Kind, fields: Mapping[str, pl.Expr]) -> pl.Expr:
    strange = set(fields) - set(kind.fields)
    assert not strange, strange
    parts = [
        (_sometimes(fields[name], n + 50) if name in fields else pl.lit(None)).cast(dtype(one)).alias(name)
        for n, (name, one) in enumerate(kind.fields.items())
    ]
    return pl.struct(parts)


def _sometimes(value: pl.Expr, number: int) -> pl.Expr:
    return pl.when(pl.col("lacks") != number).then(value)


def spoilt(number: int) -> pl.Expr:
    return pl.col("spoilt") == number


def _trips(part: Part, chance: np.random.Generator) -> pl.DataFrame:
    number = np.arange(part.first, part.first + part.size)
    units = min(TRAVELLERS // OF_A_UNIT, max(part.whole // 48, 1))
    unit, turn = number % units, number // units
    step = (LAST - FIRST).days * units // part.whole
    depart = (FIRST - EPOCH).days + turn * step + chance.integers(0, 10, part.size)
    stop_count = chance.choice([2, 3, 3, 3, 4], part.size)
    countries = np.minimum(stop_count, 3) - (chance.random(part.size) < 0.5)
    days = np.array([0, 5, 8, 10])[countries] - chance.integers(0, 2, part.size)
    days = np.where(chance.random(part.size) < 0.004, days + 2, days)
    group = turn % 3
    return pl.DataFrame(
        {
            "trip": number,
            "unit": unit,
            "turn": turn,
            "depart": pl.Series(depart, dtype=pl.Int32).cast(pl.Date),
            "days": days,
            "stop_count": stop_count,
            "country_count": countries,
            "heads": np.where(
                chance.random(part.size) < 0.004, 8, chance.integers(3, 6, part.size) + (chance.random(part.size) < 0.3)
            ),
            "seat": chance.integers(0, OF_A_UNIT, part.size),
            "place": group * 3,
            "lacks": chance.integers(0, LACKS // 4, part.size),
            "spoilt": chance.integers(0, SPOILT // 2, part.size),
        }
    ).with_columns(
        back=pl.col("depart") + pl.duration(days=pl.col("days") - 1),
        submitted=pl.col("depart") - pl.duration(days=70 + pl.col("trip") % 20),
    )


def _rows(trips: pl.DataFrame, count: str, chance: np.random.Generator) -> pl.DataFrame:
    """A row an item: its place in `j`, the trip's columns beside it, chance of its own."""
    counts = trips[count].to_numpy()
    of = np.repeat(np.arange(len(trips)), counts)
    place = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = trips.drop("lacks", "spoilt")[of]
    return rows.with_columns(
        pl.Series("j", place),
        pl.Series("lacks", chance.integers(0, LACKS, len(of))),
        pl.Series("spoilt", chance.integers(0, SPOILT, len(of))),
    )


def name_of(number: pl.Expr, letter: str) -> pl.Expr:
    return pl.concat_str(pl.lit(letter), number.cast(pl.String))


def later(day: pl.Expr, count: pl.Expr | int) -> pl.Expr:
    return (day + pl.duration(days=count)).cast(pl.Date)


def words(*values: str) -> pl.Expr:
    return pl.lit(pl.Series([list(values)])).first()


def of_place(values: Sequence[str], place: pl.Expr) -> pl.Expr:
    return (place % len(values)).cast(pl.Int64).replace_strict(list(range(len(values))), list(values))


def _review(day: pl.Expr, kind: Kind) -> pl.Expr:
    known = {"body": pl.lit("组织部"), "on": day, "number": pl.lit("12"), "result": pl.lit("agree")}
    parts = [known.get(name, pl.lit(None)).cast(dtype(one)).alias(name) for name, one in kind.fields.items()]
    return pl.struct(parts)


def _member() -> dict[str, pl.Expr]:
    kind = KIND.fields["members"].item
    assert kind is not None
    depart, back, leader = pl.col("depart"), pl.col("back"), pl.col("j") == 0
    person = pl.col("unit") * OF_A_UNIT + (pl.col("seat") + pl.col("j")) % OF_A_UNIT
    paper = kind.fields["passport"]
    passport = {
        "kind": pl.when(spoilt(0)).then(pl.lit("ordinary")).when(leader).then(pl.lit("service")).otherwise(pl.lit("public_affairs")),
        "expires": later(back, pl.when(spoilt(1)).then(60).otherwise(700)),
        "returned_on": later(back, pl.when(spoilt(2)).then(20).otherwise(4)),
    }  # fmt: skip
    return {
        "id": name_of(person, "P"),
        "unit": name_of(pl.col("unit"), "单位"),
        "post": pl.lit("科员"),
        "rank": pl.when(spoilt(3)).then(pl.lit("vice_minister")).when(leader).then(pl.lit("county")).otherwise(of_place(RANKS[2:5], person)),
        "category": pl.when(spoilt(4)).then(pl.lit("other")).otherwise(pl.lit("official")),
        "status": pl.when(spoilt(5)).then(pl.lit("retired")).otherwise(pl.lit("serving")),
        "role": pl.when(leader & ~spoilt(6)).then(pl.lit("leader")).otherwise(pl.lit("member")),
        "heads_unit": leader,
        "in_charge_of": pl.when(leader).then(words("commerce")).otherwise(words()),
        "leadership_of": pl.when(leader | (pl.col("j") == 1) & spoilt(7)).then(name_of(pl.col("unit"), "班子")).otherwise(pl.lit("无")),
        "term_from": later(depart, -400),
        "managed_by": pl.when(leader).then(pl.lit("city")).otherwise(pl.lit("unit")),
        "personnel_review": _review(later(depart, pl.when(spoilt(8)).then(3).otherwise(-50)), kind.fields["personnel_review"]),
        "briefed_on": later(depart, pl.when(spoilt(9)).then(1).otherwise(-3)),
        "passport": struct(paper, passport),
        "more_papers": pl.lit([], dtype=dtype(kind.fields["more_papers"])),
    }  # fmt: skip


def _country() -> pl.Expr:
    return of_place(COUNTRIES, pl.col("place") + pl.min_horizontal(pl.col("j"), pl.col("country_count") - 1))


def _city() -> pl.Expr:
    return of_place(CITIES, pl.col("place") + pl.min_horizontal(pl.col("j"), pl.col("country_count") - 1))


def _stop() -> dict[str, pl.Expr]:
    step = pl.col("days") // pl.col("stop_count")
    last = pl.col("j") == pl.col("stop_count") - 1
    return {
        "country": _country(),
        "city": _city(),
        "arrive": later(pl.col("depart"), step * pl.col("j") - spoilt(0).cast(pl.Int64) * 4),
        "leave": pl.when(last).then(pl.col("back")).otherwise(later(pl.col("depart"), step * (pl.col("j") + 1))),
        "transit": spoilt(1),
        "leaves_airport": pl.lit(value=True),
    }


def _half() -> dict[str, pl.Expr]:
    day = pl.col("j") // 2
    edge = (day == 0) | (day == pl.col("days") - 1)
    idle = pl.col("trip") % 211 == 0
    return {
        "date": later(pl.col("depart"), day),
        "part": pl.when(pl.col("j") % 2 == 0).then(pl.lit("morning")).otherwise(pl.lit("afternoon")),
        "city": of_place(CITIES, pl.col("place")),
        "text": pl.lit("会谈"),
        "host": pl.lit("外方"),
        "nature": pl.when(edge).then(pl.lit("travel")).when(idle).then(pl.lit("free")).otherwise(pl.lit("official")),
    }


def _leg() -> dict[str, pl.Expr]:
    last = pl.col("j") == pl.col("stop_count")
    day = (
        pl.when(last)
        .then(pl.col("back"))
        .otherwise(later(pl.col("depart"), pl.col("days") // pl.col("stop_count") * pl.col("j")))
    )
    return {
        "from_": pl.lit("上海"),
        "to": of_place(CITIES, pl.col("place")),
        "departs": pl.concat_str(day.cast(pl.String), pl.lit("T09:00")),
        "arrives": pl.concat_str(later(day, spoilt(0).cast(pl.Int64)).cast(pl.String), pl.lit("T15:00")),
        "mode": pl.lit("air"),
        "carrier": pl.lit("MU"),
    }  # fmt: skip


def _letter() -> dict[str, pl.Expr]:
    return {
        "country": _country(),
        "inviter": pl.lit("市政府"),
        "inviter_kind": pl.when(spoilt(0)).then(pl.lit("intermediary")).otherwise(pl.lit("government")),
        "issued_in": _country(),
        "issued_on": later(pl.col("submitted"), -20),
        "rank_matches": pl.lit(value=True),
        "counterpart_matches": pl.lit(value=True),
        "translated": ~spoilt(1),
        "states": pl.when(spoilt(2)).then(words(*LETTER[2:])).otherwise(words(*LETTER)),
        "names_every_member": pl.lit(value=True),
        "profile_attached": ~spoilt(3),
        "no_intermediary_statement": ~spoilt(4),
    }


def _notice() -> dict[str, pl.Expr]:
    return {
        "unit": name_of(pl.col("unit"), "单位"),
        "by": pl.when(pl.col("j") == 0).then(pl.lit("organising")).otherwise(pl.lit("sending")),
        "places": words("intranet", "notice_board"),
        "from_": later(pl.col("submitted"), pl.when(spoilt(0)).then(-3).otherwise(-15)),
        "to": later(pl.col("submitted"), -1),
        "contents": pl.when(spoilt(1)).then(words(*CONTENTS[2:])).otherwise(words(*CONTENTS)),
        "objections": spoilt(2),
    }


def _line() -> dict[str, pl.Expr]:
    place, days = pl.col("j"), pl.col("days")
    daily = place.is_between(1, 3)
    count = pl.when(place == 1).then(days - 1).otherwise(days) + spoilt(0).cast(pl.Int64) * 3
    price = place.cast(pl.Int64).replace_strict([1, 2, 3], [80, 30, 30], default=500)
    price = pl.when(spoilt(1)).then(price * 9).otherwise(price)
    amount = pl.when(daily).then(price * pl.col("heads") * count).otherwise(price * pl.col("heads"))
    return {
        "item": of_place(ITEMS, place),
        "country": pl.when(daily).then(of_place(COUNTRIES, pl.col("place"))),
        "city": pl.when(daily).then(of_place(CITIES, pl.col("place"))),
        "currency": pl.when(daily).then(pl.lit("USD")).otherwise(pl.lit("CNY")),
        "unit_price": price,
        "people": pl.col("heads"),
        "days": pl.when(daily).then(count),
        "amount": amount + spoilt(2).cast(pl.Int64),
        "cabin": pl.when(place == 0).then(pl.when(spoilt(3)).then(pl.lit("first")).otherwise(pl.lit("economy"))),
        "payer": pl.when(spoilt(4)).then(pl.lit("company")).otherwise(pl.lit("own_unit")),
    }


def _top() -> dict[str, pl.Expr]:
    depart, back, submitted = pl.col("depart"), pl.col("back"), pl.col("submitted")
    budget, after, plan = KIND.fields["budget"], KIND.fields["after"], KIND.fields["plan"]
    line = pl.element().struct
    total = (
        pl.col("lines")
        .list.eval(line.field("amount") * pl.when(line.field("currency") == "CNY").then(1).otherwise(7))
        .list.sum()
    )
    rates = budget.fields["rates_to_cny"]
    assert rates.item is not None
    money: dict[str, pl.Expr] = {
        "lines": pl.col("lines"),
        "host_provides": pl.lit([], dtype=dtype(budget.fields["host_provides"])),
        "rates_to_cny": pl.concat_list(pl.struct(pl.lit("USD").alias("key"), pl.lit(7.0).alias("value"))),
        "rate_date": submitted,
        "rate_source": pl.lit("中间价"),
        "total_cny": total + spoilt(0).cast(pl.Int64) * 100,
        "finance_review": _review(later(submitted, pl.when(spoilt(1)).then(2).otherwise(-8)), budget.fields["finance_review"]),
    }  # fmt: skip
    return {
        "schema": pl.lit("waiban/trip/1"),
        "reference": name_of(pl.col("trip"), "T"),
        "unit": name_of(pl.col("unit"), "单位"),
        "unit_kind": pl.lit("government"),
        "organising": pl.lit("own"),
        "kind": pl.lit("negotiation"),
        "purpose": pl.lit("商谈合作项目"),
        "plan": struct(
            plan,
            {
                "in_annual_plan": ~spoilt(2),
                "item": pl.lit("商务出访"),
                "unit_quota": pl.lit(6),
                "unit_used": pl.when(spoilt(3)).then(7).otherwise(2),
            },
        ),
        "submitted": submitted,
        "depart": depart,
        "return_": back,
        "head_count": pl.col("heads"),
        "members": pl.col("members"),
        "stops": pl.col("stops"),
        "legs": pl.col("legs"),
        "programme": pl.col("programme"),
        "invitations": pl.col("invitations"),
        "budget": struct(budget, money),
        "notices": pl.col("notices"),
        "after": struct(
            after,
            {
                "left": depart,
                "came_back": later(back, spoilt(4).cast(pl.Int64)),
                "countries": pl.col("stops").list.eval(line.field("country")).list.drop_nulls(),
                "members": pl.col("members").list.eval(line.field("id")).list.drop_nulls(),
                "changes": pl.lit([], dtype=dtype(after.fields["changes"])),
                "report_filed": later(back, pl.when(spoilt(5)).then(90).otherwise(12)),
                "report_published": later(back, 14),
            },
        ),
    }
