"""The kinds of value that the grammar knows, and how a dossier's JSON Schema becomes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PYTHON_WORDS = {"return": "return_", "from": "from_"}
"""Keys that can't be names in the grammar; the underscore is the only change."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`name`: bool, number, date, text, list, map, object or nothing (the literal `unknown`)."""

    name: str
    words: frozenset[str] | None = None
    """The closed list of a text, where it has one."""
    item: Kind | None = None
    fields: Mapping[str, Kind] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"list of {self.item}" if self.name == "list" else self.name


BOOL = Kind("bool")
NUMBER = Kind("number")
DATE = Kind("date")
TEXT = Kind("text")
NOTHING = Kind("nothing")


def list_of(item: Kind) -> Kind:
    return Kind("list", item=item)


def map_of(item: Kind) -> Kind:
    return Kind("map", item=item)


def kind_from_schema(schema: Mapping[str, Any]) -> Kind:
    """Null is left out: in the grammar anything may be not stated."""
    if "const" in schema:
        return Kind("text", words=frozenset([schema["const"]]))
    if "enum" in schema:
        return Kind("text", words=frozenset(word for word in schema["enum"] if word is not None))
    names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    for name in names:
        match name:
            case "object" if "properties" in schema:
                fields = {
                    PYTHON_WORDS.get(key, key): kind_from_schema(part) for key, part in schema["properties"].items()
                }
                return Kind("object", fields=fields)
            case "object":
                return map_of(kind_from_schema(schema["additionalProperties"]))
            case "array":
                return list_of(kind_from_schema(schema["items"]))
            case "boolean":
                return BOOL
            case "integer" | "number":
                return NUMBER
            case "string" if schema.get("format") == "date":
                return DATE
    return TEXT


def kind_of_value(value: Any) -> Kind:
    """The kind of a literal of the law (a dated value, a constant, a table's cell)."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, str):
        return TEXT
    if isinstance(value, list):
        return list_of(kind_of_value(value[0]) if value else NOTHING)
    if isinstance(value, dict):
        return map_of(kind_of_value(next(iter(value.values()))) if value else NOTHING)
    return NUMBER
