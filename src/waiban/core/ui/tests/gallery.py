"""Pages that show every part with invented data; rendered by the tests, looked at by people, never served."""

from collections.abc import Callable
from types import SimpleNamespace as Ns
from typing import Any

from waiban.core.ui.nav import Link

NAV = [("待办", "inbox"), ("团组", "plane-departure"), ("来访", "users"), ("友城", "world"), ("统计", "columns-3")]


def shell(post: str = "经办岗", person: str = "沈砚秋") -> Ns:
    return Ns(
        office_name="云汀市人民政府外事办公室",
        office_short="云汀外办",
        telephone="内线 6021",
        post=post,
        person=person,
        unread=3,
        posts=[],
        links=[Link(icon, label, "#", icon) for label, icon in NAV],
    )


CITE = [
    ("算法", "03-10 减 03-02 加 1，共 9 天"),
    ("条款", "未见原文，据 4 处转引"),
    ("把握", "高"),
    ("口径", "本系统理解，云汀市未另定"),
]
MEMBERS = [
    Ns(
        name="杜承泽",
        post="市商务局副局长",
        rank="县处级副职，团长",
        part="团长",
        counts="1 / 2 次",
        last="2026-10 韩国",
        debts="",
    ),
    Ns(
        name="梁舒言",
        post="市商务局外资科科长",
        rank="乡科级正职",
        part="团员",
        counts="1 / 1 次",
        last="两年内无",
        debts="",
    ),
    Ns(
        name="温如初",
        post="白鹭洲开发区投资促进局局长",
        rank="乡科级正职",
        part="团员",
        counts="1 / 2 次",
        last="2026-12 越南",
        debts="1 份",
    ),
]
STAGES = ["发起", "财务", "公示", "单位", "申报", "外办", "审批", "批件", "护签", "出发", "返回", "结案"]
NOTES = ["12-21", "12-24", "12-25 至 31", "01-05", "01-05", "第 3 天", "", "", "", "03-02", "03-09", "04-09 前"]


def faced(kind: str, shape: str, text: str) -> Ns:
    return Ns(kind=kind, shape=shape, text=text)


CLOCKS = [
    faced("overdue", "overdue", "逾期 2 天"),
    faced("today", "warn", "今天"),
    faced("running", "ring-6", "剩 1 天"),
    faced("running", "ring-3", "剩 4 天"),
]
ROWS = [
    Ns(
        n="14",
        title="赴德国港口合作洽谈",
        unit="云汀港务集团",
        where="德国",
        people=5,
        out="02-22 周一",
        back="02-26 周五",
        stage="外办审核",
        stage_shape="now",
        clock=CLOCKS[0],
        money="¥186,250.00",
    ),
    Ns(
        n="19",
        title="赴法国、西班牙文旅推介",
        unit="市文化和旅游局",
        where="法国、西班牙",
        people=6,
        out="03-15 周一",
        back="03-22 周一",
        stage="待补正",
        stage_shape="paused",
        clock=CLOCKS[1],
        money="¥298,600.00",
    ),
    Ns(
        n="23",
        title="赴巴西、智利农业合作",
        unit="市农业农村局",
        where="巴西、智利",
        people=5,
        out="03-29 周一",
        back="04-06 周二",
        stage="待受理",
        stage_shape="next",
        clock=CLOCKS[2],
        money="¥412,750.00",
    ),
]


def tab(label: str, count: int | None = None, current: bool = False) -> Ns:
    return Ns(label=label, count=count, url="#", current=current)


def common(**more: Any) -> dict[str, Any]:
    return {
        "shell": shell(),
        "section": "inbox",
        "cite_rows": CITE,
        "members": MEMBERS,
        "csrf_token": "x",
        "yes_no": [("yes", "同意"), ("no", "不同意")],
        "back_to": [("a", "市商务局专办员"), ("b", "单位财务"), ("c", "公示")],
        "phrases": ["同意", "拟同意", "圈阅", "请××阅研"],
        "count_as": [("a", "同意"), ("b", "退回"), ("c", "不同意"), ("d", "只是阅")],
        "plan_a": [
            ("入境日期", "03-10", "03-09 周二"),
            ("首尔住宿", "4 夜", "3 夜"),
            ("合计", "¥225,455.50", "¥213,400.00"),
        ],
        "plan_b": [("离境日期", "03-02", "03-03 周三"), ("合计", "¥225,455.50", "¥216,149.50")],
        "sections": [
            Ns(id="basic", label="基本", kind="met", current=False),
            Ns(id="route", label="行程", kind="block", current=True),
            Ns(id="people", label="人员", kind="warn", current=False),
            Ns(id="invite", label="邀请", kind="todo", current=False),
            Ns(id="money", label="经费", kind="met", current=False),
        ],
        "stages": [
            Ns(label=s, note=n, state="done" if i < 5 else "now" if i == 5 else "next")
            for i, (s, n) in enumerate(zip(STAGES, NOTES, strict=True))
        ],
        "rows": ROWS * 4,
        "options": [
            Ns(label="日本", url="#", current=False, count=4),
            Ns(label="韩国", url="#", current=True, count=3),
        ],
        "tabs": [
            tab("概况", None, True),
            tab("人员", 6),
            tab("日程", 8),
            tab("预算"),
            tab("材料", 9),
            tab("办理", 14),
            tab("流程图"),
        ],
    } | more


PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "parts": ("ui/gallery/parts.html", common),
    "draft": (
        "ui/gallery/draft.html",
        lambda: common(section="plane-departure", shell=shell("市商务局专办员", "宋知微")),
    ),
    "decision": ("ui/gallery/decision.html", lambda: common(shell=shell("分管副市长", "韩予安"))),
    "sheet": ("ui/gallery/sheet.html", common),
    "paper": (
        "ui/gallery/paper.html",
        lambda: common(scan="data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="),
    ),
    "case": ("ui/gallery/case.html", lambda: common(section="plane-departure")),
    "list": (
        "ui/gallery/list.html",
        lambda: common(
            section="plane-departure",
            tabs=[tab("全部"), tab("一季度离境", 38, True), tab("我经办", 17), tab("报告未交", 5)],
        ),
    ),
}
