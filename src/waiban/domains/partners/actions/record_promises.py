"""Write down promises from what they come from: once, however often the same version is handed over."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import Principal, acting_as, current_principal
from waiban.core.audit.record import record
from waiban.core.offices.models import Office
from waiban.core.offices.queries import setting
from waiban.core.people.models import Post, Role
from waiban.core.people.principals import system
from waiban.domains.partners import policies
from waiban.domains.partners.actions.withdraw_promises import withdraw_row
from waiban.domains.partners.contracts import NewPromise
from waiban.domains.partners.errors import CannotError
from waiban.domains.partners.models import Promise, PromiseReview
from waiban.domains.partners.settings import FIRST, SECOND
from waiban.kernel.dates import add_months

SAYS = ("by", "counterpart", "what", "made_on", "due", "unit_id", "owner_post_id")


@transaction.atomic
def record_promises(
    office: Office, origin_kind: str, origin_id: uuid.UUID, version: int, promises: Sequence[NewPromise]
) -> list[Promise]:
    """A newer version supersedes: what it says otherwise is changed with a trace, what it leaves out is withdrawn.
    An older one, or the same again, changes nothing. A promise that came to an end is never changed.
    """
    principal = current_principal()
    if not policies.may_record(principal):
        raise PermissionError("promise.record")
    for new in promises:
        _require(new)
    # The owner may be another unit, whose row the recording one neither sees nor may write: the platform writes it,
    # and the register says for whom.
    with acting_as(system(office.pk, "promises")):
        _one_at_a_time(origin_id)
        there = {
            row.origin_place: row
            for row in Promise.objects.select_for_update().filter(origin_kind=origin_kind, origin_id=origin_id)
        }
        if there and version <= max(row.version for row in there.values()):
            return [there[place] for place in sorted(there)]
        source = Source(office, origin_kind, origin_id, version, principal)
        made: list[Promise] = []
        for new in promises:
            row = there.pop(new.place, None)
            made.append(_change(source, row, new) if row else _create(source, new))
        for row in there.values():
            withdraw_row(row, reason=_("来源更新后不再列出"), version=version, actor=principal)
    return made


@dataclass(frozen=True)
class Source:
    """What the promises come from, and who hands them over."""

    office: Office
    kind: str
    id: uuid.UUID
    version: int
    actor: Principal


def _require(new: NewPromise) -> None:
    if new.by not in Promise.By.values:
        raise CannotError(_("请选是我方还是对方的承诺"), "by")
    if not new.what.strip():
        raise CannotError(_("请写明承诺了什么"), "what")
    if not new.counterpart.strip():
        raise CannotError(_("请写明对方是谁"), "counterpart")
    if new.due is not None and new.due < new.made_on:
        raise CannotError(_("到期日早于作出日"), "due")


def _create(source: Source, new: NewPromise) -> Promise:
    office, principal = source.office, source.actor
    owner = _owner(new)
    year = new.made_on.year
    promise = Promise.objects.create(
        office=office,
        year=year,
        number=_next_number(office.pk, year),
        by=new.by,
        counterpart=new.counterpart.strip(),
        what=new.what.strip(),
        made_on=new.made_on,
        due=new.due,
        unit_id=new.unit,
        owner_post=owner,
        origin_kind=source.kind,
        origin_id=source.id,
        origin_place=new.place,
        version=source.version,
        recorded_by_post_id=principal.for_post or principal.post,
        readers=_readers(office.pk, new.unit, owner),
    )
    _plan_reviews(promise, office)
    record(
        "promise.record",
        principal,
        subject=("promise", promise.pk),
        readers=promise.readers,
        office=office.pk,
        happened_on=new.made_on,
        data={"number": f"{year}-{promise.number}", "origin": source.kind, "by": new.by, "due": new.due},
    )
    return promise


def _change(source: Source, row: Promise, new: NewPromise) -> Promise:
    if row.state not in (Promise.State.OPEN, Promise.State.WITHDRAWN):
        return row
    owner = _owner(new)
    before = {key: getattr(row, key) for key in SAYS}
    row.by, row.counterpart, row.what = new.by, new.counterpart.strip(), new.what.strip()
    row.made_on, row.due, row.unit_id, row.owner_post = new.made_on, new.due, new.unit, owner
    row.version, row.state, row.reason, row.ended_on = source.version, Promise.State.OPEN, "", None
    row.readers = _readers(row.office_id, new.unit, owner)
    row.save()
    PromiseReview.objects.filter(promise=row, case=None).delete()
    _plan_reviews(row, row.office)
    changed = {key: [str(before[key]), str(getattr(row, key))] for key in SAYS if before[key] != getattr(row, key)}
    record(
        "promise.supersede",
        source.actor,
        subject=("promise", row.pk),
        readers=row.readers,
        office=row.office_id,
        data={"number": f"{row.year}-{row.number}", "version": source.version, "changed": changed},
    )
    return row


def _plan_reviews(promise: Promise, office: Office) -> None:
    """On its due day, and after the office's months: each a row now, work in the inbox when its day comes."""
    days: list[tuple[PromiseReview.Kind, int | None, date]] = []
    if promise.due is not None:
        days.append((PromiseReview.Kind.DUE, None, promise.due))
    for key in (FIRST, SECOND):
        months = setting(office, key)
        if months:
            days.append((PromiseReview.Kind.FOLLOW_UP, int(months), add_months(promise.made_on, int(months))))
    PromiseReview.objects.bulk_create(
        PromiseReview(promise=promise, kind=kind, months=months, on=on, readers=promise.readers)
        for kind, months, on in days
    )


def _owner(new: NewPromise) -> Post:
    """Somebody at home answers also for what the other side promised: he asks for it."""
    if new.owner_post is not None:
        found = Post.objects.filter(pk=new.owner_post, unit_id=new.unit, closed_on=None).first()
    else:
        posts = Post.objects.filter(unit_id=new.unit, closed_on=None)
        found = posts.filter(role=Role.DESIGNATED_OFFICER).order_by("id").first() or posts.order_by("id").first()
    if found is None:
        raise CannotError(_("责任单位还没有岗位，请先设岗"), "unit")
    return found


def _readers(office: uuid.UUID, unit: uuid.UUID, owner: Post) -> list[int]:
    return readers(office, office=True, units=(unit,), posts=(owner.pk,))


def _one_at_a_time(origin: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"promises {origin}"])


def _next_number(office: uuid.UUID, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [f"promise {office} {year}"])
        cursor.execute("SELECT partners_last_number(%s, %s)", [office, year])
        (last,) = cursor.fetchone()
    return int(last) + 1
