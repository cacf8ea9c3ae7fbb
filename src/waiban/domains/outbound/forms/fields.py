"""The fields of the draft form: what each is called, what it offers, what stands in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from waiban.domains.outbound.forms.pointers import Reading, schema_at
from waiban.domains.outbound.presenting import FindingView
from waiban.domains.outbound.texts import place_name
from waiban.dossiers.patch import value_at
from waiban.kernel.errors import InputError
from waiban.rulebook.law import Law

Option = tuple[str, str]


@dataclass
class Field:
    """One control. `notes` are the findings that belong beside it; `wrong` what was expected of what was typed."""

    pointer: str
    label: str
    kind: str
    """text, area, date, number, select, yes_no, many."""
    value: str = ""
    values: tuple[str, ...] = ()
    options: list[Option] = field(default_factory=list)
    wrong: str = ""
    notes: list[FindingView] = field(default_factory=list)
    hint: str = ""

    @property
    def id(self) -> str:
        return element_id(self.pointer)

    @property
    def todo(self) -> bool:
        return any(note.kind == "todo" for note in self.notes)


def element_id(pointer: str) -> str:
    return "f" + pointer.replace("/", "-")


class Fields:
    """Makes the fields of one page and remembers them, so that findings find their place."""

    def __init__(self, reading: Reading, law: Law) -> None:
        self.reading = reading
        self.law = law
        self.made: dict[str, Field] = {}

    def __call__(
        self,
        pointer: str,
        label: str = "",
        *,
        options: Callable[[str], str] | list[Option] | None = None,
        hint: str = "",
    ) -> Field:
        schema = schema_at(pointer)
        kind = _kind(schema)
        stored = self._stored(pointer)
        made = Field(pointer, label or self.label(pointer), kind, hint=hint)
        made.wrong = self.reading.expected.get(pointer) or (
            _("没有读懂，请改写") if pointer in self.reading.unread else ""
        )
        if kind == "many":
            made.values = tuple(str(value) for value in stored or ())
            made.options = [(word, self.word(pointer, word)) for word in _enum(schema["items"])]
        else:
            made.value = self.reading.unread.get(pointer, _text(stored))
            if isinstance(options, list):
                made.options, made.kind = options, "select"
            elif kind == "select":
                made.options = [(word, self.word(pointer, word)) for word in _enum(schema)]
            elif kind == "yes_no":
                made.options = [("true", _("是")), ("false", _("否"))]
        self.made[pointer] = made
        return made

    def label(self, pointer: str) -> str:
        """As findings call the key, so that one word names one thing on the page."""
        parts = [part for part in pointer.split("/")[1:] if not part.isdigit()]
        labels = self.law.labels
        for start in range(len(parts)):
            name = ".".join(parts[start:])
            last = name.rpartition(".")[2]
            name = f"{name}_" if last in ("return", "from") else name
            if name in labels:
                return self._begin(labels[name][self._language])
        return parts[-1]

    def word(self, pointer: str, word: str) -> str:
        key = next((part for part in reversed(pointer.split("/")) if part and not part.isdigit()), "")
        labels: Mapping[str, Mapping[str, str]] = self.law.labels
        found = labels.get(f"{key}.{word}") or labels.get(f"{key}={word}") or labels.get(word)
        return self._begin(found[self._language]) if found else word

    @staticmethod
    def _begin(text: str) -> str:
        """The law's English labels stand inside sentences; by themselves they begin with a capital."""
        return text[:1].upper() + text[1:]

    @property
    def _language(self) -> str:
        return "en" if (get_language() or "").startswith("en") else "zh"

    def _stored(self, pointer: str) -> Any:
        try:
            return value_at(self.reading.dossier, pointer)
        except InputError:
            return None


def country_options() -> list[Option]:
    """Countries and regions in one list, by name. One list for every line: a form asks dozens of times as one types."""
    return _country_options(get_language() or "zh-hans")


@cache
def _country_options(language: str) -> list[Option]:
    from waiban.core.places.queries import place_codes

    return sorted(((code, place_name(code, language)) for code in place_codes()), key=lambda pair: pair[1])


def _enum(schema: Mapping[str, Any]) -> list[str]:
    return [word for word in schema["enum"] if word is not None]


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "array" in kinds:
        return "many"
    if "enum" in schema:
        return "select"
    if "boolean" in kinds:
        return "yes_no"
    if schema.get("format") == "date":
        return "date"
    return "number" if {"integer", "number"} & set(kinds) else "text"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
