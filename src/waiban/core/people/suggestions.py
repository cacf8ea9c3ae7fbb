"""Records that may be one person: the same identity number by its keyed hash, else the same name and birth date.

For the office alone, over the rows that it sees. What it has decided on, either way, isn't suggested again.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, Q

from waiban.core.people import persons
from waiban.core.people.models import Traveller, TravellerMerge

GROUPS = 400
"""Groups of records looked at for a page: more are found once the first ones are settled."""
RECORDS = 8
"""Of one group; a name and a day shared by more than these is no evidence."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    one: Traveller
    other: Traveller
    by_number: bool
    """False: only name and birth date are the same."""

    @property
    def key(self) -> str:
        return f"{self.one.name}/{self.one.pk}/{self.other.pk}"


def suggestions(*, basis: str = "", search: str = "", unit: uuid.UUID | None = None) -> list[Suggestion]:
    """By name. `basis`: number, name (and no number that is the same), or empty for both; the earlier record stands first."""
    alive = Traveller.objects.filter(erased_on=None)
    found: dict[tuple[uuid.UUID, uuid.UUID], Suggestion] = {}
    same = alive.exclude(identity_hash="").values("identity_hash").annotate(n=Count("pk")).filter(n__gt=1)
    hashes = [row["identity_hash"] for row in same.order_by("identity_hash")[:GROUPS]]
    _pair(found, alive.filter(identity_hash__in=hashes), by_number=True)
    alike = alive.exclude(born_on=None).values("name", "born_on").annotate(n=Count("pk")).filter(n__gt=1)
    wanted = Q(pk__in=[])
    for row in alike.order_by("name", "born_on")[:GROUPS]:
        wanted |= Q(name=row["name"], born_on=row["born_on"])
    _pair(found, alive.filter(wanted), by_number=False)
    kept = [
        one
        for one in found.values()
        if (not basis or one.by_number == (basis == "number")) and _wanted(one, search, unit)
    ]
    return sorted(_open(kept), key=lambda one: one.key)


def _pair(found: dict[tuple[uuid.UUID, uuid.UUID], Suggestion], rows: object, *, by_number: bool) -> None:
    groups: dict[object, list[Traveller]] = {}
    for row in rows.select_related("unit").order_by("pk"):  # type: ignore[attr-defined]
        groups.setdefault(row.identity_hash if by_number else (row.name, row.born_on), []).append(row)
    for same in groups.values():
        for one, other in combinations(same[:RECORDS], 2):
            told_apart = one.identity_hash and other.identity_hash and one.identity_hash != other.identity_hash
            if not told_apart:
                found.setdefault((one.pk, other.pk), Suggestion(one, other, by_number))


def _wanted(pair: Suggestion, search: str, unit: uuid.UUID | None) -> bool:
    both = (pair.one, pair.other)
    return (not search or any(search in row.name for row in both)) and (
        unit is None or any(row.unit_id == unit for row in both)
    )


def _open(pairs: Sequence[Suggestion]) -> list[Suggestion]:
    ids = {row.pk for pair in pairs for row in (pair.one, pair.other)}
    heads = persons.canonical(ids)
    decided = {
        frozenset(pair)
        for pair in TravellerMerge.objects.filter(merged__in=ids, undone_on__isnull=False).values_list(
            "kept_id", "merged_id"
        )
    }
    return [
        pair
        for pair in pairs
        if heads[pair.one.pk] != heads[pair.other.pk] and frozenset((pair.one.pk, pair.other.pk)) not in decided
    ]


def merges(*, undone: bool = False) -> list[TravellerMerge]:
    rows = TravellerMerge.objects.filter(undone_on__isnull=not undone)
    return list(rows.select_related("kept__unit", "merged__unit").order_by("-id")[:200])
