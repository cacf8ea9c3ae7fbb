import json
import re
from datetime import date
from decimal import Decimal
from string import ascii_uppercase
from typing import Any, get_args, get_type_hints

import jsonschema
import msgspec
import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waiban.dossiers import trip as trips
from waiban.dossiers.countries import COUNTRY_CODES
from waiban.dossiers.load import canonical_bytes, load_trip, trip_from, trip_schema, trip_sha256, trip_to
from waiban.dossiers.patch import apply_edits, value_at
from waiban.dossiers.trip import Trip
from waiban.kernel.errors import InputError

SMALLEST = {
    "schema": "waiban/trip/1",
    "depart": "2024-05-13",
    "return": "2024-05-17",
    "members": [{"id": "M1"}],
    "stops": [{"country": "JP"}],
}
VALIDATOR = jsonschema.Draft202012Validator(trip_schema(), format_checker=jsonschema.FormatChecker(["date"]))
CODES = sorted(country.alpha_2 for country in pycountry.countries)
AMOUNTS = st.decimals(-9_999_999, 9_999_999, places=4, allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """
    Anything valid under the schema; texts that stand for money are decimal texts, as its description says, and no two
    members have one id, which a schema can't say.
    """
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    options: list[st.SearchStrategy[Any]] = []
    for kind in kinds:
        if kind == "null":
            options.append(st.none())
        elif kind == "boolean":
            options.append(st.booleans())
        elif kind == "integer":
            options.append(st.integers(schema.get("minimum", -9), 10**12) | st.integers(1, 9).map(float))
        elif kind == "number":
            options.append(st.integers(0, 10**9) | AMOUNTS.map(float))
        elif kind == "string" and "number" in kinds:
            options.append(AMOUNTS.map(str))
        elif schema.get("format") == "date":
            options.append(st.dates().map(date.isoformat))
        elif "pattern" in schema:
            options.append(st.sampled_from(CODES))
        elif kind == "string":
            options.append(TEXTS)
        elif kind == "array":
            named = "id" in schema["items"].get("required", ())
            apart = (lambda item: item["id"]) if named else None
            options.append(
                st.lists(values(schema["items"]), min_size=schema.get("minItems", 0), max_size=2, unique_by=apart)
            )
        elif "properties" in schema:
            options.append(objects(schema))
        else:
            options.append(
                st.dictionaries(
                    st.sampled_from(["JPY", "a.b", "x/y"]), values(schema["additionalProperties"]), max_size=2
                )
            )
    return st.one_of(options)


def objects(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    required = schema.get("required", [])
    fields = {key: values(inner) for key, inner in schema["properties"].items()}
    return st.fixed_dictionaries(
        {key: fields[key] for key in required},
        optional={key: field for key, field in fields.items() if key not in required},
    )


@settings(max_examples=60, deadline=None)
@given(objects(trip_schema()))
def test_every_valid_file_loads_and_comes_back(value: dict[str, Any]) -> None:
    VALIDATOR.validate(value)
    trip = load_trip(json.dumps(value))
    canonical = canonical_bytes(trip)
    assert load_trip(canonical) == trip
    assert canonical_bytes(load_trip(canonical)) == canonical
    VALIDATOR.validate(json.loads(canonical))


def test_the_codes_of_countries_are_those_of_iso() -> None:
    letters = [f"{first}{second}" for first in ascii_uppercase for second in ascii_uppercase]
    assert [code for code in letters if re.fullmatch(COUNTRY_CODES, code)] == CODES
    stop = trip_schema()["properties"]["stops"]["items"]["properties"]["country"]
    assert stop["pattern"] == COUNTRY_CODES


def test_structs_and_schema_name_the_same_keys_and_words() -> None:
    def compare(struct: type, schema: dict[str, Any], where: str) -> None:
        hints = get_type_hints(struct)
        names = {field.encode_name: hints[field.name] for field in msgspec.structs.fields(struct)}
        assert set(names) == set(schema["properties"]), where
        for key, inner in schema["properties"].items():
            kind = next(arg for arg in get_args(names[key]) if arg is not type(None))
            part = inner
            while "items" in part:
                kind, part = get_args(kind)[0], part["items"]
            if "enum" in part:
                assert list(get_args(kind)) == [word for word in part["enum"] if word is not None], f"{where}/{key}"
            if "properties" in part:
                compare(kind, part, f"{where}/{key}")

    compare(Trip, trip_schema(), "")


@pytest.mark.parametrize(
    ("change", "path", "expected", "found"),
    [
        ({"depart": "2024-02-30"}, "/depart", "a day of the calendar as YYYY-MM-DD", "2024-02-30"),
        ({"depart": None}, "/depart", "a day as YYYY-MM-DD", "nothing"),
        ({"members": []}, "/members", "at least one entry", "an empty list"),
        ({"members": [{"id": 3}]}, "/members/0/id", "a text", "3"),
        ({"members": [{}]}, "/members/0/id", "a text", "nothing"),
        ({"kind": "holiday"}, "/kind", "one of visit, negotiation", "holiday"),
        ({"stops": [{"country": "jp"}]}, "/stops/0/country", "two capital letters (ISO 3166-1)", "jp"),
        ({"stops": [{"country": "ZZ"}]}, "/stops/0/country", "a country or region of ISO 3166-1", "ZZ"),
        (
            {
                "members": [
                    {
                        "id": "M1",
                        "earlier_trips": [{"depart": "2023-05-13", "return": "2023-05-17", "countries": ["FR", "EU"]}],
                    }
                ]
            },
            "/members/0/earlier_trips/0/countries/1",
            "a country or region of ISO 3166-1",
            "EU",
        ),
        ({"members": [{"id": "M1"}, {"id": "M1"}]}, "/members/1/id", "an id that no other member has", "M1"),
        ({"budget": {"total_cny": "a lot"}}, "/budget/total_cny", "an amount as a number or decimal text", "a lot"),
        ({"budget": {"rates_to_cny": {"JPY": "x"}}}, "/budget/rates_to_cny", "an amount", "an object"),
        ({"members": {}}, "/members", "a list", "an object"),
        ({"leader": "x"}, "/leader", "a key of the format", "leader"),
        ({"schema": "waiban/trip/2"}, "/schema", '"waiban/trip/1"', "waiban/trip/2"),
    ],
)
def test_a_defect_is_named_by_place_wish_and_find(change: dict[str, Any], path: str, expected: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        trip_from(SMALLEST | change)
    problem = caught.value.problem
    assert (problem.path, problem.found) == (path, found)
    assert problem.expected.startswith(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "3",
        '{"a": NaN}',
        '{"depart": 1, "depart": 2}',
        "[" * 100_000,
        b"\xff\xfe",
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_dossier_is_refused(text: str | bytes) -> None:
    with pytest.raises(InputError):
        load_trip(text)
    with pytest.raises(InputError):
        load_trip(text, yaml=True)


def test_yaml_reads_norway_days_and_money_as_meant() -> None:
    trip = load_trip(
        """
schema: waiban/trip/1
depart: 2024-05-13
return: 2024-05-17
members: [{id: "1"}]
stops: [{country: NO}]
budget: {lines: [{item: visa, currency: CNY, amount: 0.1}]}
""",
        yaml=True,
    )
    assert trip_to(trip)["stops"] == [{"country": "NO"}]
    assert trip.depart == date(2024, 5, 13)
    assert trip.budget == trips.Budget(lines=[trips.BudgetLine(item="visa", currency="CNY", amount=Decimal("0.1"))])


def test_a_draft_may_leave_out_anything() -> None:
    assert trip_from({}, draft=True) == trips.Trip()
    with pytest.raises(InputError):
        trip_from({"depart": "soon"}, draft=True)


def test_equal_trips_have_equal_hashes_however_they_were_written() -> None:
    one = load_trip(json.dumps(SMALLEST | {"head_count": 2.0, "title": None}))
    other = load_trip(json.dumps(dict(reversed((SMALLEST | {"head_count": 2}).items()))))
    assert trip_sha256(one) == trip_sha256(other)
    assert "title" not in trip_to(one)


def test_edits_follow_rfc_6902() -> None:
    before = {"a": [1, 2, 3], "b/c": {"~": 0}}
    after = apply_edits(
        before,
        [
            {"op": "remove", "path": "/a/0"},
            {"op": "add", "path": "/a/-", "value": 4},
            {"op": "add", "path": "/a/0", "value": 0},
            {"op": "replace", "path": "/b~1c/~0", "value": 9},
            {"op": "move", "from": "/a/1", "path": "/d"},
            {"op": "copy", "from": "/d", "path": "/e"},
            {"op": "test", "path": "/e", "value": 2},
        ],
    )
    assert after == {"a": [0, 3, 4], "b/c": {"~": 9}, "d": 2, "e": 2}
    assert before == {"a": [1, 2, 3], "b/c": {"~": 0}}


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "remove", "path": "/x"},
        {"op": "replace", "path": "/a/7", "value": 1},
        {"op": "add", "path": "/a/01", "value": 1},
        {"op": "test", "path": "/a/0", "value": 2},
        {"op": "shake", "path": "/a", "value": 2},
        {"op": "add", "path": "a", "value": 2},
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        apply_edits({"a": [1]}, [edit])
    assert value_at({"a": [1]}, "/a/0") == 1


def test_a_few_lines_of_aliases_that_stand_for_billions_are_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{one}: &{one} [{', '.join([f'*{before}'] * 10)}]" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    with pytest.raises(InputError, match="values"):
        load_trip("\n".join(lines), yaml=True)


@pytest.mark.parametrize("amount", ["NaN", "-Infinity", "inf", "sNaN"])
def test_no_number_is_no_amount(amount: str) -> None:
    for budget in ({"total_cny": amount}, {"rates_to_cny": {"JPY": amount}}):
        with pytest.raises(InputError, match="amount"):
            trip_from(SMALLEST | {"budget": budget})
