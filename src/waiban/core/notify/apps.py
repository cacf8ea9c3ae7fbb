from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "waiban.core.notify"
    label = "notify"
    verbose_name = "通知"

    def ready(self) -> None:
        from waiban.core.notify.settings import SETTINGS
        from waiban.core.offices.settings import register

        register(*SETTINGS)
