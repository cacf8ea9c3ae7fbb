"""Files in and out: JSON or YAML to a Trip, strictly; a Trip to its canonical bytes."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from waiban.dossiers.trip import Trip
from waiban.kernel.errors import InputError, Problem

SCHEMA_FILE = Path(__file__).with_name("trip.schema.json")
SCHEMA_ID = "waiban/trip/1"
WHERE = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")
TWO_LETTERS = re.compile("[A-Z]{2}")
MAX_BYTES = 4_000_000
MAX_VALUES = 200_000  # YAML's aliases let a few lines stand for billions
MONEY = {"unit_price", "amount", "total_cny", "actual_total_cny", "days"}


def load_trip(text: str | bytes, *, yaml: bool = False, draft: bool = False) -> Trip:
    """
    Read one dossier; `draft` forgives missing keys that files must have.

    Raises InputError with a JSON Pointer, what was expected and what was found.
    """
    return trip_from(_parse(text, yaml=yaml), draft=draft)


def load_trip_file(path: Path) -> Trip:
    """JSON or, by its suffix, YAML. Raises InputError for what can't be read, too."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(Problem("", "a file that can be read", error.strerror or str(error))) from error
    if len(raw) > MAX_BYTES:
        raise InputError(Problem("", f"a dossier of at most {MAX_BYTES} bytes", f"{len(raw)} bytes"))
    return load_trip(raw, yaml=path.suffix.lower() in {".yaml", ".yml"})


def trip_from(value: Any, *, draft: bool = False) -> Trip:
    """The same from parsed JSON: objects, lists, texts, numbers, true, false, null."""
    if not isinstance(value, dict):
        raise InputError(Problem("", "an object", _found(value)))
    if _count(value) > MAX_VALUES:
        raise InputError(Problem("", f"a dossier of at most {MAX_VALUES} values", "more, perhaps by repeated aliases"))
    value = _whole(value)
    if not draft:
        _require(value, trip_schema(), "")
    try:
        trip = msgspec.convert(value, Trip)
    except msgspec.ValidationError as error:
        raise InputError(_problem(str(error), value)) from error
    _one_id_each(trip)
    return trip


def _one_id_each(trip: Trip) -> None:
    """Approvals, budget lines and decisions name members by their id."""
    seen: set[str] = set()
    for index, member in enumerate(trip.members or ()):
        if member.id is not None and member.id in seen:
            raise InputError(Problem(f"/members/{index}/id", "an id that no other member has", _found(member.id)))
        seen |= {member.id} if member.id is not None else set()


def trip_to(trip: Trip) -> dict[str, Any]:
    """Plain JSON values: what isn't stated is left out, amounts are numbers (text where no float is exact)."""
    plain: dict[str, Any] = msgspec.to_builtins(trip, builtin_types=(Decimal,))
    result = _plain(plain)
    assert isinstance(result, dict)
    return result


