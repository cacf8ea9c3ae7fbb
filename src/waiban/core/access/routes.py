"""Each view says who may open it. A guard test refuses an address whose view doesn't."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, current_principal

View = Callable[..., HttpResponseBase]

ANYBODY = "anybody"
SIGNED_IN = "signed in"


def open_to(policy: Permission | str) -> Callable[[View], View]:
    """Let in holders of the permission; or `SIGNED_IN`, or `ANYBODY`. What rows they see is row security's to say."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            principal = current_principal()
            if policy != ANYBODY and principal.kind == Kind.PUBLIC:
                return redirect_to_login(request.get_full_path())
            if isinstance(policy, Permission) and not principal.may(policy):
                raise PermissionDenied(str(policy))
            return view(request, *args, **kwargs)

        guarded.access_policy = policy  # type: ignore[attr-defined]
        return guarded

    return decorate
