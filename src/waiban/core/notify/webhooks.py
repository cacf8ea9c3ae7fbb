"""Telling other systems: ids and states, signed, to addresses that the office allowed, and nowhere else.

Rows are written with the act; the worker carries them out after commit. The signature covers the time, so that an old
message can't be sent again: the receiver refuses what is older than five minutes (docs/api.md).
"""

import hashlib
import hmac
import ipaddress
import json
import socket
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import urllib3
from django.db import transaction
from django.utils import timezone

from waiban.core.access.keys import readers, system_keys
from waiban.core.access.principals import Kind, Principal, acting_as
from waiban.core.notify.models import WebhookDelivery, WebhookMessage, WebhookTarget
from waiban.core.offices.models import Office

TRIES, FIRST_PAUSE, BATCH = 6, timedelta(minutes=1), 100
TIMEOUT = urllib3.Timeout(connect=5, read=10)
REPLAY_SECONDS = 300
SIGNATURE = "Waiban-Signature"


SecretOf = Callable[[WebhookTarget], bytes]
"""The plain secret of an address: decrypted by `people`, which holds the keys and lies above."""


class RefusedAddressError(ConnectionError):
    """The address leads where the office didn't allow it to."""


def enqueue_hooks(event: str, *, office: uuid.UUID, payload: Mapping[str, str]) -> None:
    """In the transaction of the act. `payload` holds ids, states and days as text; nothing else may stand in it."""
    WebhookMessage.objects.bulk_create(
        [WebhookMessage(office_id=office, event=event, payload=dict(payload), readers=readers(office, office=True))]
    )


def signature(secret: bytes, moment: int, body: bytes) -> str:
    """`t=…,v1=…`: HMAC-SHA256 over the time, a full stop, and the body as sent."""
    made = hmac.new(secret, str(moment).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={made}"


def verify(secret: bytes, header: str, body: bytes, now: int) -> bool:
    """What a receiver does with the header; also our own tests'."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    if not parts.get("t", "").isdigit() or abs(now - int(parts["t"])) > REPLAY_SECONDS:
        return False
    return hmac.compare_digest(signature(secret, int(parts["t"]), body), header)


def deliver_hooks(secret_of: SecretOf) -> int:
    """Send what is due, in every office; `secret_of(target)` gives the plain secret. How many arrived."""
    return sum(_deliver_office(office, secret_of) for office in Office.objects.all())


def _deliver_office(office: Office, secret_of: SecretOf) -> int:
    platform = Principal(Kind.SYSTEM, office=office.pk, keys=system_keys(office.pk), reason="webhooks")
    arrived = 0
    with acting_as(platform):
        _spread(office)
        waiting = WebhookDelivery.objects.filter(target__office=office, state=WebhookDelivery.State.WAITING)
        if office.practice:
            waiting.update(state=WebhookDelivery.State.WITHHELD)
            return 0
        due = waiting.select_for_update(of=("self",), skip_locked=True).filter(due_at__lte=timezone.now())
        for row in due.select_related("target", "message").order_by("due_at", "id")[:BATCH]:
            with transaction.atomic():
                arrived += _try(row, secret_of(row.target))
    return arrived


def _spread(office: Office) -> None:
    """A delivery of each new message for each address that stands."""
    fresh = list(
        WebhookMessage.objects.select_for_update(skip_locked=True)
        .filter(office=office, spread=False)
        .order_by("id")[:BATCH]
    )
    targets = list(WebhookTarget.objects.filter(office=office, ended_at=None)) if fresh else []
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(message=message, target=target, due_at=timezone.now(), readers=message.readers)
        for message in fresh
        for target in targets
    )
    WebhookMessage.objects.filter(pk__in=[message.pk for message in fresh]).update(spread=True)


def _try(row: WebhookDelivery, secret: bytes) -> int:
    body = json.dumps(
        {"id": str(row.message_id), "event": row.message.event, **row.message.payload},
        ensure_ascii=False,
        sort_keys=True,
    ).encode()
    row.attempts += 1
    try:
        status = send(row.target.url, body, secret, private_allowed=row.target.private_allowed)
    except (OSError, urllib3.exceptions.HTTPError) as fault:
        row.answer = f"{type(fault).__name__}: {fault}"[:200]
    else:
        row.answer = str(status)
        if 200 <= status < 300:
            row.state, row.sent_at = WebhookDelivery.State.SENT, timezone.now()
    if row.state == WebhookDelivery.State.WAITING:
        row.due_at = timezone.now() + FIRST_PAUSE * 4 ** (row.attempts - 1)
        if row.attempts >= TRIES:
            row.state = WebhookDelivery.State.GIVEN_UP
    row.save()
    return row.state == WebhookDelivery.State.SENT


def send(url: str, body: bytes, secret: bytes, *, private_allowed: bool) -> int:
    """POST once, no redirect followed, to the very address that was checked. Answers the status."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = checked_address(parts.scheme, host, port, private_allowed=private_allowed)
    moment = int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "Host": parts.netloc,
        SIGNATURE: signature(secret, moment, body),
    }
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, server_hostname=host, assert_hostname=host, timeout=TIMEOUT, retries=False
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT, retries=False)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    answer = pool.request("POST", path, body=body, headers=headers, redirect=False)
    pool.close()
    return int(answer.status)


def checked_address(scheme: str, host: str, port: int, *, private_allowed: bool) -> str:
    """The IP address to connect to, resolved once, so that a name can't point elsewhere between check and use."""
    if scheme not in ("http", "https") or not host:
        raise RefusedAddressError("only http and https addresses")
    if scheme == "http" and not private_allowed:
        raise RefusedAddressError("outside addresses need https")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for _family, _type, _proto, _name, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not address.is_global and not private_allowed:
            raise RefusedAddressError("an address inside the network, which the office did not allow")
        if address.is_multicast or address.is_unspecified or address.is_link_local:
            raise RefusedAddressError("an address that nothing is sent to")
        return str(address)
    raise RefusedAddressError("the name leads nowhere")
