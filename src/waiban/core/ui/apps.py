from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "waiban.core.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        # Lets {% trans %} stand inside the attributes of a component.
        from django_cotton.nested_tag_support import enable_nested_tag_support

        from waiban.core.audit import sentences

        enable_nested_tag_support()
        _register_rooms_below()
        sentences.register({"view.delete": _("删除视图“%(name)s”"), "view.save": _("存视图“%(name)s”")})


def _register_rooms_below() -> None:
    """Pages of rooms that lie below and so can't register themselves."""
    from waiban.core.access.permissions import Permission
    from waiban.core.ui import nav

    nav.register(nav.Entry("people", _("单位和人员"), "people:units", "users", 80, lambda p: p.office is not None))
    nav.register(
        nav.Entry("settings", _("设置"), "offices:settings", "settings", 90, lambda p: p.may(Permission.OFFICE_SET))
    )
