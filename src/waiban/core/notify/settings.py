"""What an office decides about what leaves the house."""

from django.utils.translation import gettext_lazy as _

from waiban.core.offices.errors import CannotError
from waiban.core.offices.settings import Kind, Setting


def check_channels(text: str) -> None:
    """Addresses as apprise writes them, one after another with spaces: wecombot://KEY dingtalk://TOKEN mailto://…"""
    import apprise

    for address in text.split():
        if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
            raise CannotError(str(_("认不出的渠道地址：%(address)s") % {"address": address.split("://")[0] + "://…"}))


SETTINGS = (
    Setting("notify.mail", Kind.YES_NO, True, _("待办发邮件"), _("通知")),
    Setting(
        "notify.channels", Kind.TEXT, "", _("工作群机器人"), _("通知"), check=check_channels,
        help=_("企业微信、钉钉等的机器人地址，空格隔开；群里只写有几件新件，不写人名"),
    ),
    Setting(
        "notify.digest_minutes", Kind.NUMBER, 5, _("邮件合并时间（分钟）"), _("通知"),
        help=_("这段时间内的几件事合成一封"), at_least=0, at_most=1440,
    ),
)  # fmt: skip
