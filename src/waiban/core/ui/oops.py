"""What is shown for a request that can't be read."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOO_LARGE = 413


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django answers 400 to both; whoever sent too much is told that it was too much."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=TOO_LARGE)
    return render(request, "400.html", status=400)
