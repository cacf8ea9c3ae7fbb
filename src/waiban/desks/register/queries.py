"""The register, searched: who did, refused or looked at what, and when."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.models import Event
from waiban.core.audit.sentences import sentence
from waiban.core.casework.models import Case
from waiban.core.people.models import Account, Post

PAGE = 50
COUNTED = 1_000
CHUNK = 500
WITHOUT_ACCOUNT: dict[str, str | Promise] = {"system": _("平台"), "public": _("未登录")}


@dataclass(frozen=True)
class Wanted:
    kind: str = ""
    name: str = ""
    since: date | None = None
    until: date | None = None
    who: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    id: uuid.UUID
    recorded_at: datetime
    happened_on: date
    kind: str
    name: str
    text: str
    who: str | Promise
    post: str
    for_post: str
    case: str


def page(wanted: Wanted, after: uuid.UUID | None = None) -> tuple[Sequence[Line], uuid.UUID | None]:
    """The newest first, and the id to go on after, or None on the last page."""
    rows = matching(wanted).order_by("-id")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PAGE + 1])
    return _lines(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None


def count(wanted: Wanted) -> int | None:
    """None above a thousand."""
    number = matching(wanted)[: COUNTED + 1].count()
    return None if number > COUNTED else number


def every_line(wanted: Wanted) -> Iterator[Line]:
    """All that match, the newest first, read by the key and never all at once."""
    after: uuid.UUID | None = None
    while True:
        rows = matching(wanted).order_by("-id")
        found = list(rows.filter(pk__lt=after)[:CHUNK] if after else rows[:CHUNK])
        yield from _lines(found)
        if len(found) < CHUNK:
            return
        after = found[-1].pk


def matching(wanted: Wanted) -> QuerySet[Event]:
    rows = Event.objects.filter(office_id=current_principal().office)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.name:
        rows = rows.filter(name=wanted.name)
    if wanted.since:
        rows = rows.filter(happened_on__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(happened_on__lte=wanted.until)
    if wanted.who:
        accounts = Account.objects.filter(Q(name__icontains=wanted.who) | Q(username=wanted.who))
        posts = Post.objects.filter(name__icontains=wanted.who)
        rows = rows.filter(
            Q(account_id__in=list(accounts.values_list("pk", flat=True)[:CHUNK]))
            | Q(post_id__in=list(posts.values_list("pk", flat=True)[:CHUNK]))
        )
    if wanted.case:
        cases = Case.objects.filter(Q(number__icontains=wanted.case) | Q(title__icontains=wanted.case))
        rows = rows.filter(case_id__in=list(cases.values_list("pk", flat=True)[:CHUNK]))
    return rows


def _lines(rows: Sequence[Event]) -> list[Line]:
    accounts = Account.objects.in_bulk({row.account_id for row in rows if row.account_id})
    posts = Post.objects.in_bulk({post for row in rows for post in (row.post_id, row.for_post_id) if post})
    cases = Case.objects.in_bulk({row.case_id for row in rows if row.case_id})

    def name_of(found: dict[uuid.UUID, Account] | dict[uuid.UUID, Post], key: uuid.UUID | None) -> str:
        return str(found[key].name) if key and key in found else ""

    return [
        Line(
            row.pk, row.recorded_at, row.happened_on, row.get_kind_display(), row.name, sentence(row.name, row.data),
            name_of(accounts, row.account_id) or WITHOUT_ACCOUNT.get(row.principal, ""), name_of(posts, row.post_id), name_of(posts, row.for_post_id),
            cases[row.case_id].number if row.case_id in cases else "",
        )
        for row in rows
    ]  # fmt: skip
