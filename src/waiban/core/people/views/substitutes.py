"""Who stands in for whom."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import SIGNED_IN, open_to
from waiban.core.offices.models import Office
from waiban.core.offices.queries import today
from waiban.core.offices.views.pages import form_page, my_office
from waiban.core.people import queries
from waiban.core.people.actions.end_substitute import end_substitute
from waiban.core.people.actions.name_substitute import name_substitute
from waiban.core.people.forms import SubstituteForm
from waiban.core.people.models import Post, Substitute
from waiban.core.people.policies import may_name_substitute
from waiban.core.people.views.pages import tabs
from waiban.core.people.views.units import LastDayForm


@require_safe
@open_to(SIGNED_IN)
def substitutes(request: HttpRequest) -> HttpResponse:
    office = my_office()
    mine = {post.pk for post in _my_posts(office)}
    rows = queries.substitutions(office, today(office))
    context = {"section": "people", "tabs": tabs("substitutes"), "rows": rows, "mine": mine}
    return render(request, "people/substitutes.html", context)


@open_to(SIGNED_IN)
def new_substitute(request: HttpRequest) -> HttpResponse:
    office = my_office()
    posts = _my_posts(office)
    if not posts:
        raise PermissionDenied
    form = SubstituteForm(
        request.POST or None,
        posts=posts,
        accounts=queries.holders(office, today(office)),
        initial={"since": today(office), "post": current_principal().post},
    )

    def act() -> str:
        row = name_substitute(**form.cleaned_data)
        return _("%(name)s从 %(since)s 到 %(until)s 代理%(post)s") % {
            "name": row.account.name, "since": row.since, "until": row.until, "post": row.post.name,
        }  # fmt: skip

    return form_page(
        request, form, act, title=_("指定代理"), back=reverse("people:substitutes"), button=_("指定"), crumb=_("代理")
    )


@open_to(SIGNED_IN)
def finish_substitute(request: HttpRequest, substitute_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(
        Substitute.objects.select_related("post__unit", "post__office", "account"), pk=substitute_id
    )
    if not may_name_substitute(current_principal(), row.post):
        raise PermissionDenied
    form = LastDayForm(request.POST or None, initial={"last_day": today(row.post.office)})
    form.fields["last_day"].label = _("最后一天")

    def act() -> str:
        end_substitute(row.pk, last_day=form.cleaned_data["last_day"])
        return _("已登记")

    title = _("提前结束%(name)s代理%(post)s") % {"name": row.account.name, "post": row.post.name}
    return form_page(
        request, form, act, title=title, back=reverse("people:substitutes"), button=_("结束代理"), crumb=_("代理")
    )


def _my_posts(office: Office) -> list[Post]:
    """Posts for which the principal may name a substitute."""
    principal = current_principal()
    posts = Post.objects.filter(office=office, closed_on=None).select_related("unit").order_by("unit__name", "id")
    if not principal.may(Permission.SUBSTITUTE_SET):
        return list(posts.filter(pk__in=principal.posts))
    own = list(Post.objects.filter(pk__in=principal.posts).values_list("unit_id", "office_wide"))
    if any(office_wide for _unit, office_wide in own):
        return list(posts)
    return list(posts.filter(unit__in=[unit for unit, _wide in own]))
