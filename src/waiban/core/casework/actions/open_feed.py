"""Open a post's calendar by subscription. The secret is answered once; opening again makes the old one void."""

import secrets
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework import policies
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.feeds import ALLOWED, token_sha256
from waiban.core.casework.models import CalendarFeed
from waiban.core.offices.queries import setting
from waiban.core.people.models import Post


@transaction.atomic
def open_feed(post_id: uuid.UUID) -> str:
    """Answers the token, which is part of the address and stored nowhere."""
    principal = current_principal()
    if not policies.holds(principal, post_id):
        raise NotAllowedError(_("只能订阅自己岗位的日历"))
    post = Post.objects.get(pk=post_id)
    if not setting(post.office_id, ALLOWED):
        raise CannotError(_("本办没有开放日历订阅，可以下载日历文件"))
    _revoke(post_id)
    token = secrets.token_urlsafe(32)
    seen_by = readers(post.office_id, posts=(post_id,))
    feed = CalendarFeed.objects.create(
        post=post, token_sha256=token_sha256(token), made_by_account_id=principal.account, readers=seen_by
    )
    record("calendar.open", principal, subject=("calendar_feed", feed.pk), readers=seen_by)
    return token


@transaction.atomic
def close_feed(post_id: uuid.UUID) -> bool:
    """Whether there was one to close."""
    principal = current_principal()
    if not policies.holds(principal, post_id):
        raise NotAllowedError(_("只能停用自己岗位的日历"))
    feed = CalendarFeed.objects.filter(post=post_id, revoked_at=None).first()
    if feed is None:
        return False
    _revoke(post_id)
    record("calendar.close", principal, subject=("calendar_feed", feed.pk), readers=feed.readers)
    return True


def _revoke(post_id: uuid.UUID) -> None:
    CalendarFeed.objects.filter(post=post_id, revoked_at=None).update(revoked_at=timezone.now())
