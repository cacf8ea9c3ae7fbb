"""转办: give one's own item to another post. The process doesn't change; the clock keeps running."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Deadline, WorkItem
from waiban.core.casework.moves import close_item, lock_item, log, tell_posts, widen
from waiban.core.people.models import Post


@transaction.atomic
def pass_on(item_id: uuid.UUID, post_id: uuid.UUID, *, reason: str = "", on: date | None = None) -> WorkItem:
    """Answers the item that the other post now has."""
    item = lock_item(item_id)
    acting = policies.require_act("case.pass_on", current_principal(), item)
    post = Post.objects.get(pk=post_id)
    if post.pk == item.post_id:
        raise CannotError(_("已经在这个岗位手里"))
    if post.role != item.post.role and item.kind in ("approve", "accept"):
        raise CannotError(_("受理和审批只能转给同样职责的岗位"))
    on = on or clocks.today()
    deadline = Deadline.objects.filter(item=item).first()
    close_item(item, on, WorkItem.State.PASSED_ON)
    widen(item.case, [post])
    passed = WorkItem.objects.create(
        case=item.case, nature=item.nature, step=item.step, entry=item.entry, kind=item.kind, stage=item.stage,
        verb=item.verb, verb_en=item.verb_en, round=item.round, post=post, opened_on=on, workdays=item.workdays,
        due=item.due, asked_by=item.asked_by or (item if item.nature == WorkItem.Nature.STEP else None),
        question=item.question, defects=item.defects, readers=item.case.readers,
    )  # fmt: skip
    if deadline is not None:
        deadline.item, deadline.dropped_on = passed, None
        deadline.save(update_fields=["item", "dropped_on"])
    WorkItem.objects.filter(asked_by=item, state=WorkItem.State.OPEN).exclude(pk=passed.pk).update(asked_by=passed)
    tell_posts(item.case, [passed])
    log(
        "case.pass_on", acting, item.case, on, item=str(item.pk), step=item.step, to=str(post.pk), reason=reason.strip()
    )
    return passed
