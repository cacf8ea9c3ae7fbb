"""Which records are one person, by the office's merges. Only who sees the merges learns of them: the office."""

import uuid
from collections.abc import Collection

from django.db.models import Q

from waiban.core.people.models import TravellerMerge


def person_of(traveller_id: uuid.UUID) -> uuid.UUID:
    """The person's id: the record that the others were merged into; the record itself where none was."""
    return canonical([traveller_id])[traveller_id]


def canonical(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    found = {one: one for one in ids}
    heads = set(ids)
    while heads:
        into = dict(TravellerMerge.objects.filter(merged__in=heads, undone_on=None).values_list("merged_id", "kept_id"))
        found = {one: into.get(head, head) for one, head in found.items()}
        heads = set(into.values())
    return found


def same_person_ids(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Every record of the same person, the asked one among them. Two or three queries for any number."""
    heads = canonical(ids)
    groups: dict[uuid.UUID, set[uuid.UUID]] = {head: {head} for head in heads.values()}
    head_of = {head: head for head in groups}
    level = set(groups)
    while level:
        rows = TravellerMerge.objects.filter(Q(kept__in=level), undone_on=None).values_list("kept_id", "merged_id")
        level = set()
        for kept, merged in rows:
            head_of[merged] = head_of[kept]
            groups[head_of[kept]].add(merged)
            level.add(merged)
    return {one: frozenset(groups[head]) for one, head in heads.items()}
