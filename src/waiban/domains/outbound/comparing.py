"""What changed between two states of a dossier, in words: for plan cards and for versions side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from waiban.core.ui.format import day_text, joined
from waiban.domains.outbound.arithmetic import total_of
from waiban.domains.outbound.drafting import money
from waiban.domains.outbound.forms.fields import Fields
from waiban.domains.outbound.forms.pointers import Reading
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.texts import place_name
from waiban.dossiers.patch import Edit, apply_edits

EMPTY = "—"


@dataclass(frozen=True)
class Change:
    pointer: str
    label: str
    old: str
    new: str


def changes_of(trip: Trip, edits: Sequence[Edit]) -> list[tuple[str, str, str]]:
    """(what, old, new) of a plan card: each value that the edits touch, and the total where it moves."""
    after = apply_edits({"schema": "waiban/trip/1", **trip.dossier}, edits)
    rows = [(change.label, change.old, change.new) for change in differences(trip, trip.dossier, after)]
    old, new = total_of(trip.dossier), total_of(after)
    if old != new:
        rows.append((_("合计"), money(old), money(new)))
    return rows


def differences(trip: Trip, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Leaf by leaf; items of lists are compared by their place."""
    make = Fields(Reading(dict(new)), law_of(trip.office))
    left, right = _leaves(old), _leaves(new)
    changes = []
    for pointer in dict.fromkeys([*left, *right]):
        if pointer != "/schema" and left.get(pointer) != right.get(pointer):
            label = make.label(pointer)
            changes.append(
                Change(
                    pointer, label, _said(make, pointer, left.get(pointer)), _said(make, pointer, right.get(pointer))
                )
            )
    return changes


def _leaves(value: Any, pointer: str = "") -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {at: leaf for key, item in value.items() for at, leaf in _leaves(item, f"{pointer}/{key}").items()}
    if isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        return {at: leaf for n, item in enumerate(value) for at, leaf in _leaves(item, f"{pointer}/{n}").items()}
    return {pointer: value}


def _said(make: Fields, pointer: str, value: Any) -> str:
    if value in (None, "", []):
        return EMPTY
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return joined(make.word(pointer, str(item)) for item in value)
    text = str(value)
    if pointer.endswith("/country"):
        return place_name(text)
    try:
        return day_text(date.fromisoformat(text))
    except ValueError:
        return make.word(pointer, text)
