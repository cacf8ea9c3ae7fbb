"""Signing in under row security: what each account gets, and what the register keeps."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp
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


def refusals(people: People, name: str) -> list[tuple[object, ...]]:
    """What the second connection wrote, as the auditor reads it."""
    keys = "{" + ",".join(map(str, people.principal("auditor").keys)) + "}"
    with connections["register"].cursor() as cursor:
        cursor.execute(f"SET LOCAL waiban.keys = '{keys}'")
        cursor.execute("SELECT subject_id, data::text FROM audit_event WHERE kind = 'refusal' AND name = %s", [name])
        return cursor.fetchall()


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
    rows = refusals(people, "account.sign_in")
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


def test_a_second_step_is_set_up_and_then_asked_for(
    people: People, account: Account, django_capture_on_commit_callbacks: object
) -> None:
    client = Client()
    sign_in(client)
    activate = reverse("mfa_activate_totp")
    assert client.get(activate).headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(activate).status_code == 200
    secret = client.session["mfa.totp.secret"]

    def code() -> str:
        return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(activate, {"code": code()}).status_code == 302
    added = events(people, "account.add_authenticator", "action")
    assert {(row.account_id, row.data["kind"]) for row in added} == {
        (account.pk, "totp"), (account.pk, "recovery_codes"),
    }  # fmt: skip
    cache.clear()  # allauth takes a code once only
    again = Client()
    asked = sign_in(again)
    assert asked.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in again.session
    assert again.get(reverse("people:units")).status_code == 302
    assert again.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert [subject for subject, _ in refusals(people, "account.second_step")] == [account.pk]
    assert again.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 302
    assert again.session["_auth_user_id"] == str(account.pk)


def test_every_page_of_an_account_opens(people: People, account: Account) -> None:
    client = Client()
    sign_in(client)
    assert client.get(reverse("account_reauthenticate")).status_code == 200
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_index", "account_change_password", "mfa_list_webauthn", "mfa_add_webauthn", "account_logout"):
        assert client.get(reverse(name)).status_code == 200, name
