"""After authentication: the account's principal acts for the rest of the request."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from waiban.core.access.principals import become
from waiban.core.people.principals import principal_of


class PrincipalOfAccount:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            become(principal_of(request.user.pk, request.session.get("post")))
        return self.get_response(request)
