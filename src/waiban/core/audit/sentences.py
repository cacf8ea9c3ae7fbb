"""What an event says to people. Each room registers the sentences of its own events."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

_sentences: dict[str, str | Promise] = {}


def register(sentences: Mapping[str, str | Promise]) -> None:
    """By event name; named places are filled from the event's data: gettext_lazy("退回：%(reason)s")."""
    _sentences.update(sentences)


def sentence(name: str, data: Mapping[str, Any]) -> str:
    """The event's own name where nobody registered one: an auditor must miss nothing."""
    text = _sentences.get(name)
    if text is None:
        return name
    return str(text) % defaultdict(str, {key: "" if value is None else str(value) for key, value in data.items()})


def known() -> dict[str, str]:
    """Every registered event with its sentence, for filters and for the test that none is missing."""
    return {name: str(text) for name, text in sorted(_sentences.items())}
