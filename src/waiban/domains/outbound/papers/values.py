"""From a Trip to the words that its papers print. What isn't stated is left out or refused, never guessed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from waiban.core.papers.figures import paper_day, yuan
from waiban.core.papers.letterhead import Letterhead
from waiban.core.papers.source import PaperError, Row, Source, Values, load_source
from waiban.domains.outbound import texts
from waiban.dossiers.trip import Member, Trip

HERE = Path(__file__).parent

RANKS = {
    "minister": "省部级正职",
    "vice_minister": "省部级副职",
    "bureau": "厅局级正职",
    "deputy_bureau": "厅局级副职",
    "county": "县处级正职",
    "deputy_county": "县处级副职",
    "section": "乡科级正职",
    "deputy_section": "乡科级副职",
    "staff": "科员及以下",
    "senior_title": "高级职称",
    "other": "其他",
}
ROLES = {"leader": "团长", "deputy_leader": "副团长", "member": "团员", "interpreter": "翻译"}
ERRANDS = {
    "visit": "进行工作访问",
    "negotiation": "进行业务洽谈",
    "meeting": "出席会议",
    "exhibition": "参加展览",
    "investment_promotion": "开展招商推介",
    "training": "参加培训",
    "academic_exchange": "开展学术交流",
    "competition_or_performance": "参加比赛或演出",
    "emergency": "处理紧急事务",
}
PAYERS = {
    "own_unit": "组团单位",
    "host": "邀请方",
    "sender_unit": "派员单位",
    "subordinate_unit": "下属单位",
    "company": "企业",
    "other": "其他",
}
# The words of the screen; a finding that only warns or waits for a post's word isn't a breach.
RESULTS = {
    ("not_met", "block"): "不符",
    ("not_met", "warn"): "提醒",
    ("not_met", "attest"): "待确认",
    ("not_stated", "block"): "未说明",
    ("not_stated", "warn"): "未说明",
    ("not_stated", "attest"): "待确认",
    ("exempt", "block"): "豁免",
    ("exempt", "warn"): "豁免",
    ("exempt", "attest"): "豁免",
}


@dataclass(frozen=True)
class Finding:
    """One line of a review opinion: the rule's short title, its answer, the sentence that was shown."""

    title: str
    answer: str
    level: str
    text: str


def source(kind: str) -> Source:
    return load_source(HERE / f"{kind}.yaml")


def place_name(code: str) -> str:
    name = texts.place_name(code, "zh")
    if name == code:
        raise PaperError(f"no place has the code {code}")
    return name


def trip_values(
    trip: Trip, names: Mapping[str, str], *, approved: Collection[str] | None = None, taiwan: bool = False
) -> dict[str, str | list[Row] | None]:
    """What every paper of a trip says. `names` gives each member's name by id; `approved` who may go, all when None.

    Raises PaperError for a trip without days, members or places, and for one to Taiwan, which the
    Taiwan-affairs office decides, unless the paper is the unit's own (`taiwan`).
    """
    members = [m for m in trip.members or [] if approved is None or m.id in approved]
    codes = entered(trip)
    if "TW" in codes and not taiwan:
        raise PaperError(_("赴台事项由台办办理，不出本件"))
    if trip.depart is None or trip.return_ is None or not members or not codes:
        raise PaperError(_("出文前须写明离境、入境、人员和去处"))
    if unnamed := [str(place) for place, m in enumerate(members, 1) if not names.get(m.id or "")]:
        raise PaperError(_("第%(places)s人没有姓名") % {"places": "、".join(unnamed)})
    leader = next((m for m in members if m.role == "leader"), members[0])
    budget = trip.budget
    return {
        "leader_name": names[leader.id or ""],
        "people": str(len(members)),
        "errand": errand(trip),
        "purpose": trip.purpose,
        "depart": paper_day(trip.depart),
        "return_day": paper_day(trip.return_),
        "days": str((trip.return_ - trip.depart).days + 1),
        "places": places(trip),
        "route": route(trip),
        "inviters": "、".join(dict.fromkeys(i.inviter for i in trip.invitations or [] if i.inviter)) or None,
        "total": yuan(budget.total_cny) if budget and budget.total_cny is not None else None,
        "payers": payers(trip),
        "members": [_member_row(place, m, names, trip.unit) for place, m in enumerate(members, 1)],
    }


def _member_row(place: int, member: Member, names: Mapping[str, str], unit: str | None) -> Row:
    return {
        "place": str(place),
        "name": names[member.id or ""],
        "unit": member.unit or unit,
        "post": member.post,
        "rank": RANKS.get(member.rank or ""),
        "role": ROLES.get(member.role or ""),
    }


def only(source_: Source, values: Mapping[str, str | list[Row] | None]) -> Values:
    """Of the trip's values, those that a source asks for."""
    wanted = {*source_.named(), *source_.rows}
    return {name: value for name, value in values.items() if name in wanted}


def entered(trip: Trip) -> list[str]:
    """The countries and regions entered, in order, each once; an airside transit isn't one."""
    stops = trip.stops or []
    return list(
        dict.fromkeys(s.country for s in stops if s.country and not (s.transit and s.leaves_airport is not True))
    )


def errand(trip: Trip) -> str:
    """赴日本、韩国进行业务洽谈: the unit's own title where it already says so."""
    if trip.title and trip.title.startswith("赴"):
        return trip.title
    return f"赴{'、'.join(place_name(code) for code in entered(trip))}{ERRANDS.get(trip.kind or '', '执行公务')}"


