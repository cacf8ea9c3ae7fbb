"""Sign-in, sign-out and failed attempts are events of the register. What was typed is never kept."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth import signals as auth_signals
from django.http import HttpRequest

from waiban.core.access.keys import readers
from waiban.core.access.principals import Kind, Principal
from waiban.core.audit.models import Event
from waiban.core.audit.record import record, record_apart
from waiban.core.people.models import Account
from waiban.core.people.principals import principal_of


def connect() -> None:
    pairs: tuple[tuple[Any, Any], ...] = (
        (auth_signals.user_logged_in, _signed_in),
        (auth_signals.user_logged_out, _signed_out),
        (auth_signals.user_login_failed, _failed),
        (account_signals.password_changed, _password_changed),
        (mfa_signals.authentication_failed, _second_step_failed),
        (mfa_signals.authenticator_added, _authenticator_added),
        (mfa_signals.authenticator_removed, _authenticator_removed),
        (mfa_signals.authenticator_reset, _authenticator_reset),
    )
    for signal, receiver in pairs:
        signal.connect(receiver, dispatch_uid=f"people.signin.{receiver.__name__}")


def _signed_in(request: HttpRequest | None, user: Account, **_: Any) -> None:
    _note("account.sign_in", user, request)


def _signed_out(request: HttpRequest | None, user: Account | None, **_: Any) -> None:
    if user is not None and user.pk:
        _note("account.sign_out", user, request)


def _password_changed(request: HttpRequest, user: Account, **_: Any) -> None:
    _note("account.change_password", user, request)


def _authenticator_added(request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    _note("account.add_authenticator", user, request, kind=str(authenticator.type))


def _authenticator_removed(request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    _note("account.remove_authenticator", user, request, kind=str(authenticator.type))


def _authenticator_reset(request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    _note("account.reset_authenticator", user, request, kind=str(authenticator.type))


def _note(name: str, account: Account, request: HttpRequest | None, **data: str) -> None:
    """In the request's own transaction. The actor is the account, whose principal acts from the next request on."""
    actor = principal_of(account.pk)
    office = actor.office or account.opened_by_office
    record(
        name, actor, subject=("account", account.pk), office=office,
        readers=readers(office, office=True) if office else (), data={"address": _address(request), **data},
    )  # fmt: skip


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Kept apart, so that nothing takes it back. Of the name that was typed only the account that it hits is kept:
    people type passwords into the wrong field.
    """
    typed = str(credentials.get("username") or credentials.get("login") or "").strip().lower()
    _refused("account.sign_in", Account.objects.filter(username=typed).first() if typed else None, request)


def _second_step_failed(request: HttpRequest, user: Account, **_: Any) -> None:
    _refused("account.second_step", user, request)


def _refused(name: str, account: Account | None, request: HttpRequest | None) -> None:
    office = account.opened_by_office if account else None
    record_apart(
        name, Principal(Kind.PUBLIC), kind=Event.Kind.REFUSAL,
        subject=("account", account.pk if account else None), office=office,
        readers=readers(office, office=True) if office else (), data={"address": _address(request)},
    )  # fmt: skip


def _address(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""
