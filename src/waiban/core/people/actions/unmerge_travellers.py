"""Take a merge back: the two records are two people again."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.offices.queries import today
from waiban.core.people import persons
from waiban.core.people.actions.merge_travellers import Merged
from waiban.core.people.merging import Affected, answers_of, differences, tried
from waiban.core.people.models import TravellerMerge
from waiban.core.people.policies import may_merge_travellers


def preview_unmerge(merge_id: uuid.UUID) -> list[Affected]:
    with tried():
        return list(_unmerge(merge_id, _("试算")).affected)


@transaction.atomic
def unmerge_travellers(merge_id: uuid.UUID, *, reason: str) -> Merged:
    """The row stays, with who undid it and why."""
    done = _unmerge(merge_id, reason)
    record(
        "traveller.unmerge", current_principal(), subject=("traveller", done.merge.kept_id),
        office=done.merge.office_id, readers=done.merge.readers,
        data={
            "merged": done.merge.merged_id, "reason": reason.strip(), "cases": [case.key for case in done.affected],
        },
    )  # fmt: skip
    return done


def _unmerge(merge_id: uuid.UUID, reason: str) -> Merged:
    principal = current_principal()
    row = TravellerMerge.objects.select_for_update(of=("self",)).select_related("office").get(pk=merge_id)
    if not may_merge_travellers(principal, row.office_id):
        refuse("traveller.unmerge", principal, row.office_id, _("合并出访人员由外办办理"))
    if row.undone_on:
        raise CannotError(_("这次合并已经撤销"))
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    everyone = persons.same_person_ids([row.kept_id])[row.kept_id]
    before = answers_of(everyone)
    row.undone_on, row.undone_by_post_id, row.undo_reason = today(row.office), principal.post, reason.strip()
    row.save(update_fields=["undone_on", "undone_by_post_id", "undo_reason"])
    return Merged(row, differences(before, answers_of(everyone)))
