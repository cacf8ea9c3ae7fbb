"""The desk says which papers are to be made: its word, whatever the table suggested; and joins visas that are one."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import Principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import require_keeper
from waiban.domains.outbound.models import PaperNeed

Answer, State = PaperNeed.Answer, PaperNeed.State


def locked_needs(ids: Sequence[uuid.UUID], act: str) -> tuple[list[PaperNeed], Principal]:
    """In the order of their keys. Raises CannotError for none or a stranger, and refuses who isn't the desk."""
    rows = list(
        PaperNeed.objects.select_for_update(of=("self",))
        .select_related("trip__office", "traveller", "batch", "document")
        .filter(pk__in=list(ids))
        .order_by("pk")
    )
    if not rows or len(rows) != len(set(ids)):
        raise CannotError(_("请选要办的证件"), "needs")
    principal = require_keeper(act, rows[0].trip.office_id)
    if any(row.trip.office_id != rows[0].trip.office_id for row in rows):
        raise CannotError(_("请选要办的证件"), "needs")
    return rows, principal


def say(name: str, principal: Principal, row: PaperNeed, on: date, **data: object) -> None:
    record(
        name, principal, subject=("paper_need", row.pk), office=row.trip.office_id, case=row.trip.case_id,
        readers=row.readers, happened_on=on,
        data={"paper": row.kind, "traveller": row.traveller_id, "countries": row.countries, **data},
    )  # fmt: skip


@transaction.atomic
def attest_needs(ids: Sequence[uuid.UUID], *, needed: bool, words: str = "", on: date | None = None) -> list[PaperNeed]:
    """Against the table's suggestion only with words."""
    rows, principal = locked_needs(ids, "visa.attest")
    day = on or today()
    answer = Answer.NEEDED if needed else Answer.NOT_NEEDED
    for row in rows:
        if row.state not in (State.TO_DO, State.CALLED_OFF):
            raise CannotError(_("已经在办，先登记结果或不再办"), "needs")
        if row.suggested not in (Answer.NOT_STATED, answer) and not words.strip():
            raise CannotError(_("和系统建议不同，请写明理由"), "words")
        row.answer, row.answer_words, row.answered_on = answer, words.strip()[:200], day
        row.answered_by_post_id = principal.for_post or principal.post
        row.state = State.TO_DO
        row.save()
        say("visa.attest", principal, row, day, answer=str(answer), words=row.answer_words)
    return rows


@transaction.atomic
def attest_as_suggested(ids: Sequence[uuid.UUID], *, on: date | None = None) -> list[PaperNeed]:
    """Those of which the table or the register says something; of the others the desk has to say it itself."""
    rows, _principal = locked_needs(ids, "visa.attest")
    stated = [row for row in rows if row.suggested != Answer.NOT_STATED and row.answer == Answer.NOT_STATED]
    if not stated:
        raise CannotError(_("勾选的都没有系统建议，请直接确认"), "needs")
    done: list[PaperNeed] = []
    for needed in (True, False):
        same = [row.pk for row in stated if (row.suggested == Answer.NEEDED) is needed]
        done += attest_needs(same, needed=needed, on=on) if same else []
    return done


@transaction.atomic
def join_visas(ids: Sequence[uuid.UUID], *, on: date | None = None) -> PaperNeed:
    """Several stops of one member by one visa: the rows become one, before anything is applied for."""
    rows, principal = locked_needs(ids, "visa.attest")
    first, others = rows[0], rows[1:]
    one_member = {(row.trip_id, row.traveller_id, row.kind) for row in rows} == {
        (first.trip_id, first.traveller_id, PaperNeed.Kind.VISA)
    }
    if not others or not one_member:
        raise CannotError(_("选同一人的几个签证再合并"), "needs")
    if any(row.state != State.TO_DO for row in rows):
        raise CannotError(_("已经送办的不能合并"), "needs")
    countries = list(dict.fromkeys(code for row in rows for code in row.countries))
    PaperNeed.objects.filter(pk__in=[row.pk for row in others]).delete()
    day = on or today()
    first.countries = countries
    first.answer, first.answered_on = Answer.NEEDED, day
    first.answer_words = _("一个签证覆盖 %(n)d 国") % {"n": len(countries)}
    first.answered_by_post_id = principal.for_post or principal.post
    first.save()
    say("visa.attest", principal, first, day, answer="needed", joined=len(rows))
    return first
