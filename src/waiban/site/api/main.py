"""The API (OpenAPI 3.1): mounted at /api/v1/, described at /api/v1/openapi.json and on a page of our own (pages.py)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from waiban.site.api.answers import ProblemError, problem
from waiban.site.api.auth import Token
from waiban.site.api.trips import router

api = NinjaAPI(
    title="waiban",
    version="1",
    description="Trips, checks, plans and status. A token acts at one post and sees what that post sees.",
    auth=Token(),
    docs_url=None,  # a page of ours describes it: theirs loads scripts from elsewhere
    urls_namespace="api",
)
api.add_router("", router)


@api.exception_handler(ProblemError)
def _said(request: HttpRequest, error: ProblemError) -> HttpResponse:
    return problem(api, request, error)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem(api, request, ProblemError(401, "a valid bearer token is needed"))


@api.exception_handler(Http404)
def _absent(request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(api, request, ProblemError(404, "nothing here that this token sees"))


@api.exception_handler(PermissionDenied)
def _refused(request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
    return problem(api, request, ProblemError(403, "not for this post"))


@api.exception_handler(ValidationError)
def _unread(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first field that can't be read, by its pointer."""
    first: dict[str, Any] = error.errors[0]
    pointer = "/" + "/".join(str(part) for part in first["loc"][2 if first["loc"][0] == "body" else 1 :])
    return problem(api, request, ProblemError(422, str(first["msg"]), pointer=pointer))
