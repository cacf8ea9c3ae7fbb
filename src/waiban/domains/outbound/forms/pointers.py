"""A form whose field names are JSON Pointers into the dossier.

One binding for every field of the exchange format: the schema at a pointer says what a
text means there. What can't be understood is kept as typed, with what was expected, and
never reaches the dossier; so a draft saves whatever was typed and nothing is lost.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from waiban.dossiers.load import number, trip_schema
from waiban.dossiers.patch import pointer_parts

DAY = re.compile(r"^(\d{4})\D{0,2}?(\d{1,2})\D{0,2}?(\d{1,2})\D{0,4}$")
MOST_ITEMS = 200
"""No list of a real dossier is longer; a forged index can't make us build one."""


class NotUnderstoodError(ValueError):
    """The message says what was expected, in the reader's language."""


@dataclass
class Reading:
    """What a posted form says: the dossier with it, and what wasn't understood by pointer."""

    dossier: dict[str, Any]
    unread: dict[str, str] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)


def read_form(
    dossier: Mapping[str, Any], unread: Mapping[str, str], posted: Iterable[tuple[str, list[str]]]
) -> Reading:
    """`posted` is pointer to texts, several for a list of choices; pointers not posted keep their value."""
    reading = Reading(_copy(dossier), dict(unread))
    for pointer, texts in posted:
        reading.unread.pop(pointer, None)
        try:
            value = understand(schema_at(pointer), texts)
        except NotUnderstoodError as error:
            reading.unread[pointer] = texts[0][:400]
            reading.expected[pointer] = str(error)
            value = None
        set_value(reading.dossier, pointer, value)
    return reading


def schema_at(pointer: str) -> dict[str, Any]:
    """Raises KeyError for a pointer that the format doesn't know: a forged field name, never a typing mistake."""
    schema = trip_schema()
    for part in pointer_parts(pointer):
        if "items" in schema:
            if not part.isdigit() or int(part) >= MOST_ITEMS:
                raise KeyError(pointer)
            schema = schema["items"]
        elif part in schema.get("properties", {}):
            schema = schema["properties"][part]
        elif isinstance(schema.get("additionalProperties"), dict):
            schema = schema["additionalProperties"]
        else:
            raise KeyError(pointer)
    return schema


def understand(schema: Mapping[str, Any], texts: list[str]) -> Any:
    """The value of the texts under the schema; None for empty. Raises NotUnderstoodError."""
    kinds = schema.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "array" in kinds:
        values = [understand(schema["items"], [text]) for text in texts if text.strip()]
        return values or None
    text = unicodedata.normalize("NFKC", texts[-1]).strip() if not _is_prose(schema) else texts[-1].strip()
    if text == "":
        return None
    if "enum" in schema:
        if text not in schema["enum"]:
            raise NotUnderstoodError(_("请从列表中选择"))
        return text
    if schema.get("format") == "date":
        return _day(text).isoformat()
    if "boolean" in kinds:
        return _yes_or_no(text)
    if "integer" in kinds:
        return _whole(text)
    if "number" in kinds:
        return number(_amount(text))
    if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
        raise NotUnderstoodError(_("请从列表中选择国家或地区"))
    return text


def set_value(dossier: dict[str, Any], pointer: str, value: Any) -> None:
    """Put `value` at `pointer`, making what is missing on the way; None takes the key away."""
    *above, last = pointer_parts(pointer)
    here: Any = dossier
    schema = trip_schema()
    for part in above:
        schema = schema["items"] if "items" in schema else schema.get("properties", {}).get(part, {})
        fresh: Any = [] if "items" in schema else {}
        if isinstance(here, list):
            while len(here) <= int(part):
                here.append({})
            here = here[int(part)]
        else:
            if not isinstance(here.get(part), dict | list):
                if value is None:
                    return
                here[part] = fresh
            here = here[part]
    if isinstance(here, list):
        while len(here) <= int(last):
            here.append({})
        here[int(last)] = value
    elif value is None:
        here.pop(last, None)
    else:
        here[last] = value


def _is_prose(schema: Mapping[str, Any]) -> bool:
    """Free text keeps its full-width signs; figures, dates and choices lose them."""
    return schema.get("type") in ("string", ["string", "null"]) and not {"format", "enum", "pattern"} & set(schema)


def _day(text: str) -> date:
    match = DAY.match(text)
    try:
        if match:
            return date(*map(int, match.groups()))
    except ValueError as error:
        raise NotUnderstoodError(_("没有 %(day)s 这一天") % {"day": text}) from error
    raise NotUnderstoodError(_("日期写成 2027-03-02"))


def _yes_or_no(text: str) -> bool:
    if text.lower() in {"true", "yes", "1", "on", "是"}:
        return True
    if text.lower() in {"false", "no", "0", "否"}:
        return False
    raise NotUnderstoodError(_("请选择是或否"))


def _whole(text: str) -> int:
    try:
        value = int(text.replace(",", ""))
    except ValueError as error:
        raise NotUnderstoodError(_("写整数，例如 6")) from error
    if not 0 <= value <= 10_000_000:
        raise NotUnderstoodError(_("数字超出范围"))
    return value


def _amount(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").lstrip("¥￥$€£"))
    except InvalidOperation as error:
        raise NotUnderstoodError(_("写金额，例如 9,800.00")) from error
    if not value.is_finite() or abs(value) >= Decimal("1e12"):
        raise NotUnderstoodError(_("金额超出范围"))
    if value < 0:
        raise NotUnderstoodError(_("金额不能小于 0"))
    return value


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
