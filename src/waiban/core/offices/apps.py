from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficesConfig(AppConfig):
    name = "waiban.core.offices"
    label = "offices"
    verbose_name = "外办"

    def ready(self) -> None:
        from waiban.core.audit import sentences
        from waiban.core.offices import settings
        from waiban.core.offices.overlays import LAW

        settings.register(*settings.PAPERS, *settings.PEOPLE, LAW)
        sentences.register(
            {
                "grant.end": _("收回授权，从 %(on)s 起：%(reason)s"),
                "grant.record": _("登记授权 %(number)s"),
                "office.open": _("开办"),
                "office.save": _("改本办信息"),
                "office.set": _("改设置 %(key)s：%(reason)s"),
            }
        )
