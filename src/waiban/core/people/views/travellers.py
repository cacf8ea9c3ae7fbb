"""People who travel: the unit's own officer keeps them, the office reads. One traveller's page is `desks/travellers`,
which knows what other rooms say of a person.
"""

import uuid
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
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
from waiban.core.people.policies import may_edit_travellers
from waiban.core.people.views.pages import tabs

PAGE = 50


@require_safe
@open_to(SIGNED_IN)
def travellers(request: HttpRequest) -> HttpResponse:
    search, after, unit = request.GET.get("name", "").strip(), request.GET.get("after", ""), asked_unit(request)
    rows, rest = queries.traveller_page(search=search, after=after, size=PAGE, on=today(my_office()), unit=unit)
    units = queries.units_of_travellers() if unit is None else []
    context = {
        "section": "people",
        "tabs": tabs("travellers"),
        "rows": rows,
        "name": search,
        "unit": unit,
        "chips": [{"label": _("单位：%(unit)s") % {"unit": unit.name}, "url": _with(request, unit="")}] if unit else [],
        "units": [
            {"label": one.short_name or one.name, "url": _with(request, unit=str(one.pk)), "count": None}
            for one in units
        ],
        "first_url": _with(request) if after else "",
        "next_url": _with(request, after=rest) if rest else "",
        "export_url": f"{reverse('travellers:export')}?{request.GET.urlencode()}",
        "clear_url": reverse("people:travellers"),
        "may_edit": current_principal().may(Permission.TRAVELLER_EDIT),
        "same_url": reverse("travellers:same") if current_principal().may(Permission.TRAVELLER_MERGE) else "",
    }
    return render(request, "people/travellers.html", context)


def asked_unit(request: HttpRequest) -> Unit | None:
    """A unit that nobody knows filters nothing away silently: there is no such page."""
    wanted = request.GET.get("unit", "")
    if not wanted:
        return None
    try:
        return Unit.objects.get(pk=wanted)
    except (Unit.DoesNotExist, ValidationError, ValueError):
        raise Http404 from None


def _with(request: HttpRequest, **change: str) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('people:travellers')}?{query}" if query else reverse("people:travellers")


@open_to(Permission.TRAVELLER_EDIT)
def new_traveller(request: HttpRequest) -> HttpResponse:
    units = _own_units()
    form = TravellerForm(request.POST or None, units=units, initial={"since": today(my_office())})
    return _page(request, form, None, _("录入人员"))


@open_to(Permission.TRAVELLER_EDIT)
def edit_traveller(request: HttpRequest, traveller_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Traveller.objects.select_related("unit__office"), pk=traveller_id, erased_on=None)
    if not may_edit_travellers(current_principal(), row.unit):
        raise PermissionDenied
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
        request, form, act, title=title, back=reverse("travellers:page", args=[row.pk]) if row else reverse("people:travellers"), button=_("保存"), crumb=_("出访人员"),
    )  # fmt: skip


def _own_units() -> list[Unit]:
    principal = current_principal()
    units = list(Unit.objects.filter(posts__in=principal.posts | principal.standing_in).distinct())
    if not units:
        raise PermissionDenied
    return units
