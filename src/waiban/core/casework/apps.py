from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "waiban.core.casework"
    label = "casework"
    verbose_name = "办件"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from waiban.core.notify.texts import register

        register("case.work", _("%(verb)s：%(title)s"))
        register("case.closed", _("已结案：%(title)s"))
        register("case.refused", _("不予批准：%(title)s"))
        register("case.cancelled", _("已撤团：%(title)s"))
