"""Questions about who may act on a case. Row security has already said what is seen."""

import uuid
from typing import NoReturn

from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, Principal
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.casework.errors import NotAllowedError
from waiban.core.casework.models import Case, WorkItem

DECIDING = frozenset({"accept", "approve", "file", "outside", "paper", "review"})
"""Kinds of step that the applicant may never do, not even as somebody's substitute."""


def needed_permission(item: WorkItem) -> Permission:
    """What the holder of the post must hold to do this item."""
    if item.nature != WorkItem.Nature.STEP:
        return Permission.CASE_READ
    if item.kind == "accept":
        return Permission.CASE_ACCEPT
    return Permission.CASE_DECIDE if item.kind in DECIDING else Permission.CASE_READ


def holds(principal: Principal, post_id: uuid.UUID) -> bool:
    """At the post itself, or as its dated substitute."""
    return post_id in principal.posts or post_id in principal.standing_in


def may_act(principal: Principal, item: WorkItem) -> bool:
    return (
        holds(principal, item.post_id) and not is_own_case(principal, item) and principal.may(needed_permission(item))
    )


def is_own_case(principal: Principal, item: WorkItem) -> bool:
    """Whether the applicant would decide on what the applicant asked for."""
    decides = item.kind in DECIDING or item.nature == WorkItem.Nature.OPINION
    return decides and principal.account is not None and principal.account == item.case.applicant_account_id


def may_record_from_paper(principal: Principal, item: WorkItem) -> bool:
    """Office staff type in what a leader or a unit wrote; never for the own case."""
    return principal.may(Permission.CASE_RECORD_FROM_PAPER) and not is_own_case(principal, item)


def may_withdraw(principal: Principal, case: Case) -> bool:
    return holds(principal, case.applicant_post_id) and principal.may(Permission.CASE_WITHDRAW)


def may_hold(principal: Principal, case: Case) -> bool:
    """Say that an outside body has the case: the office's own desk, once the case has reached it."""
    return principal.may(Permission.CASE_ACCEPT) and principal.office == case.office_id and case.at_office


def may_take_back(principal: Principal, item: WorkItem) -> bool:
    """Who passed an item on takes it back while nobody there has taken it up."""
    before = item.asked_by
    return (
        before is not None
        and before.state == WorkItem.State.PASSED_ON
        and item.state == WorkItem.State.OPEN
        and item.claimed_by_id is None
        and holds(principal, before.post_id)
        and principal.may(needed_permission(item))
    )


def may_release(principal: Principal, office_id: uuid.UUID) -> bool:
    if principal.office != office_id:
        return False
    return principal.kind == Kind.SYSTEM or principal.may(Permission.PROCESS_RELEASE)


def require_act(act: str, principal: Principal, item: WorkItem) -> Principal:
    """The principal acting at the item's post; a refusal goes into the register and is raised."""
    if may_act(principal, item):
        return principal.at(item.post_id)
    message = _("这一步由%(post)s办理") % {"post": item.post.name}
    if holds(principal, item.post_id) and is_own_case(principal, item):
        message = _("申报人不能办理自己的申报，代理也不行")
    return refuse(act, principal, item.case, message)


def refuse(act: str, principal: Principal, case: Case, message: str) -> NoReturn:
    record_apart(
        act, principal, kind=Event.Kind.REFUSAL, subject=("case", case.pk), case=case.pk, office=case.office_id,
        readers=case.readers,
    )  # fmt: skip
    raise NotAllowedError(message)
