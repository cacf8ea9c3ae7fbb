from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    name = "waiban.core.notify"
    label = "notify"
    verbose_name = "通知"

    def ready(self) -> None:
        from waiban.core.jobs.registry import when_ended
        from waiban.core.notify import ended_jobs, texts
        from waiban.core.notify.settings import SETTINGS
        from waiban.core.offices.settings import register

        register(*SETTINGS)
        texts.register(ended_jobs.DONE, _("%(title)s：已完成"))
        texts.register(ended_jobs.NOT_DONE, _("%(title)s：没有办成"))
        when_ended(ended_jobs.tell_asker)
