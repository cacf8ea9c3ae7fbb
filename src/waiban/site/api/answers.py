"""How the API says no: one form for every refusal (RFC 9457), with the field that it is about."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema

PROBLEM = "application/problem+json"


class Problem(Schema):
    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    pointer: str = ""


class ProblemError(Exception):
    def __init__(self, status: int, title: str, detail: str = "", pointer: str = "") -> None:
        super().__init__(title)
        self.problem: dict[str, Any] = {
            "type": "about:blank", "title": title, "status": status, "detail": detail, "pointer": pointer,
        }  # fmt: skip


def problem(api: Any, request: HttpRequest, error: ProblemError) -> HttpResponse:
    answer: HttpResponse = api.create_response(request, error.problem, status=error.problem["status"])
    answer["Content-Type"] = PROBLEM
    if error.problem["status"] == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