def canonical_bytes(trip: Trip) -> bytes:
    """One spelling of a Trip (UTF-8, sorted keys, no spaces): equal Trips, equal bytes."""
    text = json.dumps(trip_to(trip), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def trip_sha256(trip: Trip) -> str:
    return hashlib.sha256(canonical_bytes(trip)).hexdigest()


@cache
def trip_schema() -> dict[str, Any]:
    """The exchange format as JSON Schema (draft 2020-12)."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_bytes())
    return schema


def _parse(text: str | bytes, *, yaml: bool) -> Any:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(Problem("", "text in UTF-8", f"byte {error.object[error.start]:#04x}")) from error
    if yaml:
        from waiban.rulebook.yaml_text import load_yaml

        return load_yaml(text)
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise InputError(Problem("", "JSON", f"{error.msg} in line {error.lineno}")) from error
    except RecursionError as error:
        raise InputError(Problem("", "JSON of ordinary depth", "endless nesting")) from error
    except ValueError as error:  # an integer of thousands of digits
        raise InputError(Problem("", "JSON with numbers of ordinary size", str(error).split(";")[0])) from error


def _no_number(name: str) -> Any:
    raise InputError(Problem("", "a number", name))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(Problem(f"/{_escape(twice)}", "each key once", f"{twice} twice"))
    return result


def _count(value: Any) -> int:
    """How many values there are, each use of an alias counted; stops soon after MAX_VALUES."""
    count, waiting = 0, [value]
    while waiting and count <= MAX_VALUES:
        one = waiting.pop()
        count += 1
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return count


def _whole(value: Any) -> Any:
    """JSON Schema calls 5.0 an integer; give it as one."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InputError(Problem("", "a number", str(value)))
        if value.adjusted() < 30 and value == value.to_integral_value():
            return int(value)
        return value
    if isinstance(value, float):
        return _whole(Decimal(repr(value)))
    if isinstance(value, dict):
        return {key: _whole(_money(key, item)) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


def _money(key: str, value: Any) -> Any:
    """Decimal reads 'NaN' and 'Infinity', which are no amounts."""
    amounts = value.values() if key == "rates_to_cny" and isinstance(value, dict) else [value] if key in MONEY else ()
    for amount in amounts:
        if isinstance(amount, str) and amount.strip().lstrip("+-").lower().startswith(("nan", "snan", "inf")):
            raise InputError(Problem("", "an amount as a number or decimal text", f"{key} {amount[:40]}"))
    return value


def _require(value: Any, schema: dict[str, Any], path: str) -> None:
    """Keys that the format requires are there, and lists that may not be empty aren't."""
    if isinstance(value, dict) and "properties" in schema:
        for key in schema.get("required", ()):
            if value.get(key) is None:
                raise InputError(Problem(f"{path}/{key}", _wanted(schema["properties"][key]), "nothing"))
        for key, inner in schema["properties"].items():
            if value.get(key) is not None:
                _require(value[key], inner, f"{path}/{key}")
    elif isinstance(value, list) and "items" in schema:
        if len(value) < schema.get("minItems", 0):
            raise InputError(Problem(path, "at least one entry", "an empty list"))
        for index, item in enumerate(value):
            _require(item, schema["items"], f"{path}/{index}")


def _wanted(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("format") == "date":
        return "a day as YYYY-MM-DD"
    kind = schema.get("type", "a value")
    names = {"array": "a list", "object": "an object", "string": "a text", "integer": "a whole number"}
    kinds = [names.get(one, one) for one in ([kind] if isinstance(kind, str) else kind) if one != "null"]
    return " or ".join(kinds)


WORDS = {
    "`str": "a text",
    "`int": "a whole number",
    "`bool": "true or false",
    "`array": "a list",
    "`object": "an object",
    "`decimal": "an amount",
    "`date": "a day as YYYY-MM-DD",
}


def _problem(message: str, value: Any) -> Problem:
    """Msgspec's sentence as pointer, expected, found."""
    match = WHERE.search(message)
    path = ""
    if match:
        message = message[: match.start()]
        for step in STEP.finditer(match["path"]):
            name = step.group(1) or step.group(2)
            if name is None:
                break
            path += f"/{_escape(name)}"
    found = _found(_look(value, path))
    if message.startswith("Object contains unknown field"):
        key = message.split("`")[1]
        return Problem(f"{path}/{_escape(key)}", "a key of the format", key)
    if "date" in message:
        return Problem(path, "a day of the calendar as YYYY-MM-DD", found)
    if "decimal" in message:
        return Problem(path, "an amount as a number or decimal text", found)
    if message.startswith("Invalid enum value"):
        return Problem(path, _choices(path), found)
    if "matching regex" in message:
        known = (
            "a country or region of ISO 3166-1" if TWO_LETTERS.fullmatch(found) else "two capital letters (ISO 3166-1)"
        )
        return Problem(path, known, found)
    for word, plain in WORDS.items():
        if message.startswith(f"Expected {word}"):
            return Problem(path, plain, found)
    return Problem(path, message.removeprefix("Expected "), found)


def _choices(path: str) -> str:
    schema = trip_schema()
    for part in path.split("/")[1:]:
        schema = schema.get("items", {}) if part.isdigit() else schema.get("properties", {}).get(part, {})
    options = [str(one) for one in schema.get("enum", [schema.get("const", "")]) if one is not None]
    return "one of " + ", ".join(options) if len(options) > 1 else f'"{options[0]}"'


def _look(value: Any, path: str) -> Any:
    for part in path.split("/")[1:]:
        try:
            value = value[int(part)] if isinstance(value, list) else value[part.replace("~1", "/").replace("~0", "~")]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return number(value) if isinstance(value, Decimal) else value


def number(value: Decimal) -> int | float | str:
    """The JSON value that reads back as exactly this amount."""
    if value == value.to_integral_value() and value.adjusted() < 30:
        return int(value)
    close = float(value)
    return close if Decimal(repr(close)) == value else format(value.normalize(), "f")
