from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "waiban.core.people"
    label = "people"
    verbose_name = "人员"

    def ready(self) -> None:
        from waiban.core.audit import sentences
        from waiban.core.offices import settings
        from waiban.core.people import retention, searching, signin
        from waiban.core.search import registry as search

        signin.connect()
        search.register(searching.INDEXED)
        settings.register(*retention.SETTINGS)
        sentences.register(
            {
                "account.add": _("开账号 %(username)s"),
                "account.add_authenticator": _("加一种登录验证：%(kind)s"),
                "account.change_password": _("改密码"),
                "account.remove_authenticator": _("去掉一种登录验证：%(kind)s"),
                "account.reset_authenticator": _("重置登录验证：%(kind)s"),
                "account.save": _("改账号"),
                "account.second_step": _("第二步验证没有通过，来自 %(address)s"),
                "account.sign_in": _("登录，来自 %(address)s"),
                "account.sign_out": _("退出"),
                "post.add": _("增加岗位 %(name)s"),
                "post.appoint": _("任职，从 %(since)s 起"),
                "post.end_appointment": _("结束任职，到 %(until)s 止"),
                "substitute.end": _("提前结束代理，到 %(ended_on)s 止"),
                "substitute.name": _("指定代理，%(since)s 至 %(until)s：%(reason)s"),
                "traveller.erase": _("删除出访人员的个人信息：%(reason)s"),
                "traveller.expire": _("出访人员的个人信息保存期满，已删除"),
                "traveller.hide": _("办件已结，外单位岗位不再看得到出访人员"),
                "traveller.keep_apart": _("认定不是同一人：%(reason)s"),
                "traveller.merge": _("合并出访人员：%(reason)s"),
                "traveller.unmerge": _("撤销合并：%(reason)s"),
                "traveller.save": _("登记出访人员"),
                "traveller.show_identity": _("查看证件号码：%(reason)s"),
                "unit.add": _("增加单位 %(name)s"),
                "unit.save": _("改单位"),
            }
        )
