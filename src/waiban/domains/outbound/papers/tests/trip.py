"""An invented trip that the golden papers are made from."""

from datetime import date
from typing import Any

import msgspec

from waiban.core.papers.letterhead import Letterhead
from waiban.core.papers.source import Values
from waiban.domains.outbound.papers import groups
from waiban.domains.outbound.papers import values as make
from waiban.domains.outbound.papers.values import Finding
from waiban.dossiers.load import trip_from
from waiban.dossiers.trip import Organiser, Trip

DAY = date(2027, 1, 19)
NAMES = {"m1": "杜承泽", "m2": "梁舒镕", "m3": "贺喆堃", "m4": "温犇玥", "m5": "纪明远", "m6": "方子衿"}
LETTERHEAD = Letterhead(
    "云汀市人民政府外事办公室",
    head_mark="云汀市人民政府外事办公室文件",
    contact="沈砚秋，0000-0000000",
    copies_to="市财政局，市委组织部",
)


def trip(**changes: Any) -> Trip:
    def member(ident: str, post: str, rank: str, role: str = "member", unit: str = "市商务局") -> dict[str, Any]:
        return {"id": ident, "unit": unit, "post": post, "rank": rank, "role": role, "category": "official"}

    return trip_from(
        {
            "schema": "waiban/trip/1",
            "title": "赴日本、韩国开展经贸洽谈",
            "unit": "云汀市商务局",
            "kind": "negotiation",
            "purpose": "与3家机电企业谈二期扩产选址，签1份供货备忘录。\n在首尔办云汀港航线推介，对接12家货主。",
            "plan": {"in_annual_plan": True, "item": "第7项"},
            "depart": "2027-03-02",
            "return": "2027-03-09",
            "members": [
                member("m1", "副局长", "deputy_county", "leader"),
                member("m2", "外资科科长", "section"),
                member("m3", "外贸科副科长", "deputy_section"),
                member("m4", "局长", "section", unit="白鹭洲开发区投资促进局"),
                member("m5", "项目主管", "senior_title", unit="市投资促进中心"),
                member("m6", "翻译室翻译", "staff", "interpreter", unit="市外办"),
            ],
            "stops": [
                {"country": "JP", "city": "大阪"},
                {"country": "QA", "city": "多哈", "transit": True, "leaves_airport": False},
                {"country": "KR", "city": "首尔"},
            ],
            "legs": [{"from": "云汀", "to": "大阪"}, {"from": "大阪", "to": "首尔"}, {"from": "首尔", "to": "云汀"}],
            "programme": [
                {"date": "2027-03-03", "city": "大阪", "text": "与机电企业洽谈"},
                {"date": "2027-03-06", "city": "首尔", "text": "航线推介"},
            ],
            "invitations": [{"inviter": "大阪湾岸产业振兴会"}, {"inviter": "首尔汉江贸易支援院"}],
            "budget": {"total_cny": "213400", "source": "云汀市商务局因公出访经费"},
            "notices": [{"unit": "云汀市商务局", "from": "2026-12-21", "to": "2026-12-25", "objections": False}],
        }
        | changes
    )


def task_approval(**changes: Any) -> Values:
    return make.task_approval(
        **{
            "trip": trip(),
            "names": NAMES,
            "letterhead": LETTERHEAD,
            "day": DAY,
            "number": "云外批〔2027〕9\N{NO-BREAK SPACE}号",
            "unit": "云汀市商务局",
            "request_number": "云商请〔2027〕3\N{NO-BREAK SPACE}号",
            "grant": "汀省外授〔2026〕2\N{NO-BREAK SPACE}号",
            "exemption": "半年内重访同一国，分管商务的除外（云汀市设置），科长顾北辰2027年1月14日确认",
            "valid_until": date(2027, 7, 18),
        }
        | changes
    )


def review_opinion(**changes: Any) -> Values:
    return make.review_opinion(
        **{
            "trip": trip(),
            "names": NAMES,
            "letterhead": LETTERHEAD,
            "day": DAY,
            "number": "云外审〔2027〕4\N{NO-BREAK SPACE}号",
            "unit": "云汀市商务局",
            "request_number": "云商请〔2027〕3\N{NO-BREAK SPACE}号",
            "higher_body": "汀省人民政府外事办公室",
            "authority": "干部管理权限",
            "conclusion": "材料齐备，拟同意",
            "findings": [
                Finding("天数", "met", "block", "访问2国共8天，不超过8天"),
                Finding("出访报告", "not_met", "warn", "温犇玥上次出访报告逾期14天未交"),
                Finding("半年内重访", "exempt", "warn", "杜承泽5个月内再率团赴韩国；分管商务的除外"),
                Finding("人数", "met", "block", "6人，不超过6人"),
                Finding("护照交回", "due_later", "block", "返回后判断"),
            ],
            "exceptions": "单位说明报告已写完，2027年1月20日前补交。",
        }
        | changes
    )


def upward_request(**changes: Any) -> Values:
    return make.upward_request(
        **{
            "trip": trip(),
            "names": NAMES,
            "letterhead": LETTERHEAD,
            "day": DAY,
            "number": "云外请〔2027〕2\N{NO-BREAK SPACE}号",
            "unit": "云汀市商务局",
            "higher_body": "汀省人民政府外事办公室",
            "signer": "陆闻笙",
            "conclusion": "经审核，材料齐备，拟同意",
            "review_number": "云外审〔2027〕4\N{NO-BREAK SPACE}号",
        }
        | changes
    )


def internal_notice(**changes: Any) -> Values:
    return make.internal_notice(
        **{
            "trip": trip(),
            "names": NAMES,
            "day": date(2026, 12, 21),
            "unit": "云汀市商务局",
            "shown_from": date(2026, 12, 21),
            "shown_to": date(2026, 12, 25),
            "shown_at": "局机关公示栏、内网",
            "objections_to": "局机关纪委",
        }
        | changes
    )


def confirmation(**changes: Any) -> Values:
    given = changes.pop("trip", None) or trip()
    organiser = Organiser(
        name="汀省人民政府外事办公室",
        approval_no="汀外批〔2027〕31\N{NO-BREAK SPACE}号",
        task_notice_no="汀外通〔2027〕12\N{NO-BREAK SPACE}号",
    )
    return groups.confirmation(
        **{
            "trip": msgspec.structs.replace(given, organising="joins_province", organiser=organiser),
            "names": NAMES,
            "letterhead": LETTERHEAD,
            "day": DAY,
            "number": "云外确〔2027〕1\N{NO-BREAK SPACE}号",
            "unit": "云汀市商务局",
            "request_number": "云商请〔2027〕3\N{NO-BREAK SPACE}号",
            "grant": "汀省外授〔2026〕2\N{NO-BREAK SPACE}号",
            "valid_until": date(2027, 7, 18),
        }
        | changes
    )


def task_notice(**changes: Any) -> Values:
    return groups.task_notice(
        **{
            "trip": trip(),
            "names": NAMES,
            "letterhead": LETTERHEAD,
            "day": DAY,
            "number": "云外通〔2027〕1\N{NO-BREAK SPACE}号",
            "unit": "市外办",
            "approval_number": "云外批〔2027〕9\N{NO-BREAK SPACE}号",
            "group_size": 6,
            "grant": "汀省外授〔2026〕2\N{NO-BREAK SPACE}号",
            "approved": {"m6"},
        }
        | changes
    )


PAPERS = {
    "confirmation": confirmation,
    "task_approval": task_approval,
    "review_opinion": review_opinion,
    "upward_request": upward_request,
    "internal_notice": internal_notice,
}
