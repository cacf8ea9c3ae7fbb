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
from waiban.core.people.roles import PERMISSIONS


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
    if policies.needed_permission(item) not in PERMISSIONS[post.role]:
        raise CannotError(_("%(post)s办不了这一步，请另选") % {"post": post.name})
    on = on or clocks.today()
    passed = _move(item, post, on)
    log(
        "case.pass_on", acting, item.case, on, item=str(item.pk), step=item.step, to=str(post.pk), reason=reason.strip()
    )
    return passed


@transaction.atomic
def take_back(item_id: uuid.UUID, *, on: date | None = None) -> WorkItem:
    """Undo a passing-on that nobody has taken up yet; the item lies with the post that had it."""
    item = lock_item(item_id)
    principal = current_principal()
    if not policies.may_take_back(principal, item) or item.asked_by is None:
        policies.refuse("case.take_back", principal, item.case, _("已有人接办，不能收回"))
    post, on = item.asked_by.post, on or clocks.today()
    back = _move(item, post, on)
    log("case.take_back", principal.at(post.pk), item.case, on, item=str(item.pk), step=item.step)
    return back


def _move(item: WorkItem, post: Post, on: date) -> WorkItem:
    """The item closes and opens again at `post`, with its clock and the questions that it asked."""
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
    return passed
