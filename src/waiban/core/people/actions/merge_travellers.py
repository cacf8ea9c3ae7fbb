"""Two records are one person: an act of the office. Both records stay as they are; the rules on earlier trips then
read the trips of both.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import Principal, current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.offices.queries import today
from waiban.core.people import persons
from waiban.core.people.merging import Affected, answers_of, differences, tried
from waiban.core.people.models import Traveller, TravellerMerge
from waiban.core.people.policies import may_merge_travellers


@dataclass(frozen=True, slots=True)
class Merged:
    merge: TravellerMerge
    affected: Sequence[Affected]
    """Open cases whose answers changed by it, of those that the office sees."""


def preview_merge(kept_id: uuid.UUID, merged_id: uuid.UUID) -> list[Affected]:
    """What `merge_travellers` would change; raises what it would raise."""
    with tried():
        return list(_merge(kept_id, merged_id, _("试算"), "traveller.merge").affected)


@transaction.atomic
def merge_travellers(kept_id: uuid.UUID, merged_id: uuid.UUID, *, reason: str) -> Merged:
    """Raises CannotError where the two can't be one person."""
    done = _merge(kept_id, merged_id, reason, "traveller.merge")
    _log("traveller.merge", done, reason)
    return done


@transaction.atomic
def keep_apart(one_id: uuid.UUID, other_id: uuid.UUID, *, reason: str) -> TravellerMerge:
    """The office has looked: two people. They are not suggested again; a row that was never in force says so."""
    principal, one, other = _both(one_id, other_id, "traveller.keep_apart")
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    day = today(one.unit.office)
    row = _row(
        principal, one, other, reason, undone_on=day, undone_by_post_id=principal.post, undo_reason=reason.strip()
    )
    record(
        "traveller.keep_apart", principal, subject=("traveller", one.pk), office=row.office_id, readers=row.readers,
        data={"other": other.pk, "reason": reason.strip()},
    )  # fmt: skip
    return row


def _merge(kept_id: uuid.UUID, merged_id: uuid.UUID, reason: str, act: str) -> Merged:
    principal, kept, merged = _both(kept_id, merged_id, act)
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    if kept.identity_hash and merged.identity_hash and kept.identity_hash != merged.identity_hash:
        raise CannotError(_("两条记录的证件号码不同，不能合并；先请单位核对"))
    heads = persons.canonical([kept.pk, merged.pk])
    if heads[kept.pk] == heads[merged.pk]:
        raise CannotError(_("这两条记录已经是同一个人"))
    same = persons.same_person_ids([kept.pk, merged.pk])
    everyone = same[kept.pk] | same[merged.pk]
    before = answers_of(everyone)
    # Head to head, so that the merges in force stay a tree whoever was merged before.
    head, tail = (Traveller.objects.select_related("unit__office").get(pk=heads[one.pk]) for one in (kept, merged))
    row = _row(principal, head, tail, reason)
    return Merged(row, differences(before, answers_of(everyone)))


def _row(principal: Principal, kept: Traveller, merged: Traveller, reason: str, **more: object) -> TravellerMerge:
    office = kept.unit.office
    return TravellerMerge.objects.create(
        office=office, kept=kept, merged=merged, reason=reason.strip(), merged_on=today(office),
        by_number=bool(kept.identity_hash) and kept.identity_hash == merged.identity_hash,
        merged_by_post_id=principal.post, readers=readers(office.pk, office=True), **more,
    )  # fmt: skip


def _both(one_id: uuid.UUID, other_id: uuid.UUID, act: str) -> tuple[Principal, Traveller, Traveller]:
    """Both records, one merge of an office at a time: two at once could close a ring."""
    principal = current_principal()
    if principal.office is None or not may_merge_travellers(principal, principal.office):
        refuse(act, principal, principal.office or uuid.UUID(int=0), _("合并出访人员由外办办理"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"merge {principal.office}"])
    rows = Traveller.objects.select_for_update(of=("self",)).select_related("unit__office")
    found = {
        row.pk: row for row in rows.filter(pk__in=[one_id, other_id], unit__office=principal.office).order_by("pk")
    }
    if one_id == other_id or len(found) != 2:
        raise CannotError(_("请选两条不同的记录"))
    if any(row.erased_on for row in found.values()):
        raise CannotError(_("这个人的信息已按期限删除"))
    return principal, found[one_id], found[other_id]


def _log(act: str, done: Merged, reason: str) -> None:
    row = done.merge
    record(
        act, current_principal(), subject=("traveller", row.kept_id), office=row.office_id, readers=row.readers,
        data={"merged": row.merged_id, "reason": reason.strip(), "cases": [case.key for case in done.affected]},
    )  # fmt: skip
