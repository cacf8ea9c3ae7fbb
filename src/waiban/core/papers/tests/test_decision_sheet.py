import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from waiban.core.papers.decision_sheet import (
    DecisionSheet,
    Fact,
    Notable,
    Opinion,
    Section,
    render_decision_sheet,
)
from waiban.core.papers.source import PaperError
from waiban.core.papers.tests.example import DAY
from waiban.core.papers.tests.reading import pdf_words, squeezed

SHEET = DecisionSheet(
    office="云汀市人民政府外事办公室",
    name="团组审批单",
    number="云外案〔2027〕21 号",
    version="第 2 版",
    printed="2027-01-18 09:12",
    title="赴日本、韩国经贸洽谈",
    facts=(
        Fact("人数和天数", "6 人·8 天"),
        Fact("离境至回国", "2027-03-02 周二 至 03-09 周二"),
        Fact("经费", "¥213,400.00"),
        Fact("外办建议", "同意"),
    ),
    source_line="市商务局报，2027-01-05 请示〔2027〕3 号。列入年度计划第 7 项。请财政核对现行标准。",
    exceptions=(
        Notable("warn", "提醒", "温犇玥上次出访报告逾期 14 天未交", "单位说明：报告已写完，01-20 前补交。"),
        Notable("exempt", "豁免", "杜承泽 5 个月内再率团赴韩国", "分管商务的除外。科长顾北辰 2027-01-14 确认。"),
    ),
    in_order=27,
    sections=(
        Section(
            "为什么去", "与 3 家机电企业谈二期扩产选址，签 1 份供货备忘录；在首尔办云汀港航线推介，对接 12 家货主。"
        ),
        Section(
            "见谁", "大阪湾岸产业振兴会会长；首尔汉江贸易支援院副院长。邀请函 2 份，对口和级别由经办沈砚秋 01-13 确认。"
        ),
        Section("带回什么", "扩产意向书 1 份，冷链航线意向 2 条。半年后由市商务局报结果。"),
        Section("钱从哪来", "市商务局 2027 年因公出国经费，控制数 ¥600,000.00。财务 2026-12-24 同意。"),
    ),
    heads=("姓名", "单位和职务", "级别", "本年 / 12 月", "上次", "欠报告", "不同意划×"),
    widths=(4, 13, 8, 6, 6, 4, 5),
    people=(
        ("杜承泽", "市商务局副局长", "县处级副职，团长", "1 / 2 次", "2026-10 韩国", "无", ""),
        ("梁舒镕", "市商务局外资科科长", "乡科级正职", "1 / 1 次", "两年内无", "无", ""),
        ("贺喆堃", "市商务局外贸科副科长", "乡科级副职", "1 / 1 次", "2025-11 日本", "无", ""),
        ("温犇玥", "白鹭洲开发区投资促进局局长", "乡科级正职", "1 / 2 次", "2026-12 越南", "1 份", ""),
        ("纪明远", "市投资促进中心项目主管", "专业技术", "1 / 1 次", "两年内无", "无", ""),
        ("方子衿", "市外办翻译室翻译", "乡科级以下", "1 / 2 次", "2026-10 韩国", "无", ""),
    ),
    opinions=(
        Opinion("市商务局局长岗", "同意。请按规定程序报批。", "2027-01-05 周二，据纸质批示录入"),
        Opinion("经办 沈砚秋", "材料齐备，拟同意。", "2027-01-13 周三"),
        Opinion("科长 顾北辰", "拟同意。请主任阅示。", "2027-01-14 周四"),
        Opinion("主任 陆闻笙", "同意，请予安同志审批。", "2027-01-15 周五"),
    ),
    foot="本页与系统第 2 版一致。批示后交外办录入，扫描件入案卷。规则为本系统理解，条款未见原文的已注明。",
    qr_text="编号 云外案〔2027〕21 号\n版本 2\n打印 2027-01-18 09:12",
)


def pages(data: bytes) -> int:
    return len(PdfReader(io.BytesIO(data)).pages)


def test_everything_stands_on_one_page() -> None:
    data = render_decision_sheet(SHEET, day=DAY)
    words = pdf_words(data)
    assert pages(data) == 1
    assert squeezed("2点例外，其余27项符合") in words
    for text in (
        *(fact.value for fact in SHEET.facts),
        *(one.text for one in SHEET.exceptions),
        *(one.text for one in SHEET.sections),
        *(row[0] for row in SHEET.people),
        *(one.words for one in SHEET.opinions),
        SHEET.foot,
        SHEET.mark,
    ):
        assert squeezed(text) in words


def test_older_opinions_are_folded_before_a_second_page_begins() -> None:
    many = tuple(Opinion(f"岗位{turn}", f"第{turn}条意见。", "2027-01-15 周五") for turn in range(40))
    data = render_decision_sheet(replace(SHEET, opinions=many), day=DAY)
    words = pdf_words(data)
    assert pages(data) == 1
    assert "第39条意见" in words
    assert "第0条意见" not in words
    assert "条较早的意见，见案卷" in words


def test_what_does_not_fit_even_so_is_not_hidden() -> None:
    crowd = tuple((f"人{turn}", *SHEET.people[0][1:]) for turn in range(60))
    data = render_decision_sheet(replace(SHEET, people=crowd), day=DAY)
    assert pages(data) > 1
    assert "人59" in pdf_words(data)
    assert "同意，请予安同志审批" in pdf_words(data)


def test_a_case_without_exceptions_says_so() -> None:
    assert "没有例外，27项都符合" in pdf_words(render_decision_sheet(replace(SHEET, exceptions=()), day=DAY))


def test_the_same_sheet_is_the_same_bytes_and_a_crooked_table_is_refused() -> None:
    assert render_decision_sheet(SHEET, day=DAY) == render_decision_sheet(SHEET, day=DAY)
    with pytest.raises(PaperError, match="as many cells"):
        render_decision_sheet(replace(SHEET, people=(("甲",),)), day=DAY)
