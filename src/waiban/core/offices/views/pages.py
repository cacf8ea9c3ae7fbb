"""What the pages of offices and people share: the office of whoever looks, tabs, and a page with one form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from waiban.core.access.principals import current_principal
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    current: bool
    count: None = None


def my_office() -> Office:
    """The office at which the principal acts; who has none gets no page here."""
    office_id = current_principal().office
    if office_id is None:
        raise PermissionDenied
    return Office.objects.get(pk=office_id)


def form_page(
    request: HttpRequest,
    form: Form,
    act: Callable[[], str],
    *,
    title: str,
    back: str,
    button: str,
    crumb: str,
    section: str = "people",
    **more: Any,
) -> HttpResponse:
    """Show a form; when it is sent, act, say what happened and go back. What is wrong stands on the form."""
    if request.method == "POST" and form.is_valid():
        try:
            said = act()
        except CannotError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(back)
    context = {
        "section": section,
        "form": form,
        "title": title,
        "back": back,
        "button": button,
        "crumb": crumb,
        **more,
    }
    return render(request, "offices/form.html", context)
