from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    name = "waiban.core.papers"
    label = "papers"
    verbose_name = "公文"

    def ready(self) -> None:
        from waiban.core.audit import sentences

        sentences.register(
            {
                "paper.draw": _("出文 %(number)s"),
                "paper.file_scan": _("存盖章件：%(number)s"),
                "paper.replace_template": _("换本办模板 %(paper)s 第 %(version)s 版：%(reason)s"),
                "paper.restore_template": _("改回随附模板 %(paper)s：%(reason)s"),
                "paper.void": _("%(number)s作废：%(reason)s"),
            }
        )
