from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficeInitConfig(AppConfig):
    name = "waiban.site.office_init"
    label = "office_init"
    verbose_name = "初始工作簿"

    def ready(self) -> None:
        from waiban.core.audit import sentences
        from waiban.core.jobs import registry as jobs
        from waiban.site.office_init import jobs as ours

        jobs.register(ours.CHECK, ours.check)
        jobs.register(ours.SAVE, ours.save)
        sentences.register(
            {
                "case.take_over": _("接续纸面办件 %(number)s"),
                "office.init": _("导入初始工作簿"),
                "office.init_upload": _("上传初始工作簿"),
                "paper.take_over_series": _("文号 %(kind)s %(year)s 年从第 %(last)s 号接着编"),
                "specimen.file": _("备案印鉴样"),
                "trip.take_over": _("接续 %(number)s，现在环节：%(stands_at)s"),
            }
        )
