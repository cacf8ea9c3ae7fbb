"""What an office has settled, with who, when and why."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.offices import queries
from waiban.core.offices import settings as registry
from waiban.core.offices.actions.save_office import FIELDS, save_office
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.forms import OfficeForm, SettingForm
from waiban.core.offices.settings import Kind, Setting
from waiban.core.offices.views.pages import Tab, form_page, my_office


def tabs(current: str) -> list[Tab]:
    wanted = (
        ("offices:settings", _("设置")),
        ("offices:grants", _("审批授权")),
        ("papers:templates", _("公文模板")),
        ("offices:office", _("本办信息")),
        ("office_init:first", _("初始工作簿")),
        ("practice:practice", _("练习区")),
    )
    return [Tab(label, reverse(name), name.endswith(f":{current}")) for name, label in wanted]


def said(setting: Setting, value: Any) -> str:
    """A value in words."""
    if value is None or value == "":
        return _("空")
    if setting.kind == Kind.YES_NO:
        return _("是") if value else _("否")
    if setting.kind == Kind.CHOICE:
        return str(dict(setting.choices).get(value, value))
    return str(value)


@open_to(Permission.OFFICE_SET)
def office(request: HttpRequest) -> HttpResponse:
    row = my_office()
    form = OfficeForm(request.POST or None, initial={field: getattr(row, field) for field in FIELDS})

    def act() -> str:
        save_office(row.pk, **form.cleaned_data)
        return _("已保存")

    return form_page(
        request, form, act, title=_("本办信息"), back=reverse("offices:settings"), button=_("保存"),
        crumb=_("设置"), section="settings",
    )  # fmt: skip


@require_safe
@open_to(Permission.OFFICE_SET)
def settings(request: HttpRequest) -> HttpResponse:
    values = queries.settings_of(my_office())
    groups: dict[str, list[tuple[Setting, str, bool]]] = {}
    for known in registry.all_settings():
        value = values[known.key]
        groups.setdefault(str(known.group), []).append((known, said(known, value), value == known.default))
    context = {"section": "settings", "tabs": tabs("settings"), "groups": list(groups.items())}
    return render(request, "offices/settings.html", context)


@open_to(Permission.OFFICE_SET)
def setting(request: HttpRequest, key: str) -> HttpResponse:
    office = my_office()
    try:
        known = registry.known(key)
    except KeyError:
        raise Http404 from None
    form = SettingForm(request.POST or None, setting=known, value=queries.setting(office, key))

    def act() -> str:
        row = set_setting(office, key, form.value(), reason=form.cleaned_data["reason"])
        return _("已改为“%(value)s”，从现在起生效") % {"value": said(known, row.value)}

    earlier = [(row.version, said(known, row.value), row.reason, row.set_at) for row in queries.versions(office, key)]
    return form_page(
        request, form, act, title=str(known.label), back=reverse("offices:settings"), button=_("保存"),
        crumb=_("设置"), section="settings", earlier=earlier,
    )  # fmt: skip
