"""A decision on paper becomes a decision here: one person types it in, a second one confirms."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.principals import Principal, current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.actions.decide import SEND_BACK, MemberAnswer, Word, enter
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Decision, PaperEntry, WorkItem
from waiban.core.casework.moves import lock_item, log
from waiban.core.casework.processes import process_of

READ_ONLY = "read"
"""只是阅: the leader saw it and decided nothing. Kept, and the item stays open."""


@transaction.atomic
def decide_from_paper(
    item_id: uuid.UUID,
    *,
    written_on: date,
    words: str,
    counts_as: str,
    scan_id: uuid.UUID,
    members: Sequence[MemberAnswer] = (),
    target: str = "",
) -> PaperEntry:
    """`words` exactly as written (同意, 拟同意, 圈阅 …); `counts_as` is what that means: an outcome of
    the step, `send_back` with its target, or `read`. Nothing is decided before the second person confirms.
    """
    item = lock_item(item_id)
    recorder = _recorder("case.paper_recorded", item)
    assert recorder.account is not None  # only people hold the permission
    assert recorder.post is not None
    step = process_of(item.case).nodes[item.step].step
    allowed = {*(step.outcomes if step else ()), SEND_BACK, READ_ONLY}
    if item.nature != WorkItem.Nature.STEP or counts_as not in allowed:
        raise CannotError(_("请选定这句批示算作什么"))
    if not words.strip():
        raise CannotError(_("请照纸面录入原话；只有圈阅就写“圈阅”"))
    if written_on > clocks.today():
        raise CannotError(_("批示日期不能晚于今天"))
    if counts_as == SEND_BACK and not target:
        raise CannotError(_("请选退回到哪一步"))
    if PaperEntry.objects.filter(item=item, state=PaperEntry.State.PENDING).exists():
        raise CannotError(_("已有一份录入待复核"))
    entry = PaperEntry.objects.create(
        item=item, written_on=written_on, words=words.strip(), counts_as=counts_as, target=target,
        members=[asdict(answer) for answer in members], scan_id=scan_id, recorded_by_id=recorder.account,
        recorded_by_post_id=recorder.post, readers=item.case.readers,
    )  # fmt: skip
    log(
        "case.paper_recorded", recorder, item.case, clocks.today(), entry=str(entry.pk), step=item.step,
        post=str(item.post_id), written_on=written_on.isoformat(), words=entry.words, counts_as=counts_as,
        scan=str(scan_id),
    )  # fmt: skip
    return entry


@transaction.atomic
def confirm_paper(entry_id: uuid.UUID, *, on: date | None = None) -> Decision | None:
    """The second person has compared the entry with the scan: now it is the post's decision, of the day on
    the paper. None where it was only read.
    """
    entry, item, checker = _pending(entry_id, "case.paper_confirmed")
    if checker.account == entry.recorded_by_id:
        raise CannotError(_("须由另一个人复核"))
    entry.state, entry.checked_by_id, entry.checked_at = PaperEntry.State.CONFIRMED, checker.account, timezone.now()
    entry.save(update_fields=["state", "checked_by", "checked_at"])
    log("case.paper_confirmed", checker, item.case, clocks.today(), entry=str(entry.pk), step=item.step)
    if entry.counts_as == READ_ONLY:
        return None
    word = Word(
        entry.counts_as, entry.words, [MemberAnswer(**answer) for answer in entry.members], target=entry.target,
        paper=entry,
        given_on=entry.written_on,
    )  # fmt: skip
    return enter(item, word, checker, on or clocks.today())


@transaction.atomic
def reject_paper(entry_id: uuid.UUID, *, reason: str) -> PaperEntry:
    """The entry isn't what the paper says; it stays on record and can be typed in anew."""
    entry, item, checker = _pending(entry_id, "case.paper_rejected")
    if not reason.strip():
        raise CannotError(_("请写明哪里和纸面不一致"))
    entry.state, entry.note, entry.checked_at = PaperEntry.State.REJECTED, reason.strip(), timezone.now()
    if checker.account != entry.recorded_by_id:
        entry.checked_by_id = checker.account
    entry.save(update_fields=["state", "note", "checked_by", "checked_at"])
    log("case.paper_rejected", checker, item.case, clocks.today(), entry=str(entry.pk), reason=entry.note)
    return entry


def _pending(entry_id: uuid.UUID, act: str) -> tuple[PaperEntry, WorkItem, Principal]:
    item = lock_item(PaperEntry.objects.values_list("item_id", flat=True).get(pk=entry_id))
    entry = PaperEntry.objects.select_for_update().get(pk=entry_id)
    entry.item = item
    if entry.state != PaperEntry.State.PENDING:
        raise CannotError(_("这份录入已经处理过"))
    return entry, item, _recorder(act, item)


def _recorder(act: str, item: WorkItem) -> Principal:
    principal = current_principal()
    if not policies.may_record_from_paper(principal, item):
        policies.refuse(act, principal, item.case, _("由外办经办岗或科长岗据纸质批示录入"))
    return principal
