"""The request's transaction, opened as `public`.

Outermost of all: sessions, sign-in, the view and the rendering of its template run inside
it, so that a lazily rendered template still sees rows, and nothing is half saved.
"""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from waiban.core.access.principals import PUBLIC, acting_as

SERVER_ERROR = 500


class RequestTransaction:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with acting_as(PUBLIC):
            response = self.get_response(request)
            if getattr(request, "waiban_failed", False) or response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:  # noqa: ARG002
        # Django turns an exception into a response before it reaches us; without this half of the work would stay.
        # Marked, not rolled back at once: the page that says what happened is rendered in this transaction.
        request.waiban_failed = True  # type: ignore[attr-defined]
        return None
