"""Sheets that are printed from what is on screen: the leader's page and the unit's notice."""

from datetime import date

from django.conf import settings
from django.utils import timezone, translation

from waiban.core.casework.models import WorkItem
from waiban.core.papers.decision_sheet import (
    DecisionSheet,
    Fact,
    Kind,
    Notable,
    Opinion,
    Section,
    render_decision_sheet,
)
from waiban.core.papers.figures import print_time
from waiban.core.papers.letterhead import PRACTICE_MARK
from waiban.core.papers.pdf import render_pdf
from waiban.core.papers.qr import qr_text
from waiban.core.papers.rendering import marked
from waiban.core.papers.settings import letterhead_of
from waiban.core.people.models import Unit
from waiban.core.ui.marks import FINDING_WORDS
from waiban.domains.outbound.casing import PersonView, Step
from waiban.domains.outbound.deciding import DecidePage, decide_page
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import InternalNotice, SendingPart, Trip
from waiban.domains.outbound.papers.draw import names_in, names_of
from waiban.domains.outbound.papers.values import errand, internal_notice, source
from waiban.domains.outbound.presenting import FindingView
from waiban.domains.outbound.relevant import changed_since

SHAPES: dict[str, Kind] = {
    "block": "block",
    "warn": "warn",
    "attest": "attest",
    "todo": "not_stated",
    "exempt": "exempt",
}
PLACES = {"intranet": "内网", "notice_board": "公示栏", "meeting": "会议", "other": "其他"}
CONTENTS = {
    "members": "人员",
    "units": "单位",
    "posts": "职务",
    "countries": "国家和地区",
    "task": "任务",
    "programme": "日程",
    "route": "行程",
    "invitation": "邀请方",
    "host_profile": "邀请方介绍",
    "funding": "经费来源",
    "budget": "经费",
}


def decision_sheet_pdf(trip: Trip, item: WorkItem, day: date) -> bytes:
    """The page that a leader decides on with a pen, saying what the screen says at this minute."""
    with translation.override("zh-hans"):  # a paper is Chinese, whatever the reader's screen speaks
        return _decision_sheet(decide_page(trip, item), trip, item, day)


def _decision_sheet(page: DecidePage, trip: Trip, item: WorkItem, day: date) -> bytes:
    office = letterhead_of(trip.office)
    number, version = item.case.number, item.case.version
    # On screen these wait in a panel of their own; with a pen the leader has this page alone.
    unvouched = [view for view in page.summary.attests if view.waits_for != "approver"]
    sheet = DecisionSheet(
        office=office.office,
        name="团组审批单",
        number=number,
        version=f"第 {version} 版",
        printed=print_time(timezone.now(), trip.office.time_zone),
        title=trip.title or errand(value_of(trip.dossier)),
        facts=_facts(page),
        source_line=f"{page.filed}请财政核对现行标准。",
        exceptions=[_notable(view, page) for view in [*page.exceptions, *unvouched]],
        in_order=page.summary.met,
        sections=_sections(page),
        heads=("姓名", "单位和职务", "级别", "本年 / 12 月", "上次", "不同意划×"),
        widths=(4, 13, 8, 6, 7, 5),
        people=[_person(person) for person in page.people],
        opinions=[_opinion(step) for step in page.others],
        foot=f"本页与系统第 {version} 版一致。批示后交外办录入，扫描件入案卷。规则为本系统理解，条款未见原文的已注明。",
        qr_text=qr_text(number, day.isoformat()) if office.square else None,
        mark=PRACTICE_MARK if trip.office.practice else "未盖章",
    )
    return render_decision_sheet(sheet, day=day, extra_fonts=settings.WAIBAN_PRINT_FONTS)


def _facts(page: DecidePage) -> list[Fact]:
    facts = [
        Fact("人数和天数", page.figures["size"]),
        Fact("离境至返回", page.figures["span"]),
        Fact("经费", page.figures["money"]),
    ]
    if page.advice:
        facts.append(Fact("外办建议", page.advice))
    return facts


def _notable(view: FindingView, page: DecidePage) -> Notable:
    """Who vouched, where somebody did; else where it is written and whether we have seen the article."""
    vouched = page.vouched.get(view.rule)
    article = view.cite_rows[0][1] if view.cite_rows else ""
    cited = "，".join(part for part in (view.cite, article) if part)
    return Notable(SHAPES[view.kind], str(FINDING_WORDS[view.kind]), view.text, vouched or cited)


def _sections(page: DecidePage) -> list[Section]:
    sections = [Section("为什么去", page.why), Section("见谁", page.whom), Section("钱从哪来", page.funding)]
    if page.follows:
        sections.append(Section("同意以后", page.follows))
    return sections


def _person(person: PersonView) -> tuple[str, ...]:
    role = f"，{person.role}" if person.role and person.role != "团员" else ""
    mark = "已不同意" if person.refused else ""
    return person.name, person.unit + person.post, person.rank + role, person.counts, person.last, mark


def _opinion(step: Step) -> Opinion:
    return Opinion(step.who, step.quote or step.what, step.when)


def notice_sheet_pdf(trip: Trip, notice: InternalNotice, unit: Unit) -> bytes:
    """What hangs in the unit. Where the dossier says something else by now, the sheet says so on top."""
    changed = [CONTENTS[name] for name in changed_since(notice.shown, trip.dossier)]
    given = internal_notice(
        value_of(trip.dossier),
        names_of(trip),
        day=notice.since,
        unit=unit.name,
        shown_from=notice.since,
        shown_to=notice.until,
        shown_at="、".join(PLACES[place] for place in notice.places),
        changed="、".join(changed) or None,
    )
    return render_pdf(
        source("internal_notice"), marked(given, trip.office), day=notice.since, extra_fonts=settings.WAIBAN_PRINT_FONTS
    )


def pdf_of_part_notice(part: SendingPart, notice: InternalNotice) -> bytes:
    """A sending unit's own sheet: its people by name; the others stand in the task as units and numbers."""
    others = "、".join(f"{one['unit']}{one['count']}人" for one in part.content.get("others") or [])
    dossier = part.content["dossier"]
    given = internal_notice(
        value_of(dossier),
        names_in(dossier),
        day=notice.since,
        unit=part.unit.name,
        shown_from=notice.since,
        shown_to=notice.until,
        shown_at="、".join(PLACES[place] for place in notice.places),
        others=others or None,
    )
    return render_pdf(
        source("internal_notice"),
        marked(given, part.trip.office),
        day=notice.since,
        extra_fonts=settings.WAIBAN_PRINT_FONTS,
    )
