"""加签, 会签: ask other posts for an opinion. Extra items; the process never changes."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import WorkItem
from waiban.core.casework.moves import add_items, close_item, lock_item, log, widen
from waiban.core.people.models import Post


def add_desk(
    item_id: uuid.UUID, post_id: uuid.UUID, *, question: str, workdays: int | None = None, on: date | None = None
) -> WorkItem:
    """One more post gives its opinion before this item is decided."""
    (asked,) = countersign(item_id, [post_id], question=question, workdays=workdays, on=on)
    return asked


@transaction.atomic
def countersign(
    item_id: uuid.UUID,
    post_ids: Sequence[uuid.UUID],
    *,
    question: str,
    workdays: int | None = None,
    on: date | None = None,
) -> tuple[WorkItem, ...]:
    """Several posts give their opinions in any order; each answers by `decide`, and is kept as it is."""
    item = lock_item(item_id)
    acting = policies.require_act("case.ask_opinion", current_principal(), item)
    if item.nature != WorkItem.Nature.STEP:
        raise CannotError(_("征求意见不能再征求意见，请转办或答复"))
    if not question.strip():
        raise CannotError(_("请写明要对方看什么"))
    found = Post.objects.in_bulk(post_ids)
    posts = [found[post_id] for post_id in dict.fromkeys(post_ids) if post_id in found]
    if len(posts) != len(set(post_ids)) or not posts:
        raise CannotError(_("有的岗位找不到"))
    asked_already = set(
        WorkItem.objects.filter(asked_by=item, state=WorkItem.State.OPEN).values_list("post_id", flat=True)
    )
    for post in posts:
        if post.pk == item.post_id or post.pk in asked_already:
            raise CannotError(_("%(post)s已经在办") % {"post": post.name})
    on = on or clocks.today()
    widen(item.case, posts)
    asked = [
        WorkItem(
            case=item.case, nature=WorkItem.Nature.OPINION, step=item.step, kind="opinion", stage=item.stage,
            verb="提意见", verb_en="Give an opinion", round=item.round, post=post, opened_on=on, workdays=workdays,
            asked_by=item, question=question.strip(),
        )
        for post in posts
    ]  # fmt: skip
    add_items(item.case, asked)
    if workdays is not None:
        clocks.set_due(item.case)
        item.case.save(update_fields=["due"])
    log(
        "case.ask_opinion", acting, item.case, on, item=str(item.pk), step=item.step,
        posts=[str(post.pk) for post in posts], question=question.strip(),
    )  # fmt: skip
    return tuple(asked)


@transaction.atomic
def withdraw_question(item_id: uuid.UUID, *, on: date | None = None) -> WorkItem:
    """The desk that asked takes its question back."""
    item = lock_item(item_id)
    asker = item.asked_by
    if item.nature != WorkItem.Nature.OPINION or asker is None:
        raise CannotError(_("这不是征求意见"))
    asker.case = item.case
    acting = policies.require_act("case.withdraw_question", current_principal(), asker)
    on = on or clocks.today()
    close_item(item, on, WorkItem.State.VOIDED)
    log("case.withdraw_question", acting, item.case, on, item=str(item.pk), post=str(item.post_id))
    return item
