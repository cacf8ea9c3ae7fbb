"""What the events of promises say in the register."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "promise.answer": _("报承诺 %(number)s 的结果 %(reason)s"),
    "promise.record": _("登记承诺 %(number)s"),
    "promise.supersede": _("承诺 %(number)s 按新版更正"),
    "promise.withdraw": _("撤销登记承诺 %(number)s %(reason)s"),
}
