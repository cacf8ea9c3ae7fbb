"""The sentence of each notice, registered by the room that sends it and formatted in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from waiban.core.audit.sentences import in_language

_texts: dict[str, str | Promise] = {}


def register(event: str, text: str | Promise) -> None:
    """`text` with named places filled from the notice's data: gettext_lazy("%(verb)s：%(title)s")."""
    _texts[event] = text


def sentence(event: str, data: Mapping[str, Any]) -> str:
    """A place that the data doesn't fill stays empty; an event that nobody registered shows the case's title."""
    text = _texts.get(event)
    if text is None:
        return str(data.get("title") or _("有新的通知"))
    return str(text) % in_language(data)
