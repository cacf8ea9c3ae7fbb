"""A bearer token becomes the principal of the request; its scopes are asked by each operation."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from waiban.core.access.keys import readers
from waiban.core.access.principals import become
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.people.actions.make_token import note_use
from waiban.core.people.tokens import digest, token_principal
from waiban.site.api.answers import ProblemError

A_MINUTE = 120
"""Requests of one token a minute."""


class Token(HttpBearer):
    """Row security is the token's from here on. Every call is in the register, refused ones too."""

    def authenticate(self, request: HttpRequest, token: str) -> frozenset[str] | None:
        found = token_principal(token, timezone.localdate())
        if found is None:
            return None
        principal, scopes = found
        become(principal)
        _slow_down(digest(token))
        note_use(digest(token))
        record_apart(
            "api.call",
            principal,
            kind=Event.Kind.READ,
            subject=("token", None),
            readers=readers(principal.office) if principal.office else (),
            data={"method": request.method, "path": request.path[:200]},
        )
        request.token_sha256 = digest(token)  # type: ignore[attr-defined]
        return scopes


def _slow_down(token: str) -> None:
    minute = timezone.now().strftime("%H%M")
    key = f"api:{token[:32]}:{minute}"
    cache.add(key, 0, timeout=90)
    if cache.incr(key) > A_MINUTE:
        raise ProblemError(429, "too many requests", f"at most {A_MINUTE} a minute")


def needs(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The operation is open to tokens of that scope alone."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if scope not in request.auth:  # type: ignore[attr-defined]
                raise ProblemError(403, "the token lacks a scope", scope)
            return view(request, *args, **kwargs)

        guarded.scope = scope  # type: ignore[attr-defined]
        return guarded

    return decorate
