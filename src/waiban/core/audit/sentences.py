"""What an event says to people. Each room registers the sentences of its own events."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

_sentences: dict[str, str | Promise] = {}
_words: dict[str, tuple[str, Mapping[str, str | Promise]]] = {}


def register(sentences: Mapping[str, str | Promise]) -> None:
    """By event name; named places are filled from the event's data: gettext_lazy("退回：%(reason)s")."""
    _sentences.update(sentences)


def register_words(place: str, code: str, words: Mapping[str, str | Promise]) -> None:
    """The register keeps codes: a sentence's `place` is the word for what the data holds under `code`."""
    _words[place] = (code, words)


def sentence(name: str, data: Mapping[str, Any]) -> str:
    """The event's own name where nobody registered one: an auditor must miss nothing.

    In the reader's language: codes become words, and a name that was kept in both (`verb`, `verb_en`) is taken in one.
    """
    text = _sentences.get(name)
    if text is None:
        return name
    return str(text) % in_language(data)


def in_language(data: Mapping[str, Any]) -> defaultdict[str, str]:
    """What fills a sentence: empty where the data says nothing."""
    filled = defaultdict(str, {key: "" if value is None else str(value) for key, value in data.items()})
    for place, (code, words) in _words.items():
        if filled.get(code, "") in words:
            filled[place] = str(words[filled[code]])
    if (get_language() or "").startswith("en"):
        filled.update({key[:-3]: value for key, value in filled.items() if key.endswith("_en") and value})
    return filled


def known() -> dict[str, str]:
    """Every registered event with its sentence, for filters and for the test that none is missing."""
    return {name: str(text) for name, text in sorted(_sentences.items())}
