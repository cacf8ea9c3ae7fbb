"""What an office decides about the door."""

from django.utils.translation import gettext_lazy as _

from waiban.core.offices.settings import Kind, Setting

SETTINGS = (
    Setting(
        "files.allow_unreadable", Kind.YES_NO, False, _("收无法检查的格式"), _("文件"),
        help=_("如 .doc、.wps、.ofd 和加密文件，须签署不含国家秘密的声明"),
    ),
    Setting(
        "files.max_megabytes", Kind.NUMBER, 20, _("单个文件上限（MB）"), _("文件"), at_least=1, at_most=200,
    ),
)  # fmt: skip
