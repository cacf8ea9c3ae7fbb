"""A strict Content-Security-Policy on every page (no inline script or style, nothing from elsewhere); no NUL gets in."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# blob: shows a scan beside the form before it is sent. A page frames only our own scans; the view that serves one
# sets its own policy with frame-ancestors 'self'.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "manifest-src 'self'"
)


class NoNul:
    """PostgreSQL keeps no NUL character; a text that holds one is refused here instead of failing somewhere below."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        for data in (request.GET, request.POST):
            for name, texts in data.lists():
                if "\0" in name or any("\0" in str(text) for text in texts):
                    raise BadRequest("a text holds a NUL character")


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
