"""Objections to a notice: recorded by a post for anybody, also unsigned; answered before the trip is submitted."""

import uuid
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal, current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.people.models import Post, Role
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import InternalNotice, Objection


@transaction.atomic
def record_objection(
    notice_id: uuid.UUID, *, received_on: date, how: str, words: str, by_whom: str = "", on: date | None = None
) -> Objection:
    """`by_whom` is empty where it was unsigned. Readers are the recording post, the unit's heads and the office."""
    notice, principal = _keeper(notice_id)
    if received_on > (on or today()):
        raise CannotError(_("收到日期在今天之后"), "received_on")
    if received_on < notice.since:
        raise CannotError(_("收到日期早于公示开始 %(day)s") % {"day": notice.since}, "received_on")
    if how not in Objection.How.values:
        raise CannotError(_("请选反映方式"), "how")
    if not words.strip():
        raise CannotError(_("请写反映的问题"), "words")
    heads = Post.objects.filter(unit=notice.unit, role=Role.UNIT_HEAD, closed_on=None).values_list("pk", flat=True)
    assert principal.post is not None
    keys = readers(notice.unit.office_id, office=True, posts=(principal.post, *heads))
    objection = Objection.objects.create(
        notice=notice,
        received_on=received_on,
        how=how,
        by_whom=by_whom.strip(),
        words=words.strip(),
        recorded_by_post_id=principal.post,
        readers=keys,
    )
    _count(notice, +1)
    _log("trip.record_objection", notice, objection, on)
    return objection


@transaction.atomic
def answer_objection(objection_id: uuid.UUID, *, answer: str, on: date | None = None) -> Objection:
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection_id)
    notice, principal = _keeper(objection.notice_id, heads=True)
    if objection.answered_on is not None:
        raise CannotError(_("这件异议已经答复"))
    if not answer.strip():
        raise CannotError(_("请写答复"), "answer")
    objection.answer, objection.answered_on = answer.strip(), on or today()
    objection.answered_by_post_id = principal.post
    objection.save(update_fields=["answer", "answered_on", "answered_by_post_id"])
    _count(notice, -1)
    _log("trip.answer_objection", notice, objection, on)
    return objection


@transaction.atomic
def take_down_notice(notice_id: uuid.UUID, *, on: date | None = None) -> InternalNotice:
    """The notice has stood for its days; wherever it hung or lay, it is gone."""
    notice, _principal = _keeper(notice_id)
    day = on or today()
    if day <= notice.until:
        raise CannotError(_("公示到 %(day)s，期满才能撤下") % {"day": notice.until})
    if notice.taken_down_on is not None:
        raise CannotError(_("已经登记撤下"))
    notice.taken_down_on = day
    notice.save(update_fields=["taken_down_on"])
    _log("trip.take_down_notice", notice, None, day)
    return notice


def may_keep(principal: Principal, notice: InternalNotice) -> bool:
    """The unit's designated officer, or the organising unit's where it showed the notice for a unit without one."""
    mine = principal.posts | principal.standing_in
    if not principal.may(Permission.TRIP_DRAFT):
        return False
    return notice.posted_by_post_id in mine or _posts_of(notice, Role.DESIGNATED_OFFICER).filter(pk__in=mine).exists()


def may_answer(principal: Principal, notice: InternalNotice) -> bool:
    mine = principal.posts | principal.standing_in
    return may_keep(principal, notice) or _posts_of(notice, Role.UNIT_HEAD).filter(pk__in=mine).exists()


def _posts_of(notice: InternalNotice, role: Role) -> "QuerySet[Post]":
    return Post.objects.filter(unit_id=notice.unit_id, role=role, closed_on=None)


def _keeper(notice_id: uuid.UUID, *, heads: bool = False) -> tuple[InternalNotice, Principal]:
    principal = current_principal()
    notice = InternalNotice.objects.select_for_update(of=("self",)).select_related("unit").get(pk=notice_id)
    allowed = may_answer(principal, notice) if heads else may_keep(principal, notice)
    if not allowed or principal.post is None:
        raise CannotError(_("公示由本单位专办员办理"))
    return notice, principal


def _count(notice: InternalNotice, step: int) -> None:
    notice.unanswered += step
    notice.save(update_fields=["unanswered"])


def _log(event: str, notice: InternalNotice, objection: Objection | None, on: date | None) -> None:
    """Words of an objection never stand in the register: they may show who spoke."""
    record(
        event,
        current_principal(),
        subject=("notice", notice.pk),
        readers=objection.readers if objection else notice.readers,
        happened_on=on,
        data={"trip": str(notice.trip_id), **({"objection": str(objection.pk)} if objection else {})},
    )
