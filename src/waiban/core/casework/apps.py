from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "waiban.core.casework"
    label = "casework"
    verbose_name = "办件"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from waiban.core.audit import sentences
        from waiban.core.casework import searching
        from waiban.core.casework.feeds import SETTINGS
        from waiban.core.notify.texts import register
        from waiban.core.offices import settings
        from waiban.core.search import registry as search

        settings.register(*SETTINGS)
        search.register(searching.INDEXED)
        search.register_finder(search.Finder(searching.KIND, _("办件"), searching.find, order=20))

        sentences.register(
            {
                "calendar.close": _("停用日历订阅"),
                "calendar.open": _("开通日历订阅"),
                "case.ask_opinion": _("请其他岗位提意见：%(question)s"),
                "case.ask_supplement": _("发补正通知，一次列清"),
                "case.back_from_outside": _("外部办理结束"),
                "case.cancel": _("撤团：%(reason)s"),
                "case.claim": _("认领"),
                "case.decide": _("%(verb)s：%(answer)s %(opinion)s"),
                "case.held_outside": _("转外部办理：%(holder)s %(outside_number)s"),
                "case.open": _("发起办件 %(number)s"),
                "case.paper_confirmed": _("复核纸质批示录入"),
                "case.paper_recorded": _("据纸质批示录入：%(words)s"),
                "case.paper_rejected": _("退回纸质批示录入：%(reason)s"),
                "case.pass_on": _("转办：%(reason)s"),
                "case.send_back": _("%(verb)s退回到“%(target_name)s”：%(opinion)s"),
                "case.take_back": _("收回转办"),
                "case.timer": _("时间到：%(timer)s"),
                "case.unclaim": _("放回待认领"),
                "case.unwatch": _("取消关注"),
                "case.watch": _("关注"),
                "case.withdraw": _("撤回：%(reason)s"),
                "case.withdraw_question": _("收回征求意见"),
                "process.release": _("发布流程 %(process)s 第 %(number)s 版：%(reason)s"),
            }
        )
        sentences.register_words(
            "answer",
            "outcome",
            {
                "agree": _("同意"),
                "agree_with_changes": _("修改后同意"),
                "refuse": _("不同意"),
                "done": _("已办"),
                "send_back": _("退回"),
            },
        )
        register("case.work", _("%(verb)s：%(title)s"))
        register("case.closed", _("已结案：%(title)s"))
        register("case.refused", _("不予批准：%(title)s"))
        register("case.cancelled", _("已撤团：%(title)s"))
