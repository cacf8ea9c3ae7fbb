"""What a row of old records may say: each field's name, whether it is needed, and how its cell is read.

A cell that can't be read says what was expected. An empty cell is a fact that isn't stated.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.people import identity
from waiban.core.people.models import TravellerRecord
from waiban.core.places.names import place_codes, place_name
from waiban.rulebook.law import load_level

Cell = Any
Words = dict[str, str]


class CellError(ValueError):
    """What was expected, in the language of the screen."""


@dataclass(frozen=True, slots=True)
class ImportField:
    """`part`: of the whole trip (the same in each of its rows), of the member, of the person, or the row's own keys."""

    code: str
    label: str | Promise
    part: Literal["key", "trip", "member", "person"]
    read: Callable[[Cell], Any]
    needed: bool = False
    guesses: tuple[str, ...] = ()
    """Headings by which a column is taken for this field until somebody says otherwise."""


def text_of(cell: Cell, longest: int = 200) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()[:10]
    text = " ".join(str(cell).split())
    if len(text) > longest:
        raise CellError(_("最多 %(n)d 字") % {"n": longest})
    if "\x00" in text:
        raise CellError(_("有不能用的字符"))
    return text


DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


def day_of(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = text_of(cell, 40)
    found = DAY.fullmatch(text) or PLAIN_DAY.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        raise CellError(_("写日期，如 2019-03-02")) from None


def money_of(cell: Cell) -> str:
    text = str(cell).replace(",", "").replace("，", "").removesuffix("元").strip()
    try:
        amount = Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise CellError(_("写金额，单位元，如 86000")) from None
    if not 0 <= amount < 1_000_000_000_000:
        raise CellError(_("写金额，单位元，如 86000"))
    return str(amount)


def number_of(cell: Cell) -> str:
    """An identity number typed as a number has lost its last figures."""
    if isinstance(cell, int | float):
        raise CellError(_("证件号码要用文本格式，数字格式会丢末几位"))
    text = identity.normal(text_of(cell, 24))
    if not identity.is_valid(text):
        raise CellError(_("身份证号 18 位，末位校验不对，请核对"))
    return text


SEPARATORS = re.compile(r"[、，,;；/\s]+")
ALSO_CALLED = {
    "中国香港": "HK", "香港特区": "HK", "中国澳门": "MO", "澳门特区": "MO", "中国台湾": "TW", "台湾地区": "TW",
    "阿联酋": "AE", "英格兰": "GB", "南韩": "KR", "波黑": "BA", "刚果（金）": "CD", "刚果（布）": "CG", "沙特": "SA",
    "捷克共和国": "CZ", "马其顿": "MK", "斯威士兰": "SZ",
}  # fmt: skip


@cache
def _places() -> Words:
    names: Words = {}
    for code in place_codes():
        for name in (code, place_name(code, "zh-hans"), place_name(code, "en")):
            names[name.casefold()] = code
    return names | ALSO_CALLED


def places_of(cell: Cell) -> list[str]:
    text = text_of(cell)
    whole = _places().get(text.casefold())
    if whole:
        return [whole]
    found = []
    for name in filter(None, SEPARATORS.split(text)):
        code = _places().get(name.casefold())
        if code is None:
            raise CellError(_("不认识的国家或地区：%(name)s") % {"name": name[:30]})
        found.append(code)
    if not found:
        raise CellError(_("写国家或地区，几个用顿号隔开"))
    return list(dict.fromkeys(found))


@cache
def _labels(words: tuple[str, ...]) -> Words:
    """The dossier's words by what the law calls them, in both languages, and by themselves."""
    labels = load_level("cn/nation").labels
    named: Words = {}
    for word in words:
        label = labels.get(word, {"zh": word, "en": word})
        named |= {label["zh"]: word, label["en"].casefold(): word, word: word}
    return named


def _one_of(words: tuple[str, ...], more: Mapping[str, str]) -> Callable[[Cell], str]:
    def read(cell: Cell) -> str:
        text = text_of(cell, 40)
        code = more.get(text) or _labels(words).get(text.casefold())
        if code is None:
            known = dict.fromkeys([*more, *_labels(words)])
            shown = "、".join(word for word in known if not word.isascii())
            raise CellError(_("写其中一个：%(words)s") % {"words": shown})
        return code

    return read


def _choices(choices: Any) -> Words:
    return {str(label): value for value, label in choices.choices} | {value: value for value in choices.values}


ROLE_WORDS = ("leader", "deputy_leader", "member", "interpreter")
KIND_WORDS = (
    "visit", "negotiation", "meeting", "exhibition", "investment_promotion", "training", "academic_exchange",
    "competition_or_performance", "emergency", "other",
)  # fmt: skip
ROLES = {"团长": "leader", "副团长": "deputy_leader", "团员": "member", "翻译": "interpreter", "随员": "member"}
KINDS = {
    "访问": "visit", "出访": "visit", "谈判": "negotiation", "洽谈": "negotiation", "会议": "meeting", "参会": "meeting",
    "展览": "exhibition", "参展": "exhibition", "招商": "investment_promotion", "培训": "training",
    "学术交流": "academic_exchange", "比赛演出": "competition_or_performance", "其他": "other",
}  # fmt: skip

FIELDS: tuple[ImportField, ...] = (
    ImportField("trip_key", gettext_lazy("团组编号"), "key", lambda cell: text_of(cell, 100), True,
                ("团组编号", "团组号", "批件号", "任务批件号", "批文号")),
    ImportField("row_key", gettext_lazy("行编号"), "key", lambda cell: text_of(cell, 100), False,
                ("行编号", "序号", "记录号")),
    ImportField("outside_number", gettext_lazy("外部编号"), "trip", lambda cell: text_of(cell, 80), False,
                ("原编号", "外部编号", "批件号", "任务批件号", "批文号", "文号")),
    ImportField("unit", gettext_lazy("组团单位"), "trip", lambda cell: text_of(cell, 80), True,
                ("组团单位", "单位", "派出单位", "申报单位")),
    ImportField("title", gettext_lazy("团组名称"), "trip", text_of, False, ("团组名称", "团名", "名称")),
    ImportField("kind", gettext_lazy("出访类别"), "trip", _one_of(KIND_WORDS, KINDS), False, ("出访类别", "类别", "任务类别")),
    ImportField("purpose", gettext_lazy("出访任务"), "trip", lambda cell: text_of(cell, 500), False,
                ("出访任务", "任务", "事由")),
    ImportField("countries", gettext_lazy("国家和地区"), "trip", places_of, True,
                ("国家和地区", "出访国家", "国家", "前往国家", "目的地", "出访国别")),
    ImportField("depart", gettext_lazy("离境日期"), "trip", day_of, True, ("离境日期", "出境日期", "出发日期", "离境")),
    ImportField("return", gettext_lazy("入境日期"), "trip", day_of, True, ("入境日期", "返回日期", "回境日期", "入境")),
    ImportField("approved_on", gettext_lazy("批准日期"), "trip", day_of, False, ("批准日期", "批复日期", "审批日期")),
    ImportField("approved_by", gettext_lazy("批准机关"), "trip", lambda cell: text_of(cell, 100), False,
                ("批准机关", "审批机关", "审批单位")),
    ImportField("total_cny", gettext_lazy("经费合计"), "trip", money_of, False, ("经费合计", "经费", "总经费", "费用")),
    ImportField("inviter", gettext_lazy("邀请方"), "trip", text_of, False, ("邀请方", "邀请单位", "邀请机构")),
    ImportField("name", gettext_lazy("姓名"), "person", lambda cell: text_of(cell, 60), True, ("姓名", "人员姓名")),
    ImportField("identity_number", gettext_lazy("身份证号"), "person", number_of, False,
                ("身份证号", "身份证号码", "证件号码", "公民身份号码")),
    ImportField("born_on", gettext_lazy("出生日期"), "person", day_of, False, ("出生日期", "生日", "出生年月日")),
    ImportField("member_unit", gettext_lazy("人员单位"), "person", lambda cell: text_of(cell, 80), False,
                ("人员单位", "所在单位", "工作单位")),
    ImportField("post", gettext_lazy("职务"), "member", lambda cell: text_of(cell, 80), False, ("职务", "职位")),
    ImportField("rank", gettext_lazy("职务层次"), "member", _one_of((), _choices(TravellerRecord.Rank)), False,
                ("职务层次", "级别", "行政级别")),
    ImportField("category", gettext_lazy("人员性质"), "member", _one_of((), _choices(TravellerRecord.Category)),
                False, ("人员性质", "人员类别")),
    ImportField("role", gettext_lazy("团内职务"), "member", _one_of(ROLE_WORDS, ROLES), False, ("团内职务", "团内身份")),
)  # fmt: skip
BY_CODE: Mapping[str, ImportField] = {field.code: field for field in FIELDS}


def guessed(headings: list[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Field → heading: as the office settled it the last time where such a column is there, else by its name."""
    found: dict[str, str] = {}
    for field in FIELDS:
        kept = remembered.get(field.code)
        if kept is not None and (kept == "" or kept in headings):
            found[field.code] = kept
        else:
            found[field.code] = next((guess for guess in field.guesses if guess in headings), "")
    return found
