"""How far a paper is: booked, submitted, more asked, issued, refused, called off. One step an act, with its day."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.casework.clocks import today
from waiban.domains.outbound.actions.attest_need import locked_needs, say
from waiban.domains.outbound.entering import Point, visa_points
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import PaperNeed, TravelDocument, Trip
from waiban.domains.outbound.needs import route_of
from waiban.domains.outbound.tasks import RUNNING, require_task
from waiban.domains.outbound.versions import approved_value

Kind, State = PaperNeed.Kind, PaperNeed.State
NO_BOOKING = (Kind.TAIWAN_PERMIT, Kind.EXIT_CERTIFICATE)
"""Taiwan: the police exit-entry desk makes it, we keep its status only."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What is printed in a visa or endorsement. `name`: as printed, compared and not kept."""

    name: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    entries: int | None = None
    stay_days: int | None = None


@transaction.atomic
def book(ids: Sequence[uuid.UUID], *, booked_on: date, words: str = "", on: date | None = None) -> list[PaperNeed]:
    """Signature and fingerprints for a passport; biometrics or interview for a visa."""
    rows, principal = locked_needs(ids, "visa.book")
    day = on or today()
    for row in rows:
        _under_way(row, (State.TO_DO, State.BOOKED))
        if row.kind in NO_BOOKING:
            raise CannotError(_("%(paper)s不用预约") % {"paper": row.get_kind_display()}, "needs")
        row.booked_on, row.booked_words = booked_on, words.strip()[:120]
        _to(row, State.BOOKED, day)
        say("visa.book", principal, row, day, booked_on=booked_on)
    return rows


@transaction.atomic
def submit(ids: Sequence[uuid.UUID], *, on: date | None = None) -> list[PaperNeed]:
    """Sent on by itself; visas of one consulate go as a batch (`send_batch`). Also: what was asked has been supplied."""
    rows, principal = locked_needs(ids, "visa.submit")
    day = on or today()
    for row in rows:
        _under_way(row, (State.TO_DO, State.BOOKED, State.MORE_ASKED))
        if row.kind == Kind.VISA and row.batch_id is None:
            raise CannotError(_("签证按批次送出，先编入批次"), "needs")
        row.submitted_on = row.submitted_on or day
        _to(row, State.SUBMITTED, day)
        say("visa.submit", principal, row, day)
    return rows


@transaction.atomic
def ask_more(ids: Sequence[uuid.UUID], *, words: str, on: date | None = None) -> list[PaperNeed]:
    rows, principal = locked_needs(ids, "visa.more")
    day = on or today()
    if not words.strip():
        raise CannotError(_("请写要补什么"), "words")
    for row in rows:
        _under_way(row, (State.SUBMITTED, State.MORE_ASKED))
        row.asked_on, row.asked_words = day, words.strip()[:200]
        _to(row, State.MORE_ASKED, day)
        say("visa.more", principal, row, day, words=row.asked_words)
    return rows


@transaction.atomic
def issue(
    need_id: uuid.UUID,
    printed: Issued,
    *,
    document_id: uuid.UUID | None = None,
    mismatch_words: str = "",
    on: date | None = None,
) -> PaperNeed:
    """Issued, with what is printed in it. What doesn't fit the route is taken only with words that say why.

    `document_id`: the passport or permit that carries it, or that it is.
    """
    (row,), principal = locked_needs([need_id], "visa.issue")
    day = on or today()
    _under_way(row, (State.TO_DO, State.BOOKED, State.SUBMITTED, State.MORE_ASKED))
    if row.kind in (Kind.VISA, Kind.ENDORSEMENT):
        if printed.valid_from and printed.valid_until and printed.valid_until < printed.valid_from:
            raise CannotError(_("失效日期不能早于生效日期"), "valid_until")
        row.valid_from, row.valid_until = printed.valid_from, printed.valid_until
        row.entries, row.stay_days = printed.entries, printed.stay_days
        row.name_agrees = agrees(printed.name, row.traveller.pinyin)
        row.mismatch_words = mismatch_words.strip()[:200]
        wrong = [point for point in points_of(row) if point.answer == "not_met"]
        if wrong and not row.mismatch_words:
            raise CannotError(_("和行程不符，请先核对；确要收下，请写明理由"), "mismatch_words")
    if document_id is not None:
        row.document = TravelDocument.objects.get(pk=document_id, holder=row.traveller_id)
    row.ended_on = day
    _to(row, State.ISSUED, day)
    say("visa.issue", principal, row, day, valid_until=row.valid_until, mismatch=bool(row.mismatch_words))
    return row


@transaction.atomic
def refuse_need(ids: Sequence[uuid.UUID], *, reason: str, on: date | None = None) -> list[PaperNeed]:
    """What follows, 减员 or 改期, is asked for as a change of the trip."""
    rows, principal = locked_needs(ids, "visa.refuse")
    day = on or today()
    if not reason.strip():
        raise CannotError(_("请写被拒的说法，没有说法写“未说明”"), "reason")
    for row in rows:
        _under_way(row, (State.BOOKED, State.SUBMITTED, State.MORE_ASKED))
        row.ended_on, row.ended_words = day, reason.strip()[:200]
        _to(row, State.REFUSED, day)
        say("visa.refuse", principal, row, day, reason=row.ended_words)
    return rows


@transaction.atomic
def call_off(ids: Sequence[uuid.UUID], *, words: str = "", on: date | None = None) -> list[PaperNeed]:
    """No longer to be made: the route changed, or another road was found. It may be asked for anew."""
    rows, principal = locked_needs(ids, "visa.call_off")
    day = on or today()
    for row in rows:
        if row.state == State.ISSUED:
            raise CannotError(_("已经签发"), "needs")
        row.ended_on, row.ended_words = day, words.strip()[:200]
        _to(row, State.CALLED_OFF, day)
        say("visa.call_off", principal, row, day, words=row.ended_words)
    return rows


def points_of(row: PaperNeed) -> list[Point]:
    """The issued visa against the approved route."""
    value = approved_value(row.trip)
    return visa_points(
        route_of(value), row.countries, name_agrees=row.name_agrees, valid_from=row.valid_from,
        valid_until=row.valid_until, entries=row.entries, stay_days=row.stay_days,
    )  # fmt: skip


def agrees(printed: str, pinyin: str) -> bool | None:
    """Surname and given name may stand in either order, with or without gaps and commas. None where one isn't stated."""
    first, second = _words(printed), _words(pinyin)
    if not first or not second:
        return None
    if sorted(first) == sorted(second):
        return True
    joined = "".join(second)  # YANQIU or YAN QIU: the gaps of a given name don't matter, the order of its letters does
    turns = {"".join(first[n:] + first[:n]) for n in range(len(first))}
    return joined in turns or "".join(first) in {"".join(second[n:] + second[:n]) for n in range(len(second))}


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalpha() else " " for sign in text.upper()).split()


def _under_way(row: PaperNeed, states: Sequence[str]) -> None:
    if row.answer != PaperNeed.Answer.NEEDED:
        raise CannotError(_("先确认要办"), "needs")
    if row.state not in states:
        said = {"paper": row.get_kind_display(), "state": row.get_state_display()}
        raise CannotError(_("%(paper)s现在是“%(state)s”，不能这样登记") % said, "needs")
    if row.trip.state not in RUNNING:
        raise CannotError(_("任务没有批准，不能办证、领证"), "trip")
    require_task(Trip.objects.get(pk=row.trip_id), row.traveller_id)


def _to(row: PaperNeed, state: PaperNeed.State, day: date) -> None:
    row.state, row.state_since = state, day
    row.save()
