"""A post's due days as a calendar: a file to download, and, where the office allows it, a secret address to subscribe to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import ANYBODY, open_to
from waiban.core.casework.actions.open_feed import close_feed, open_feed
from waiban.core.casework.errors import CannotError
from waiban.core.casework.feeds import ALLOWED, calendar, feed_of
from waiban.core.casework.models import CalendarFeed, WorkItem
from waiban.core.casework.queries import my_posts, verb_of
from waiban.core.offices.queries import setting

CALENDAR = "text/calendar; charset=utf-8"


@open_to(Permission.INBOX_READ)
@require_http_methods(["GET", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    principal = current_principal()
    if principal.post is None or principal.office is None:
        raise Http404
    address, trouble = "", ""
    if request.method == "POST":
        try:
            if "close" in request.POST:
                close_feed(principal.post)
            else:
                token = open_feed(principal.post)
                address = request.build_absolute_uri(reverse("calendar_feed", args=[token]))
        except CannotError as error:
            trouble = error.message
    context = {
        "section": "inbox",
        "allowed": setting(principal.office, ALLOWED),
        "stands": CalendarFeed.objects.filter(post=principal.post, revoked_at=None).first(),
        "address": address,
        "trouble": trouble,
    }
    return render(request, "inbox/calendar.html", context, status=422 if trouble else 200)


@open_to(Permission.INBOX_READ)
@require_GET
def calendar_file(_request: HttpRequest) -> HttpResponse:
    """What lies open with this post, by due day."""
    items = WorkItem.objects.filter(post__in=my_posts(), state=WorkItem.State.OPEN, due__isnull=False)
    rows = items.select_related("case").order_by("due", "id")
    entries = [(str(item.pk), f"{item.case.number} {verb_of(item)}", item.due) for item in rows if item.due]
    answer = HttpResponse(calendar(entries), content_type=CALENDAR)
    answer["Content-Disposition"] = 'attachment; filename="waiban.ics"'
    return answer


@open_to(ANYBODY)
@require_GET
def calendar_feed(_request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the address reads it, signed in or not; it says numbers, steps and days, nothing else."""
    found = feed_of(token)
    if found is None:
        raise Http404(_("没有这个日历，或已停用"))
    answer = HttpResponse(found, content_type=CALENDAR)
    answer["Cache-Control"] = "private, no-store"
    return answer
