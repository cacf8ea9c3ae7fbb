"""Mark notices as read: by whoever holds the post, for the post."""

import uuid

from django.db import transaction
from django.utils import timezone

from waiban.core.access.principals import current_principal
from waiban.core.notify.models import Notice


@transaction.atomic
def read_notices(notice_id: uuid.UUID | None = None) -> int:
    """One notice with the older ones of its thread; without an id all. Gives how many were unread.

    No event in the register: what was decided is recorded there, not who looked at a bell.
    """
    principal = current_principal()
    mine = Notice.objects.filter(post_id__in=principal.posts | principal.standing_in, read_at=None)
    if notice_id is not None:
        notice = Notice.objects.get(pk=notice_id)
        mine = mine.filter(post_id=notice.post_id, thread=notice.thread, pk__lte=notice_id)
    return mine.update(read_at=timezone.now())
