"""The practice area on the head's pages: open it, see what would have left it, empty it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import acting_as
from waiban.core.access.routes import open_to
from waiban.core.notify.models import Outgoing
from waiban.core.notify.texts import sentence
from waiban.core.offices.errors import CannotError
from waiban.core.offices.views.pages import my_office
from waiban.core.offices.views.settings import tabs
from waiban.core.people.models import Post
from waiban.core.people.principals import system
from waiban.desks.practice.acts import REASON, empty_practice, open_practice, practice_of

SHOWN = 50


@require_safe
@open_to(Permission.OFFICE_SET)
def practice(request: HttpRequest) -> HttpResponse:
    office = my_office()
    area = practice_of(office)
    letters = []
    if area is not None:
        with acting_as(system(area.pk, REASON)):
            rows = Outgoing.objects.filter(office=area).select_related("notice").order_by("-id")[:SHOWN]
            posts = {post.pk: post for post in Post.objects.filter(office=area).select_related("unit")}
            letters = [
                {
                    "channel": row.get_channel_display(),
                    "post": str(posts.get(row.notice.post_id, "")),
                    "text": sentence(row.notice.event, row.notice.data),
                    "at": localtime(row.notice.told_at).strftime("%Y-%m-%d %H:%M"),
                }
                for row in rows
            ]
    context = {
        "section": "settings", "tabs": tabs("practice"), "area": area, "here": office.practice, "letters": letters,
    }  # fmt: skip
    return render(request, "practice/practice.html", context)


@require_POST
@open_to(Permission.OFFICE_SET)
def open_it(request: HttpRequest) -> HttpResponse:
    try:
        made = open_practice(my_office())
    except CannotError as error:
        messages.error(request, error.message)
    else:
        said = {"units": made.units, "posts": made.posts, "holders": made.holders}
        messages.success(request, _("练习区已就绪：新增单位 %(units)d、岗位 %(posts)d、任职 %(holders)d") % said)
    return HttpResponseRedirect(reverse("practice:practice"))


@require_POST
@open_to(Permission.OFFICE_SET)
def empty_it(request: HttpRequest) -> HttpResponse:
    try:
        rows = empty_practice(my_office())
    except CannotError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("练习区已清空，共 %(n)d 行；登记簿照旧") % {"n": rows})
    return HttpResponseRedirect(reverse("practice:practice"))
