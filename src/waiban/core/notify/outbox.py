"""Tell posts of something, in the transaction of the act that it is about.

Only rows are written: the bell shows them once the act has committed, and the worker
carries mail and group messages out after that. An act that rolls back has told nobody.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from waiban.core.access.keys import readers
from waiban.core.notify.models import Notice, Outgoing
from waiban.core.offices.queries import setting


def enqueue(
    event: str,
    *,
    office: uuid.UUID,
    to_posts: Sequence[uuid.UUID],
    thread: uuid.UUID,
    data: Mapping[str, Any],
    url: str = "",
) -> None:
    """`thread` groups notices, by case. `url` is where a click goes. `data` fills the registered sentence.

    A notice is seen by holders of the post's key and by the office's auditors, whoever reads the case.
    """
    channels = _channels(office)
    due = timezone.now() + timedelta(minutes=int(setting(office, "notify.digest_minutes")))
    notices, sendings = [], []
    for post in dict.fromkeys(to_posts):
        seen_by = readers(office, posts=(post,))
        notice = Notice(
            office_id=office, post_id=post, event=event, thread=thread, data=_plain(data), url=url, readers=seen_by
        )
        notices.append(notice)
        sendings += [
            Outgoing(office_id=office, notice=notice, channel=channel, due_at=due, readers=seen_by)
            for channel in channels
        ]
    Notice.objects.bulk_create(notices)
    Outgoing.objects.bulk_create(sendings)


def _channels(office: uuid.UUID) -> list[str]:
    mail = [Outgoing.Channel.MAIL] if setting(office, "notify.mail") else []
    group = [Outgoing.Channel.GROUP] if str(setting(office, "notify.channels") or "").split() else []
    return [str(channel) for channel in [*mail, *group]]


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Dates and ids as text, now, so that a value that can't be kept fails the act and not the worker."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(data), cls=DjangoJSONEncoder))
    return plain
