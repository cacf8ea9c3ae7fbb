"""Webhooks against a real server of our own: signed, no redirect, no address that nobody allowed, tried again later."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from waiban.core.notify import webhooks
from waiban.core.notify.models import WebhookDelivery, WebhookTarget
from waiban.core.notify.webhooks import SIGNATURE, RefusedAddressError, checked_address, deliver_hooks, verify
from waiban.core.offices.errors import CannotError
from waiban.core.people.actions.allow_webhook import allow_webhook, secret_of, stop_webhook
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@dataclass
class Listener:
    url: str
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append((self.headers[SIGNATURE], body))
            self.send_response(found.status)
            if 300 <= found.status < 400:
                self.send_header("Location", f"{found.url}/elsewhere")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def allowed(people: People, listener: Listener) -> str:
    with people.as_("office_head"):
        _target, secret = allow_webhook(people.office, url=listener.url, name="省系统", private_allowed=True)
    return secret


def started(people: People) -> str:
    world.ready(people)
    trip = world.draft(people)
    with people.as_("designated_officer"):
        start_trip(trip.pk)
    return str(trip.pk)


def test_ids_and_states_arrive_signed_and_nothing_else(people: People, listener: Listener) -> None:
    secret = allowed(people, listener)
    trip = started(people)
    assert deliver_hooks(secret_of) == 1
    header, body = listener.heard[0]
    said = json.loads(body)
    assert (said["event"], said["trip"], said["state"]) == ("trip.state", trip, "in_unit")
    assert set(said) == {"id", "event", "trip", "state"}
    assert verify(secret.encode(), header, body, int(time.time()))
    assert not verify(secret.encode(), header, body + b" ", int(time.time()))
    assert not verify(secret.encode(), header, body, int(time.time()) + webhooks.REPLAY_SECONDS + 1)
    assert not verify(b"another", header, body, int(time.time()))
    assert deliver_hooks(secret_of) == 0


def test_a_redirect_is_not_followed_and_a_fault_is_tried_again(people: People, listener: Listener) -> None:
    allowed(people, listener)
    started(people)
    listener.status = 302
    assert deliver_hooks(secret_of) == 0
    assert len(listener.heard) == 1
    with people.as_system():
        row = WebhookDelivery.objects.get()
        assert (row.state, row.answer, row.attempts) == ("waiting", "302", 1)
        assert row.due_at > timezone.now()
        WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(seconds=1), attempts=webhooks.TRIES - 1)
    deliver_hooks(secret_of)
    with people.as_system():
        assert WebhookDelivery.objects.get().state == "given_up"


def test_an_ended_address_hears_nothing(people: People, listener: Listener) -> None:
    allowed(people, listener)
    started(people)
    with people.as_("office_head"):
        stop_webhook(WebhookTarget.objects.get().pk)
    deliver_hooks(secret_of)
    assert listener.heard == []


@pytest.mark.parametrize(
    ("scheme", "host"),
    [("https", "127.0.0.1"), ("https", "10.0.0.8"), ("https", "169.254.169.254"), ("https", "localhost"),
     ("https", "::1"), ("http", "1.1.1.1"), ("file", "x"), ("https", "")],
)  # fmt: skip
def test_addresses_that_nobody_allowed_are_refused(scheme: str, host: str) -> None:
    with pytest.raises(RefusedAddressError):
        checked_address(scheme, host, 443, private_allowed=False)


def test_the_metadata_address_is_refused_even_inside() -> None:
    with pytest.raises(RefusedAddressError):
        checked_address("http", "169.254.169.254", 80, private_allowed=True)


def test_only_the_head_allows_and_only_https_outside(people: People) -> None:
    with people.as_("office_head"):
        for url in ("http://example.org/hook", "ftp://example.org", "example", "javascript:alert(1)"):
            with pytest.raises(CannotError):
                allow_webhook(people.office, url=url, name="外部")
