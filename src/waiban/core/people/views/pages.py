"""What the pages of people share."""

from django.urls import reverse
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.offices.views.pages import Tab


def tabs(current: str) -> list[Tab]:
    wanted = [("units", _("单位和岗位")), ("travellers", _("出访人员")), ("substitutes", _("代理"))]
    if current_principal().may(Permission.PEOPLE_SET):
        wanted.append(("accounts", _("账号")))
    return [Tab(label, reverse(f"people:{name}"), name == current) for name, label in wanted]
