"""Grants of approval authority on record."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.offices import queries
from waiban.core.offices.actions.end_grant import end_grant
from waiban.core.offices.actions.record_grant import record_grant
from waiban.core.offices.forms import CHANNEL_NAMES, DOCUMENT_NAMES, RANKS, EndGrantForm, GrantForm
from waiban.core.offices.models import Grant
from waiban.core.offices.views.pages import form_page, my_office
from waiban.core.offices.views.settings import tabs


@require_safe
@open_to(Permission.OFFICE_SET)
def grants(request: HttpRequest) -> HttpResponse:
    office = my_office()
    in_force = {grant.pk for grant in queries.grants_in_force(office, queries.today(office))}
    ranks = dict(RANKS)
    rows = [
        {
            "grant": grant,
            "ranks": "、".join(str(ranks.get(rank, rank)) for rank in grant.ranks),
            "channels": "、".join(str(CHANNEL_NAMES.get(channel, channel)) for channel in grant.channels),
            "documents": "、".join(str(DOCUMENT_NAMES.get(one, one)) for one in grant.documents),
            "in_force": grant.pk in in_force,
        }
        for grant in queries.grants(office)
    ]
    return render(request, "offices/grants.html", {"section": "settings", "tabs": tabs("grants"), "rows": rows})


@open_to(Permission.OFFICE_SET)
def new_grant(request: HttpRequest) -> HttpResponse:
    office = my_office()
    form = GrantForm(request.POST or None)

    def act() -> str:
        grant = record_grant(office, **form.cleaned_data)
        return _("已登记%(number)s") % {"number": grant.number}

    return form_page(
        request, form, act, title=_("登记授权文件"), back=reverse("offices:grants"), button=_("登记"),
        crumb=_("审批授权"), section="settings",
    )  # fmt: skip


@open_to(Permission.OFFICE_SET)
def finish_grant(request: HttpRequest, grant_id: uuid.UUID) -> HttpResponse:
    grant = get_object_or_404(Grant, pk=grant_id)
    form = EndGrantForm(request.POST or None, initial={"on": queries.today(my_office())})

    def act() -> str:
        end_grant(grant.pk, **form.cleaned_data)
        return _("已登记。收回前批准的仍然有效")

    return form_page(
        request, form, act, title=_("收回%(number)s") % {"number": grant.number}, back=reverse("offices:grants"),
        button=_("收回"), crumb=_("审批授权"), section="settings",
    )  # fmt: skip
