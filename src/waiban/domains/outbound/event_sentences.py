"""What the events of a trip say in the register and in a case's timeline."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "plan.add": _("编制 %(year)s 年度计划第 %(version)s 版"),
    "plan.balance": _("保存拟分配的控制数"),
    "plan.file": _("年度计划报备 %(number)s"),
    "plan.import": _("导入计划 %(rows)s 项"),
    "plan.save": _("保存年度计划"),
    "plan.start": _("报送年度计划"),
    "quota.allot": _("分配控制数 %(lines)s"),
    "quota.write": _("控制数记账 %(lines)s"),
    "trip.add_attachment": _("加附件"),
    "trip.attest": _("确认规则 %(rule)s %(words)s"),
    "trip.close_notice": _("公示结束"),
    "trip.confirm_rechecked": _("改动后已重新核对"),
    "trip.create": _("新建申报"),
    "trip.file_report": _("交出访报告"),
    "trip.post_notice": _("内部公示 %(since)s 至 %(until)s"),
    "trip.read": _("查看案卷"),
    "trip.record_outside_approval": _("录入上级批件 %(number)s"),
    "trip.record_return": _("登记返回 %(came_back)s"),
    "trip.remove_attachment": _("撤下附件"),
    "trip.save": _("保存草稿"),
    "trip.start": _("发起"),
    "trip.submit": _("报送外办"),
    "trip.take_remedy": _("采用修改建议"),
    "trip.undo_remedy": _("撤销修改建议"),
}
