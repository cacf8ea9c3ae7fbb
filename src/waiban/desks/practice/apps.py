from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticeConfig(AppConfig):
    name = "waiban.desks.practice"
    label = "practice"
    verbose_name = "练习区"

    def ready(self) -> None:
        from waiban.core.audit import sentences

        sentences.register(
            {
                "practice.empty": _("清空练习区：%(rows)s 行"),
                "practice.open": _("开设或更新练习区：单位 %(units)s，岗位 %(posts)s，任职 %(holders)s"),
            }
        )
