"""Carry waiting notices out: run by the worker, after commit, one office at a time.

Mail of one post is put together: what waited during the digest window goes in one letter,
cases apart. A fault of the post office is tried again later and later, six times; what is
then given up stays in the bell and in the register.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

import apprise
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from waiban.core.access.keys import system_keys
from waiban.core.access.principals import Kind, Principal, acting_as
from waiban.core.audit.record import record
from waiban.core.notify.models import Outgoing
from waiban.core.notify.texts import sentence
from waiban.core.offices.models import Office
from waiban.core.offices.queries import setting

TRIES = 6
FIRST_PAUSE = timedelta(minutes=1)
BATCH = 500


@dataclass(frozen=True)
class Address:
    """Where one holder of a post is reached, and in which language."""

    email: str
    language: str = "zh-hans"


AddressesOf = Callable[[uuid.UUID], Sequence[Address]]
"""Who holds a post today: known to `people`, which lies above; the worker brings it along."""


def deliver_due(addresses_of: AddressesOf) -> int:
    """Send what is due in every office; give the number of notices that left."""
    return sum(_deliver_office(office, addresses_of) for office in Office.objects.all())


def _deliver_office(office: Office, addresses_of: AddressesOf) -> int:
    platform = Principal(Kind.SYSTEM, office=office.pk, keys=system_keys(office.pk), reason="notify")
    sent = 0
    if office.practice:  # kept, and shown as what would have left
        with acting_as(platform):
            Outgoing.objects.filter(office=office, state=Outgoing.State.WAITING).update(state=Outgoing.State.WITHHELD)
        return 0
    with acting_as(platform):
        # Locked rows are another worker's. A crash after sending and before commit sends twice rather than never.
        due = list(
            Outgoing.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(office=office, state=Outgoing.State.WAITING, due_at__lte=timezone.now())
            .select_related("notice")
            .order_by("channel", "notice__post_id", "notice__thread", "id")[:BATCH]
        )
        for (channel, post), group in groupby(due, key=lambda row: (row.channel, row.notice.post_id)):
            rows = list(group)
            try:
                with transaction.atomic():
                    if channel == Outgoing.Channel.MAIL:
                        _mail(rows, addresses_of(post))
                    else:
                        _tell_group(office, len(rows))
            except Exception as fault:  # noqa: BLE001 - whatever a channel raises, the others still go out
                _later(rows, fault, platform)
            else:
                sent += len(rows)
                _note(rows, state=Outgoing.State.SENT, sent_at=timezone.now())
    return sent


def _mail(rows: Sequence[Outgoing], addresses: Sequence[Address]) -> None:
    """No address is no fault: the bell has told them."""
    messages = []
    for address in addresses:
        if not address.email:
            continue
        with override(address.language):
            lines = list(_lines(rows))
            titles = [line for line in lines if line.startswith("· ")]
            subject = titles[0][2:] if len(titles) == 1 else _("外办：%(n)d 件事") % {"n": len(titles)}
            foot = _("请登录外办平台办理。此邮件由平台发出，请勿回复。")
            body = "\n".join([*lines, "", foot])
        first = rows[0].notice
        thread = f"<{first.thread}@waiban>"
        headers = {"References": thread, "In-Reply-To": thread, "Auto-Submitted": "auto-generated"}
        messages.append(
            EmailMessage(" ".join(subject.split())[:180], body, to=[address.email], headers=headers, connection=None)
        )
    if messages:
        with get_connection() as connection:
            connection.send_messages(messages)


def _lines(rows: Sequence[Outgoing]) -> Iterator[str]:
    for position, (_thread, group) in enumerate(groupby(rows, key=lambda row: row.notice.thread)):
        if position:
            yield ""
        for row in group:
            yield f"· {sentence(row.notice.event, row.notice.data)}"


def _tell_group(office: Office, number: int) -> None:
    """A group's members are unknown to us: only how many, never what or whose."""
    channels = apprise.Apprise()
    for address in str(setting(office, "notify.channels") or "").split():
        channels.add(address)
    if not len(channels):
        return
    words = ngettext("外办平台有 %(n)d 件新事，请登录查看", "外办平台有 %(n)d 件新事，请登录查看", number)
    if not channels.notify(body=words % {"n": number}):
        raise ConnectionError("the channel did not take the message")


def _later(rows: Sequence[Outgoing], fault: Exception, platform: Principal) -> None:
    now = timezone.now()
    for row in rows:
        attempts = row.attempts + 1
        row.attempts = attempts
        row.fault = f"{type(fault).__name__}: {fault}"[:200]
        row.due_at = now + FIRST_PAUSE * 4 ** (attempts - 1)
        if attempts >= TRIES:
            row.state = Outgoing.State.GIVEN_UP
            record(
                "notice.give_up",
                platform,
                subject=("notice", row.notice_id),
                readers=row.readers,
                data={"channel": row.channel, "attempts": attempts},
            )
        row.save(update_fields=["attempts", "fault", "due_at", "state"])


def _note(rows: Sequence[Outgoing], **values: object) -> None:
    Outgoing.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
