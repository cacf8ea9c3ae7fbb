"""The bell's page, and the ways to clear it."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from waiban.core.access.routes import SIGNED_IN, open_to
from waiban.core.notify.actions.read_notices import read_notices
from waiban.core.notify.models import Notice
from waiban.core.notify.queries import PAGE, notices, unread_count


@open_to(SIGNED_IN)
@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    rows = notices(_uuid(request.GET.get("after", "")))
    context = {
        "title": _("通知"),
        "rows": rows,
        "unread": unread_count(),
        "after": rows[-1].id if len(rows) == PAGE else None,
    }
    return render(request, "notify/list.html", context)


@open_to(SIGNED_IN)
@require_POST
def open_one(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    """Mark as read and go where it leads."""
    notice = Notice.objects.filter(pk=notice_id).first()
    if notice is None:
        raise Http404
    read_notices(notice_id)
    inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if notice.url and inside else "notify:list")


@open_to(SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    read_notices()
    return redirect("notify:list")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
