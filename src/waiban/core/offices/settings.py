"""The settings that an office may fix: their keys, kinds, defaults, and who may set them.

A room registers its own in `AppConfig.ready()`. A value is checked when it is set, so that
whoever reads it need not check again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.permissions import Permission
from waiban.core.offices.errors import CannotError


class Kind(StrEnum):
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes_no"


Text = str | Promise


@dataclass(frozen=True, slots=True)
class Setting:
    """`may_be_empty`: an empty value (None) is a decision of its own, such as "no time limit"."""

    key: str
    kind: Kind
    default: Any
    label: Text
    group: Text
    help: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    may_be_empty: bool = False
    longest: int = 200
    permission: Permission = Permission.OFFICE_SET
    check: Callable[[str], None] | None = field(default=None)
    check_for: Callable[[Any, str], None] | None = field(default=None)
    """Asked with the office too, where what is allowed depends on it."""


_known: dict[str, Setting] = {}


def register(*settings: Setting) -> None:
    for setting in settings:
        if _known.setdefault(setting.key, setting) is not setting:
            raise ValueError(f"the setting {setting.key} is registered twice")


def known(key: str) -> Setting:
    """Raises KeyError for a key that nobody registered: a typing error, never an empty value."""
    return _known[key]


def all_settings() -> Iterable[Setting]:
    return tuple(_known.values())


def checked(setting: Setting, value: Any) -> Any:
    """The value as it is stored. Raises CannotError with what is wrong."""
    if value is None or (value == "" and setting.kind != Kind.TEXT):
        if setting.may_be_empty:
            return None
        raise CannotError(_("待填：%(label)s") % {"label": setting.label})
    if setting.kind == Kind.YES_NO:
        if isinstance(value, bool):
            return value
        raise CannotError(_("%(label)s：选“是”或“否”") % {"label": setting.label})
    if setting.kind == Kind.NUMBER:
        return _number(setting, value)
    text = str(value).strip()
    if setting.kind == Kind.CHOICE and text not in dict(setting.choices):
        raise CannotError(_("%(label)s：没有“%(value)s”这一项") % {"label": setting.label, "value": text})
    if len(text) > setting.longest:
        raise CannotError(_("%(label)s：最多 %(n)d 字") % {"label": setting.label, "n": setting.longest})
    if setting.check is not None:
        setting.check(text)
    return text


def _number(setting: Setting, value: Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise CannotError(_("%(label)s：填整数") % {"label": setting.label}) from None
    if setting.at_least is not None and number < setting.at_least:
        raise CannotError(_("%(label)s：不小于 %(limit)d") % {"label": setting.label, "limit": setting.at_least})
    if setting.at_most is not None and number > setting.at_most:
        raise CannotError(_("%(label)s：不大于 %(limit)d") % {"label": setting.label, "limit": setting.at_most})
    return number


def check_number_pattern(pattern: str) -> None:
    """A number of papers names year and number once each; `{short}` is the office's short name. No other braces."""
    rest = pattern
    for name, least in (("{year}", 1), ("{number}", 1), ("{short}", 0)):
        if not least <= pattern.count(name) <= 1:
            raise CannotError(_("文号格式里 {year} 和 {number} 各写一次"))
        rest = rest.replace(name, "")
    if "{" in rest or "}" in rest:
        raise CannotError(_("文号格式的花括号里只能写 year、number、short"))


def _paper_number(kind: str, label: Text, default: str) -> Setting:
    return Setting(
        f"paper.number.{kind}", Kind.TEXT, default, label, gettext_lazy("公文"),
        help=gettext_lazy("{short} 是本办简称，{year} 是年份，{number} 是序号"), check=check_number_pattern,
    )  # fmt: skip


PAPERS = (
    _paper_number("task_approval", gettext_lazy("任务批件文号"), "{short}批〔{year}〕{number} 号"),
    _paper_number("confirmation", gettext_lazy("确认件文号"), "{short}确〔{year}〕{number} 号"),
    _paper_number("task_notice", gettext_lazy("任务通知书文号"), "{short}通〔{year}〕{number} 号"),
    _paper_number("review_opinion", gettext_lazy("审核意见文号"), "{short}审〔{year}〕{number} 号"),
    _paper_number("upward_request", gettext_lazy("请示文号"), "{short}请〔{year}〕{number} 号"),
    Setting(
        "paper.head_mark", Kind.TEXT, "", gettext_lazy("发文机关标志"), gettext_lazy("公文"),
        help=gettext_lazy("空着就不印红头"),
    ),
    Setting("paper.contact", Kind.TEXT, "", gettext_lazy("联系人和电话"), gettext_lazy("公文")),
    Setting("paper.copies_to", Kind.TEXT, "", gettext_lazy("抄送"), gettext_lazy("公文")),
    Setting(
        "paper.square", Kind.YES_NO, True, gettext_lazy("印二维码"), gettext_lazy("公文"),
        help=gettext_lazy("二维码只含文号、日期和有效期"),
    ),
    Setting(
        "paper.date_figures", Kind.CHOICE, "arabic", gettext_lazy("成文日期写法"), gettext_lazy("公文"),
        choices=(("arabic", gettext_lazy("阿拉伯数字")), ("chinese", gettext_lazy("汉字"))),
    ),
    Setting(
        "paper.valid_days", Kind.NUMBER, None, gettext_lazy("批件有效天数"), gettext_lazy("公文"),
        help=gettext_lazy("空着就不限"), at_least=1, at_most=1000, may_be_empty=True,
    ),
)  # fmt: skip

PEOPLE = (
    Setting(
        "people.personnel_unit", Kind.TEXT, "", gettext_lazy("市级组织人事部门"), gettext_lazy("人员"),
        help=gettext_lazy("单位全称；空着就用设有组织人事岗的市委部门"),
    ),
)  # fmt: skip
