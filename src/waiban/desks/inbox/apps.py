from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "waiban.desks.inbox"
    label = "inbox"
    verbose_name = "待办"

    def ready(self) -> None:
        from waiban.core.access.permissions import Permission
        from waiban.core.search.registry import register_finder
        from waiban.core.ui import nav
        from waiban.desks.inbox.finding import PEOPLE

        register_finder(PEOPLE)
        nav.register(nav.Entry("inbox", _("待办"), "inbox", "inbox", 10, lambda p: p.may(Permission.INBOX_READ)))
