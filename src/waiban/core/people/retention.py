"""How long a person's data is kept: until what it was taken for has ended, and the office's years after that.

Rooms above say what they still need a person for; people knows none of them. A room that keeps personal data of its
own beside the traveller's row (a document's number) says how to erase it.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from waiban.core.offices.settings import Kind, Setting
from waiban.core.people import persons
from waiban.core.people.models import Traveller
from waiban.kernel.ids import made_on

YEARS = "people.kept_years"
SIGHT_DAYS = "people.sight_days"
SETTINGS = (
    Setting(
        YEARS, Kind.NUMBER, 5, _("出访人员信息保存年数"), _("人员"),
        help=_("最后一次出访办结后再保存几年，到期自动删除"), at_least=1, at_most=30,
    ),
    Setting(
        SIGHT_DAYS, Kind.NUMBER, 90, _("办结后仍可看人员的天数"), _("人员"),
        help=_("外单位岗位因办件看到的出访人员，办结这么多天后不再显示"), at_least=0, at_most=3650,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a traveller is still needed. `until` None: as long as this lasts; a day: the need ends, or ended, then."""

    reason: str
    until: date | None = None


Holds = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, Sequence[Hold]]]
Eraser = Callable[[uuid.UUID], None]
Sights = Callable[[Collection[uuid.UUID], date, int], Mapping[uuid.UUID, set[int]]]

_holds: list[Holds] = []
_erasers: list[Eraser] = []
_sights: list[Sights] = []


def register(holds: Holds) -> None:
    """`holds(ids)`: for each traveller that the room needs, why and until when; in few queries for many ids."""
    if holds not in _holds:
        _holds.append(holds)


def register_eraser(erase: Eraser) -> None:
    """`erase(traveller_id)`: take away what the room keeps of the person; called in the act that erases."""
    if erase not in _erasers:
        _erasers.append(erase)


def register_sight(sights: Sights) -> None:
    """`sights(ids, on, days)`: the reader keys that others than the own unit and the office still need, by traveller;
    `days` is how long a case that has ended still shows who travelled in it.
    """
    if sights not in _sights:
        _sights.append(sights)


def holds_of(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Hold]]:
    """Of each, those of the same person's other records among them: as far as the reader sees those."""
    person = persons.same_person_ids(ids)
    everyone = {one for same in person.values() for one in same}
    found: dict[uuid.UUID, list[Hold]] = {}
    for room in _holds:
        for traveller, holds in room(everyone).items():
            found.setdefault(traveller, []).extend(holds)
    return {
        traveller: list(dict.fromkeys(hold for one in sorted(person[traveller]) for hold in found.get(one, ())))
        for traveller in ids
    }


def open_holds(holds: Iterable[Hold]) -> list[Hold]:
    return [hold for hold in holds if hold.until is None]


def end_of(traveller: Traveller, holds: Sequence[Hold], years: int) -> date | None:
    """The day on which the data is to go; None while something open needs it."""
    if open_holds(holds):
        return None
    last = max([made_on(traveller.pk), *(hold.until for hold in holds if hold.until)])
    return in_years(last, years)


def in_years(day: date, years: int) -> date:
    """29 February becomes the first of March, so that nothing goes a day early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def sight_keys(ids: Collection[uuid.UUID], on: date, days: int) -> dict[uuid.UUID, set[int]]:
    found: dict[uuid.UUID, set[int]] = {one: set() for one in ids}
    for room in _sights:
        for traveller, keys in room(ids, on, days).items():
            found.setdefault(traveller, set()).update(keys)
    return found


def erase_elsewhere(traveller_id: uuid.UUID) -> None:
    for erase in _erasers:
        erase(traveller_id)
