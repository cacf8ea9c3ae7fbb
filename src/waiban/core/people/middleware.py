"""After authentication: the account's principal acts for the rest of the request."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from waiban.core.access.principals import become
from waiban.core.offices.models import Office
from waiban.core.people.principals import principal_of

WITHOUT_POST = ("/accounts/", "/i18n/", "/static/")
"""What an account may open while it holds no post: sign-out, its own password and keys, the language."""


class PrincipalOfAccount:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            principal = principal_of(request.user.pk, request.session.get("post"))
            become(principal)
            if principal.post is None and not request.path.startswith(WITHOUT_POST):
                opened_by = request.user.opened_by_office
                office = Office.objects.filter(pk=opened_by).first() if opened_by else None
                return render(request, "people/no_post.html", {"office": office}, status=403)
        return self.get_response(request)
