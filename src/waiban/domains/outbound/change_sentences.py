"""What the events of a change, of the return and of the report say in the register and in a case's timeline."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "change.ask": _("提出第 %(number)s 次变更"),
    "change.carry_out": _("办理变更后果"),
    "change.close_notice": _("变更公示结束"),
    "change.drop": _("撤回第 %(number)s 次变更 %(reason)s"),
    "change.grant": _("第 %(number)s 次变更生效"),
    "change.post_notice": _("变更公示 %(since)s 至 %(until)s"),
    "change.record_outside": _("录入上级对变更的批复 %(number)s"),
    "change.save": _("改第 %(number)s 次变更的内容"),
    "change.start": _("交出第 %(number)s 次变更"),
    "trip.correct_return": _("更正返回登记 %(came_back)s"),
    "trip.explain_deviation": _("说明与批准不符之处"),
    "trip.judge_deviation": _("核定与批准不符之处"),
    "trip.save_report": _("写出访报告"),
}