def places(trip: Trip) -> str:
    found: list[str] = []
    for code in entered(trip):
        cities = dict.fromkeys(s.city for s in trip.stops or [] if s.country == code and s.city and not s.transit)
        inside = [city for city in cities if city != place_name(code)]
        found.append(place_name(code) + (f"（{'、'.join(inside)}）" if inside else ""))
    return "、".join(found)


def route(trip: Trip) -> str | None:
    """From the legs, where each starts from the place that the one before it reached; else not stated."""
    points: list[str] = []
    for leg in trip.legs or []:
        if not leg.from_ or not leg.to:
            return None
        if not points:
            points.append(leg.from_)
        elif points[-1] != leg.from_:
            return None
        points.append(leg.to)
    return "—".join(points) or None


def payers(trip: Trip) -> str | None:
    budget = trip.budget
    if budget is None:
        return None
    if budget.source:
        return budget.source
    return "、".join(dict.fromkeys(PAYERS[line.payer] for line in budget.lines or [] if line.payer)) or None


def plan(trip: Trip) -> str | None:
    if trip.plan is None or trip.plan.in_annual_plan is None:
        return None
    if trip.plan.in_annual_plan:
        return f"列入年度计划（{trip.plan.item}）" if trip.plan.item else "列入年度计划"
    return (
        f"未列入年度计划，原因：{trip.plan.reason_outside_plan}" if trip.plan.reason_outside_plan else "未列入年度计划"
    )


def notice(trip: Trip) -> str | None:
    """What each unit's notice showed; a notice without days isn't spoken of."""
    said: list[str] = []
    for one in trip.notices or []:
        if one.from_ and one.to:
            result = {True: "，有异议", False: "，无异议", None: ""}[one.objections]
            said.append(f"{one.unit or trip.unit or ''}{paper_day(one.from_)}至{paper_day(one.to)}{result}")
    return "；".join(said) or None


def check_rows(findings: Iterable[Finding]) -> list[Row]:
    """What isn't plainly met, line by line, and one line for all the rest."""
    found = list(findings)
    rows: list[Row] = [
        {"item": one.title, "result": RESULTS[one.answer, one.level], "basis": one.text}
        for one in found
        if (one.answer, one.level) in RESULTS
    ]
    met = sum(one.answer == "met" for one in found)
    if met:
        rest = "其余事项" if rows else "全部事项"
        rows.append({"item": rest, "result": "符合", "basis": f"共{met}项，逐项依据见系统内的核对记录"})
    return rows


def task_approval(
    trip: Trip,
    names: Mapping[str, str],
    letterhead: Letterhead,
    *,
    day: date,
    number: str | None,
    unit: str,
    request_number: str | None,
    grant: str,
    exemption: str | None = None,
    valid_until: date | None = None,
    approved: Collection[str] | None = None,
) -> Values:
    own = {
        "unit": unit,
        "request_number": request_number,
        "grant": grant,
        "exemption": exemption,
        "valid_until": paper_day(valid_until) if valid_until else None,
    }
    values = only(source("task_approval"), trip_values(trip, names, approved=approved))
    return {**values, **own, **letterhead.head(day=day, number=number, valid_until=valid_until)}


def review_opinion(
    trip: Trip,
    names: Mapping[str, str],
    letterhead: Letterhead,
    *,
    day: date,
    number: str | None,
    unit: str,
    request_number: str | None,
    higher_body: str,
    authority: str,
    conclusion: str,
    findings: Iterable[Finding],
    exceptions: str | None = None,
    exemption: str | None = None,
) -> Values:
    own = {
        "unit": unit,
        "request_number": request_number,
        "higher_body": higher_body,
        "authority": authority,
        "conclusion": conclusion,
        "exceptions": exceptions,
        "exemption": exemption,
        "checks": check_rows(findings),
    }
    values = only(source("review_opinion"), trip_values(trip, names))
    return {**values, **own, **letterhead.head(day=day, number=number)}


def upward_request(
    trip: Trip,
    names: Mapping[str, str],
    letterhead: Letterhead,
    *,
    day: date,
    number: str | None,
    unit: str,
    higher_body: str,
    signer: str,
    conclusion: str,
    review_number: str,
) -> Values:
    own = {
        "unit": unit,
        "higher_body": higher_body,
        "conclusion": conclusion,
        "review_number": review_number,
        "plan": plan(trip),
        "notice": notice(trip),
    }
    values = only(source("upward_request"), trip_values(trip, names))
    return {**values, **own, **letterhead.head(day=day, number=number, signer=signer)}


def internal_notice(
    trip: Trip,
    names: Mapping[str, str],
    *,
    day: date,
    unit: str,
    shown_from: date,
    shown_to: date,
    shown_at: str,
    objections_to: str | None = None,
    host_profile: str | None = None,
    changed: str | None = None,
    others: str | None = None,
) -> Values:
    programme: list[Row] = [
        {"day": f"{line.date:%m-%d}" if line.date else None, "city": line.city, "text": line.text}
        for line in trip.programme or []
    ]
    own = {
        "unit": unit,
        "trip_title": trip.title or errand(trip),
        "shown_from": paper_day(shown_from),
        "shown_to": paper_day(shown_to),
        "shown_at": shown_at,
        "objections_to": objections_to,
        "changed": changed,
        "host_profile": host_profile,
        "others": others,
        "programme": programme,
    }
    values = only(source("internal_notice"), trip_values(trip, names, taiwan=True))
    head = dict.fromkeys(("number", "head_mark", "signer", "contact", "copies_to", "mark", "qr"))
    return {**values, **own, **head, "office": unit, "date": paper_day(day)}
