"""What we ask of allauth: nobody opens an account for himself, neither by form nor by single sign-on."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from waiban.core.people.models import Account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Accounts are opened by the office."""
        return False

    def get_client_ip(self, request: HttpRequest) -> Any:
        return request.META.get("REMOTE_ADDR", "127.0.0.1")


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on opens the account whose user name the city's identity provider states, and no other."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        account = account_named(sociallogin.account.extra_data)
        if account is not None:
            sociallogin.connect(request, account)


def account_named(claims: dict[str, Any]) -> Account | None:
    """By `preferred_username` alone: a mail address may be handed on from one person to the next."""
    userinfo = claims.get("userinfo") or claims
    stated = str(userinfo.get("preferred_username") or "").strip().lower()
    return Account.objects.filter(username=stated, is_active=True).first() if stated else None
