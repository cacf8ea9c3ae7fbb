"""Sentences of events that rooms below any screen record."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "file.add": _("存入文件"),
    "file.read": _("查看文件"),
    "file.refuse": _("拒收文件"),
    "job.cancel": _("取消长任务"),
    "job.end": _("长任务结束"),
    "job.start": _("提出长任务"),
    "notice.give_up": _("通知没有发出去"),
    "register.export": _("导出登记"),
    "register.verify": _("核验登记 %(count)s 条，问题 %(problems)s 处"),
}
