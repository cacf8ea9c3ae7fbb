"""The workbook of an office's first day: its sheets, their columns, what each cell may say.

One place for the empty workbook, for reading it, and for the page that explains it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from waiban.core.people.models import Role, TravellerRecord, UnitKind
from waiban.domains.outbound.importing.fields import (
    KINDS,
    ROLES,
    CellError,
    day_of,
    money_of,
    number_of,
    places_of,
    text_of,
)
from waiban.domains.outbound.models import TravelDocument

Cell = Any


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    title: str
    read: Callable[[Cell], Any]
    needed: bool = False
    note: str = ""
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SheetPlan:
    code: str
    title: str
    note: str
    columns: Sequence[Column]


def text(longest: int = 200) -> Callable[[Cell], str]:
    return lambda cell: text_of(cell, longest)


def number(cell: Cell) -> int:
    try:
        found = int(float(text_of(cell, 20)))
    except ValueError:
        raise CellError(_("写整数")) from None
    if found < 0:
        raise CellError(_("写整数"))
    return found


def year(cell: Cell) -> int:
    found = number(cell)
    if not 1980 <= found <= 2100:
        raise CellError(_("写四位年份，如 2026"))
    return found


def username(cell: Cell) -> str:
    found = text_of(cell, 60).lower()
    if not found.replace("-", "").replace("_", "").replace(".", "").isalnum() or not found.isascii():
        raise CellError(_("用户名用小写字母、数字、连字符"))
    return found


def one_of(choices: Mapping[str, str]) -> Callable[[Cell], str]:
    def read(cell: Cell) -> str:
        said = text_of(cell, 60)
        code = choices.get(said) or (said if said in choices.values() else None)
        if code is None:
            raise CellError(_("写其中一个：%(words)s") % {"words": "、".join(choices)})
        return code

    return read


def some_of(choices: Mapping[str, str]) -> Callable[[Cell], list[str]]:
    read_one = one_of(choices)
    return lambda cell: [
        read_one(part) for part in text_of(cell).replace("，", "、").replace(",", "、").split("、") if part
    ]


def yes_no(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    said = text_of(cell, 10)
    if said in ("是", "有", "TRUE", "true"):
        return True
    if said in ("否", "无", "FALSE", "false"):
        return False
    raise CellError(_("写“是”或“否”"))


def _words(choices: Any) -> dict[str, str]:
    from django.utils import translation

    with translation.override("zh-hans"):  # the workbook is Chinese, whatever the reader's screen speaks
        return {str(label): value for value, label in choices.choices}


KIND_OF_UNIT, ROLE_OF_POST = _words(UnitKind), _words(Role)
RANK, CATEGORY = _words(TravellerRecord.Rank), _words(TravellerRecord.Category)
STATUS, MANAGED_BY = _words(TravellerRecord.Status), _words(TravellerRecord.ManagedBy)
DOCUMENT, KEPT_AT = _words(TravelDocument.Kind), {"外办保管": "drawer", "单位保管": "unit_keeper"}
CHANNEL = {"因公出国": "foreign", "赴港澳": "hk_macao", "赴台": "taiwan"}
PAPER = {"任务批件": "task_approval", "确认件": "confirmation", "任务通知书": "task_notice"}
SERIES = {**PAPER, "审核意见": "review_opinion", "请示": "upward_request"}
DAY_KIND = {"放假": "holiday", "上班": "workday"}
PLACE_OF_NOTICE = {"内网": "intranet", "公示栏": "notice_board", "会议": "meeting", "其他": "other"}
OUTCOME = {"同意": "agree", "修改后同意": "agree_with_changes", "不同意": "refuse", "已办": "done"}


def choice(code: str, title: str, choices: Mapping[str, str], *, needed: bool = False, note: str = "") -> Column:
    return Column(code, title, one_of(choices), needed, note, choices)


SHEETS: tuple[SheetPlan, ...] = (
    SheetPlan("office", "外办", "一行。外办还没开办时，由命令行按这一行开办；已开办的核对短名。", (
        Column("slug", "短名", username, True, "小写字母，如 yunting"),
        Column("name", "全称", text(60), True),
        Column("name_en", "英文名", text(120)),
        Column("short_name", "简称", text(20), True, "文号里用，如 云外"),
        Column("city", "城市", text(40), True),
        Column("city_en", "城市英文名", text(60)),
        Column("law_path", "适用规则", text(120), False, "如 cn/nation、cn/shandong；空着为 cn/nation"),
        Column("telephone", "值班电话", text(40)),
        Column("head", "主任用户名", username, True),
        Column("head_name", "主任姓名", text(60), True),
    )),
    SheetPlan("units", "单位", "每个单位一行；上级单位写全称，先后不论。", (
        Column("name", "全称", text(80), True),
        Column("short_name", "简称", text(30)),
        choice("kind", "单位性质", KIND_OF_UNIT, needed=True),
        Column("parent", "上级单位", text(80)),
    )),
    SheetPlan("officers", "专办员", "每个单位的专办员；印鉴样是贴在“印鉴样”那一格里的图片（浮动图片）。", (
        Column("unit", "单位", text(80), True),
        Column("username", "用户名", username, True),
        Column("person", "姓名", text(60), True),
        Column("email", "邮箱", text(120)),
        Column("since", "任职起", day_of, True),
        Column("filed_on", "印鉴备案日期", day_of, False, "贴了印鉴样的要写"),
        Column("seal", "印鉴样", text(200), False, "把图片贴在这一格，不写字"),
    )),
    SheetPlan("posts", "岗位", "其他岗位：外办各岗、单位财务、单位负责人、组织人事、市领导、审计等。", (
        Column("unit", "单位", text(80), True),
        choice("role", "职责", ROLE_OF_POST, needed=True),
        Column("name", "岗位名称", text(40), False, "空着就用职责的名称"),
        Column("username", "任职人用户名", username, False, "空着为暂缺"),
        Column("person", "任职人姓名", text(60)),
        Column("email", "邮箱", text(120)),
        Column("since", "任职起", day_of),
    )),
    SheetPlan("travellers", "出访人员", "会出访的人。身份证号用文本格式；不知道的空着，空着就是没有说明。", (
        Column("unit", "单位", text(80), True),
        Column("name", "姓名", text(60), True),
        Column("pinyin", "拼音", text(120)),
        Column("born_on", "出生日期", day_of),
        Column("identity_number", "身份证号", number_of),
        Column("since", "任职情况起", day_of, True),
        Column("post", "职务", text(80)),
        choice("rank", "职务层次", RANK),
        Column("grade", "职级", text(40)),
        choice("category", "人员类别", CATEGORY),
        choice("status", "在职情况", STATUS),
        choice("managed_by", "干部管理权限", MANAGED_BY),
        Column("heads_unit", "主要负责人", yes_no, False, "是、否，不清楚空着", {"是": "yes", "否": "no"}),
        Column("leadership_of", "领导班子", text(80)),
    )),
    SheetPlan("documents", "证照", "抽屉里的因公证照，一本一行；来自本办台账，不从部里系统取。", (
        Column("unit", "单位", text(80), True),
        Column("holder", "持证人", text(60), True),
        Column("identity_number", "身份证号", number_of, False, "同名的要写"),
        choice("kind", "证照种类", DOCUMENT, needed=True),
        Column("number", "证照号码", text(24), True),
        Column("issuer", "签发机关", text(80)),
        Column("issued_on", "签发日期", day_of),
        Column("expires_on", "有效期至", day_of),
        choice("place", "所在", KEPT_AT),
    )),
    SheetPlan("grants", "授权", "上级授权审批的文件。没有就空着：那样本办只出审核意见和请示。", (
        Column("number", "文号", text(60), True),
        Column("by", "授权机关", text(80), True),
        Column("granted_on", "发文日期", day_of, True),
        Column("since", "起", day_of, True),
        Column("until", "止", day_of),
        Column("ranks", "职务层次", some_of(RANK), True, "几个用顿号隔开"),
        Column("channels", "出行渠道", some_of(CHANNEL), True, "几个用顿号隔开"),
        Column("documents", "可出", some_of(PAPER), True, "几个用顿号隔开"),
    )),
    SheetPlan("series", "编号", "各种文号今年已用到几号；从下一号接着编，不空号。", (
        choice("kind", "公文种类", SERIES, needed=True),
        Column("year", "年份", year, True),
        Column("last", "已用到", number, True),
    )),
    SheetPlan("calendar", "日历", "国务院公布的放假和调休，一年要写全；由命令行导入，全部署共用。", (
        Column("day", "日期", day_of, True),
        choice("kind", "安排", DAY_KIND, needed=True),
        Column("name", "名称", text(40), True),
        Column("source", "来源", text(120), True),
    )),
    SheetPlan("cases", "在办件", "还没办结的团组，接着在系统里办。案号照原来的写，新件从后面接着编。", (
        Column("year", "案号年份", year, True),
        Column("number", "案号", number, True),
        Column("unit", "组团单位", text(80), True),
        Column("title", "团组名称", text(), True),
        choice("kind", "出访类别", KINDS, needed=True),
        Column("purpose", "出访任务", text(500), True),
        Column("depart", "离境日期", day_of, True),
        Column("return", "入境日期", day_of, True),
        Column("inviter", "邀请方", text()),
        Column("total_cny", "经费合计", money_of),
        Column("opened_on", "发起日期", day_of, True),
        Column("request_number", "单位请示文号", text(80)),
        Column("notice_from", "公示起", day_of),
        Column("notice_to", "公示止", day_of),
        Column("notice_at", "公示地点", some_of(PLACE_OF_NOTICE), False, "几个用顿号隔开"),
        Column("objections", "有异议", yes_no, False, "", {"是": "yes", "否": "no"}),
        Column("approval_number", "批件号", text(80), False, "已经批准的写"),
        Column("approval_on", "批准日期", day_of),
        Column("approval_by", "批准机关", text(100)),
        Column("stands_at", "现在环节", text(40), True, "流程里的环节名称，如 主任审核"),
    )),
    SheetPlan("members", "在办件人员", "在办件的团员，一人一行；人要在“出访人员”里。", (
        Column("year", "案号年份", year, True),
        Column("number", "案号", number, True),
        Column("unit", "单位", text(80), True),
        Column("name", "姓名", text(60), True),
        Column("identity_number", "身份证号", number_of, False, "同名的要写"),
        choice("role", "团内职务", ROLES, needed=True),
    )),
    SheetPlan("stops", "在办件行程", "一站一行，按先后写。", (
        Column("year", "案号年份", year, True),
        Column("number", "案号", number, True),
        Column("country", "国家或地区", places_of, True),
        Column("city", "城市", text(60), True),
        Column("arrive", "抵达", day_of, True),
        Column("leave", "离开", day_of, True),
    )),
    SheetPlan("opinions", "在办件意见", "已经过去的每一步一行，按先后写；原话照纸面写。", (
        Column("year", "案号年份", year, True),
        Column("number", "案号", number, True),
        Column("step", "环节", text(40), True, "流程里的环节名称，如 单位财务先审"),
        Column("on", "日期", day_of, True),
        choice("outcome", "结论", OUTCOME, needed=True),
        Column("words", "原话", text(2000)),
    )),
    SheetPlan("facts", "在办件补充", "案卷里别的内容，路径照交换格式写，值写 JSON；不知道的不写。", (
        Column("year", "案号年份", year, True),
        Column("number", "案号", number, True),
        Column("path", "路径", text(120), True, "如 /budget/finance_review/result"),
        Column("value", "值", text(20000), True, '如 true、12、"approved"、["members"]'),
    )),
)  # fmt: skip
BY_CODE: Mapping[str, SheetPlan] = {sheet.code: sheet for sheet in SHEETS}
