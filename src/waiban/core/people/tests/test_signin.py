"""Signing in under row security: what each account gets, and what the register keeps."""

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from waiban.core.audit.models import Event
from waiban.core.people.actions.add_account import add_account
from waiban.core.people.adapter import account_named
from waiban.core.people.models import Account
from waiban.core.people.personas import People

pytestmark = pytest.mark.django_db(databases=["default", "register"])
PASSWORD = "云汀-correct-horse"


@pytest.fixture(autouse=True)
def _quick(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def account(people: People) -> Account:
    with people.as_system():
        return add_account(people.office, username="new", name="新人", password=PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, username: str = "new") -> object:
    return client.post(reverse("account_login"), {"login": username, "password": password})


def events(people: People, name: str, kind: str) -> list[Event]:
    with people.as_("auditor"):
        return list(Event.objects.filter(name=name, kind=kind))


def test_an_account_without_a_post_is_told_whom_to_ask(people: People, account: Account) -> None:
    client = Client()
    assert sign_in(client).status_code == 302
    page = client.get(reverse("people:units"))
    assert page.status_code == 403
    assert "还没有岗位" in page.content.decode()
    assert client.get(reverse("account_change_password")).status_code == 200


def test_signing_in_and_out_is_in_the_register(people: People, account: Account) -> None:
    client = Client()
    sign_in(client)
    client.post(reverse("account_logout"))
    (signed_in,) = events(people, "account.sign_in", "action")
    (signed_out,) = events(people, "account.sign_out", "action")
    assert signed_in.account_id == signed_out.account_id == account.pk
    assert signed_in.data == {"address": "127.0.0.1"}


def test_a_failed_attempt_is_in_the_register_without_what_was_typed(people: People, account: Account) -> None:
    assert sign_in(Client(), "not the password").status_code == 200
    assert sign_in(Client(), "x", username="a password typed here").status_code == 200
    with connections["register"].cursor() as cursor:
        keys = "{" + ",".join(map(str, people.principal("auditor").keys)) + "}"
        cursor.execute(f"SET LOCAL waiban.keys = '{keys}'")
        cursor.execute("SELECT subject_id, data::text FROM audit_event WHERE name = 'account.sign_in'")
        rows = cursor.fetchall()
    assert rows == [(account.pk, '{"address": "127.0.0.1"}')]  # the other attempt belongs to no office


def test_five_failures_close_the_door_for_a_while(people: People, account: Account) -> None:
    for _ in range(5):
        sign_in(Client(), "not the password")
    page = sign_in(Client())
    assert page.status_code == 200
    assert not page.wsgi_request.user.is_authenticated


def test_a_closed_account_does_not_open(people: People, account: Account) -> None:
    client = Client()
    sign_in(client)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert client.get(reverse("people:units")).status_code == 302
    assert not sign_in(Client()).wsgi_request.user.is_authenticated


def test_nobody_opens_an_account_for_himself(people: People) -> None:
    page = Client().post(reverse("account_signup"), {"username": "me", "password1": PASSWORD, "password2": PASSWORD})
    assert page.status_code == 200
    assert not Account.objects.filter(username="me").exists()


def test_single_sign_on_opens_the_account_that_the_provider_names(people: People, account: Account) -> None:
    assert account_named({"userinfo": {"preferred_username": "NEW"}}) == account
    assert account_named({"preferred_username": "new"}) == account
    assert account_named({"userinfo": {"email": "new@example.org"}}) is None
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert account_named({"preferred_username": "new"}) is None
