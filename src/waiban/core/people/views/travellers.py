"""People who travel: the unit's own officer keeps them, the office reads."""

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
from waiban.core.offices.queries import today
from waiban.core.offices.views.pages import form_page, my_office
from waiban.core.people import queries
from waiban.core.people.actions.save_traveller import save_traveller
from waiban.core.people.forms import TravellerForm, initial_of
from waiban.core.people.models import Traveller, Unit
from waiban.core.people.views.pages import tabs

PAGE = 50


@require_safe
@open_to(SIGNED_IN)
def travellers(request: HttpRequest) -> HttpResponse:
    search, after = request.GET.get("name", "").strip(), request.GET.get("after", "")
    rows, rest = queries.traveller_page(search=search, after=after, size=PAGE, on=today(my_office()))
    context = {
        "section": "people",
        "tabs": tabs("travellers"),
        "rows": rows,
        "name": search,
        "after": after,
        "more": rest,
        "may_edit": current_principal().may(Permission.TRAVELLER_EDIT),
    }
    return render(request, "people/travellers.html", context)


@open_to(Permission.TRAVELLER_EDIT)
def new_traveller(request: HttpRequest) -> HttpResponse:
    units = _own_units()
    form = TravellerForm(request.POST or None, units=units, initial={"since": today(my_office())})
    return _page(request, form, None, _("录入人员"))


@open_to(Permission.TRAVELLER_EDIT)
def traveller(request: HttpRequest, traveller_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Traveller.objects.select_related("unit__office"), pk=traveller_id, erased_on=None)
    day = today(row.unit.office)
    form = TravellerForm(
        request.POST or None,
        units=_own_units(),
        traveller=row,
        initial=initial_of(row, queries.record_on(row, day), day),
    )
    return _page(request, form, row, row.name)


def _page(request: HttpRequest, form: TravellerForm, row: Traveller | None, title: str) -> HttpResponse:
    def act() -> str:
        data = form.cleaned_data
        saved = save_traveller(
            data["unit"],
            name=data["name"],
            facts=form.facts(),
            since=data["since"],
            traveller_id=row.pk if row else None,
            pinyin=data["pinyin"],
            born_on=data["born_on"],
            identity_number=data["identity_number"] or None,
        )
        return _("已保存%(name)s，申报时直接选") % {"name": saved.name}

    return form_page(
        request, form, act, title=title, back=reverse("people:travellers"), button=_("保存"), crumb=_("出访人员"),
    )  # fmt: skip


def _own_units() -> list[Unit]:
    principal = current_principal()
    units = list(Unit.objects.filter(posts__in=principal.posts | principal.standing_in).distinct())
    if not units:
        raise PermissionDenied
    return units
