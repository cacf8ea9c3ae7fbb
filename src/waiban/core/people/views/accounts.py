"""Accounts of the office: open, correct, close."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.offices.views.pages import form_page, my_office
from waiban.core.people import queries
from waiban.core.people.actions.add_account import add_account
from waiban.core.people.actions.save_account import save_account
from waiban.core.people.forms import AccountForm, AccountSaveForm
from waiban.core.people.views.pages import tabs


@require_safe
@open_to(Permission.PEOPLE_SET)
def accounts(request: HttpRequest) -> HttpResponse:
    rows = queries.accounts(my_office())
    return render(request, "people/accounts.html", {"section": "people", "tabs": tabs("accounts"), "rows": rows})


@open_to(Permission.PEOPLE_SET)
def new_account(request: HttpRequest) -> HttpResponse:
    office = my_office()
    form = AccountForm(request.POST or None)

    def act() -> str:
        data = form.cleaned_data
        account = add_account(
            office, username=data["username"], name=data["name"], email=data["email"], password=data["password"] or None
        )
        return _("已给%(name)s开账号，下一步在岗位上任职") % {"name": account.name}

    return form_page(
        request, form, act, title=_("开账号"), back=reverse("people:accounts"), button=_("开账号"), crumb=_("账号")
    )


@open_to(Permission.PEOPLE_SET)
def account(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    office = my_office()
    row = next((known for known in queries.accounts(office) if known.pk == account_id), None)
    if row is None:
        raise Http404
    form = AccountSaveForm(
        request.POST or None, initial={"name": row.name, "email": row.email, "is_active": row.is_active}
    )

    def act() -> str:
        data = form.cleaned_data
        save_account(
            office, row.pk, name=data["name"], email=data["email"], is_active=data["is_active"],
            password=data["password"] or None,
        )  # fmt: skip
        return _("已保存")

    title = f"{row.name}（{row.username}）"
    return form_page(
        request, form, act, title=title, back=reverse("people:accounts"), button=_("保存"), crumb=_("账号")
    )
