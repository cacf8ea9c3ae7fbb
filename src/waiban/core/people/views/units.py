"""Units, posts and who holds them."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import SIGNED_IN, open_to
from waiban.core.offices.forms import PlainForm, day_field
from waiban.core.offices.queries import today
from waiban.core.offices.views.pages import form_page, my_office
from waiban.core.people import queries
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.actions.add_unit import add_unit
from waiban.core.people.actions.appoint import appoint
from waiban.core.people.actions.end_appointment import end_appointment
from waiban.core.people.actions.save_unit import save_unit
from waiban.core.people.forms import AppointForm, PostForm, UnitForm
from waiban.core.people.models import Appointment, Post, Unit
from waiban.core.people.views.pages import tabs


@require_safe
@open_to(SIGNED_IN)
def units(request: HttpRequest) -> HttpResponse:
    office = my_office()
    principal = current_principal()
    context = {
        "section": "people",
        "tabs": tabs("units"),
        "branches": queries.unit_tree(office, today(office)),
        "may_set": principal.may(Permission.PEOPLE_SET),
        "office": office,
        "own_units": set(Post.objects.filter(pk__in=principal.posts).values_list("unit_id", flat=True)),
    }
    return render(request, "people/units.html", context)


@open_to(Permission.PEOPLE_SET)
def new_unit(request: HttpRequest) -> HttpResponse:
    office = my_office()
    form = UnitForm(request.POST or None, office=office)

    def act() -> str:
        unit = add_unit(office, **form.cleaned_data)
        return _("已增加%(unit)s，下一步给它设岗位") % {"unit": unit.short_name}

    return _page(request, form, act, _("增加单位"), _("保存"))


@open_to(Permission.PEOPLE_SET)
def unit(request: HttpRequest, unit_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Unit, pk=unit_id)
    initial = {"name": row.name, "short_name": row.short_name, "kind": row.kind, "parent": row.parent_id}
    form = UnitForm(request.POST or None, office=my_office(), initial=initial)

    def act() -> str:
        save_unit(row.pk, **form.cleaned_data, closed_on=row.closed_on)
        return _("已保存")

    return _page(request, form, act, row.name, _("保存"))


@open_to(Permission.PEOPLE_SET)
def new_post(request: HttpRequest, unit_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Unit.objects.select_related("office"), pk=unit_id)
    form = PostForm(request.POST or None)

    def act() -> str:
        post = add_post(row, **form.cleaned_data)
        return _("已增加%(post)s，下一步安排人") % {"post": post.name}

    return _page(request, form, act, _("给%(unit)s增加岗位") % {"unit": row.short_name}, _("保存"))


@open_to(Permission.PEOPLE_SET)
def new_appointment(request: HttpRequest, post_id: uuid.UUID) -> HttpResponse:
    post = get_object_or_404(Post.objects.select_related("unit", "office"), pk=post_id)
    form = AppointForm(
        request.POST or None, accounts=queries.accounts(post.office), initial={"since": today(post.office)}
    )

    def act() -> str:
        data = form.cleaned_data
        appoint(data["account"], post, since=data["since"], until=data["until"])
        return _("已由%(name)s任%(post)s") % {"name": data["account"].name, "post": post.name}

    title = _("安排%(unit)s%(post)s") % {"unit": post.unit.short_name, "post": post.name}
    return _page(request, form, act, title, _("任职"))


class LastDayForm(PlainForm):
    last_day = day_field("")


@open_to(Permission.PEOPLE_SET)
def finish_appointment(request: HttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(
        Appointment.objects.select_related("post__unit", "post__office", "account"), pk=appointment_id
    )
    form = LastDayForm(request.POST or None, initial={"last_day": today(row.post.office)})
    form.fields["last_day"].label = _("最后一天")

    def act() -> str:
        end_appointment(row.pk, last_day=form.cleaned_data["last_day"])
        return _("已登记。没办完的事项留在岗位上，等接任的人")

    title = _("结束%(name)s在%(post)s的任职") % {"name": row.account.name, "post": row.post.name}
    return _page(request, form, act, title, _("结束任职"))


@require_POST
@open_to(SIGNED_IN)
def choose_post(request: HttpRequest) -> HttpResponse:
    """From the account menu: at which of several posts one acts until one chooses again."""
    wanted = request.POST.get("post", "")
    principal = current_principal()
    if wanted in {str(post) for post in principal.posts | principal.standing_in | principal.across}:
        request.session["post"] = wanted
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    return HttpResponseRedirect(back)


def _page(request: HttpRequest, form: Any, act: Any, title: str, button: str) -> HttpResponse:
    return form_page(
        request, form, act, title=title, back=reverse("people:units"), button=button, crumb=_("单位和岗位")
    )
