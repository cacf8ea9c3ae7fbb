"""What the bell shows to the posts that the principal holds or stands in for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waiban.core.access.principals import current_principal
from waiban.core.notify.models import Notice
from waiban.core.notify.texts import sentence

PAGE = 50


@dataclass(frozen=True, slots=True)
class Told:
    id: UUID
    text: str
    told_at: datetime
    read: bool
    post_id: UUID


def _posts() -> frozenset[UUID]:
    principal = current_principal()
    return principal.posts | principal.standing_in


def unread_count() -> int:
    """100 stands for more: every page asks, and a post that never reads its notices has thousands."""
    return Notice.objects.filter(post_id__in=_posts(), read_at=None)[:100].count()


def unread(limit: int = 8) -> Sequence[Told]:
    """The newest of each thread: a case that moved three times is one line."""
    rows = Notice.objects.filter(post_id__in=_posts(), read_at=None).order_by("-id")[: limit * 4]
    newest = {(row.post_id, row.thread): row for row in reversed(rows)}
    return [_told(row) for row in sorted(newest.values(), key=lambda row: row.pk, reverse=True)[:limit]]


def notices(after: UUID | None = None) -> Sequence[Told]:
    """All of them, the newest first, a page from the one below `after`."""
    rows = Notice.objects.filter(post_id__in=_posts()).order_by("-id")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return [_told(row) for row in rows[:PAGE]]


def _told(row: Notice) -> Told:
    return Told(row.pk, sentence(row.event, row.data), row.told_at, row.read_at is not None, row.post_id)
