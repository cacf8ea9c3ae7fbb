from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatisticsConfig(AppConfig):
    name = "waiban.desks.statistics"
    label = "statistics"
    verbose_name = "统计"

    def ready(self) -> None:
        from waiban.core.access.permissions import Permission
        from waiban.core.ui import nav

        nav.register(
            nav.Entry("statistics", _("统计"), "statistics", "chart-bar", 60, lambda p: p.may(Permission.TRIP_READ))
        )
