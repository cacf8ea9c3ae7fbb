from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessesConfig(AppConfig):
    name = "waiban.desks.processes"
    label = "processes"
    verbose_name = "流程"

    def ready(self) -> None:
        from waiban.core.access.permissions import Permission
        from waiban.core.ui import nav

        nav.register(
            nav.Entry(
                "processes", _("流程"), "processes:order", "git-branch", 85, lambda p: p.may(Permission.PROCESS_RELEASE)
            )
        )
