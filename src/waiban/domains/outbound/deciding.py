"""The decider's page: what is not in order first, then why and whom, then who goes, then what others said."""

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.casework import queries as casework
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.casework.more import MoreAct, more_acts
from waiban.core.ui.clocks import item_face
from waiban.core.ui.format import day_text, joined
from waiban.core.ui.marks import ClockFace
from waiban.domains.outbound.authority import Authority, authority_of, document_of
from waiban.domains.outbound.casing import PersonView, Step, case_steps, headline, people_of
from waiban.domains.outbound.check import STAGE_OF_STEP, check
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.history import history_of
from waiban.domains.outbound.models import Attachment, Attestation, Trip
from waiban.domains.outbound.owing import BroughtView, OwedView, brought_before, owed_before, reports_owed
from waiban.domains.outbound.presenting import FindingView, Summary, finding_view, summary_of
from waiban.domains.outbound.queries import others_invited_by
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.vouching import confirmed_by_agreeing


@dataclass(frozen=True)
class Evidence:
    url: str
    title: str
    unit: str
    when: str


@dataclass
class DecidePage:
    trip: Trip
    item: WorkItem
    figures: dict[str, str]
    filed: str
    """Who asked, when and under which number."""
    summary: Summary
    exceptions: list[FindingView]
    vouched: dict[str, str]
    """Rule → who vouched and when, for exemptions and attestations."""
    why: str
    whom: str
    funding: str
    people: list[PersonView]
    others: list[Step]
    outcomes: list[tuple[str, str]]
    targets: list[tuple[str, str]]
    may_resume: bool
    clock: ClockFace | None
    authority: Authority
    to_attest: list[FindingView]
    evidence: list[tuple[str, list[Evidence]]]
    """Inviter → other dossiers with the same words; shown where the desk is to vouch for the inviter."""
    confirms: list[FindingView]
    """What this post confirms by agreeing; the desk's own are in `to_attest`."""
    follows: str
    """What happens on agreement, said on the button's side."""
    agree_label: str
    advice: str
    more: list[MoreAct]
    """Acts beside the step: in the side, and in the bottom bar."""
    owed: list[OwedView]
    """What earlier trips owe past due, each once with its link."""
    expected: str
    brought: list[BroughtView]
    """What the unit's earlier trips came to."""

    @property
    def known(self) -> int:
        return len(self.exceptions) + len(self.owed)


def decide_page(trip: Trip, item: WorkItem) -> DecidePage:
    case = item.case
    stage = STAGE_OF_STEP.get(item.step, "submit")
    history = history_of(trip, value_of(trip.dossier))
    summary = summary_of(check(trip, stage, history))
    authority = authority_of(value_of(trip.dossier), trip.office, trip.channel, trip.depart or item.opened_on)
    owed = owed_before(trip)
    return DecidePage(
        trip=trip,
        item=item,
        figures=headline(trip),
        filed=_filed(trip),
        summary=summary,
        exceptions=[
            *summary.blocks,
            *summary.warns,
            *summary.exempts,
            *_open_by_now(item, summary.todos),
            *_owed_by_those_before(item, summary.attests),
        ],
        vouched=_vouched(trip),
        why=str(trip.dossier.get("purpose") or "—"),
        whom=_whom(trip),
        funding=_funding(trip),
        people=[replace(one, owes=reports_owed(owed, one.id)) for one in people_of(trip, history)],
        others=[step for step in case_steps(case, []) if step.state == "done"][::-1],
        outcomes=[(outcome, str(OUTCOMES[outcome])) for outcome in casework.outcomes(item)],
        targets=casework.targets(item),
        may_resume=casework.may_resume(item),
        clock=item_face(item, today()),
        authority=authority,
        to_attest=[view for view in summary.attests if view.waits_for == "desk"] if item.step in DESKS else [],
        evidence=_evidence(trip) if item.step in DESKS else [],
        confirms=[finding_view(finding) for finding in confirmed_by_agreeing(trip, item.step, history)],
        follows=_follows(item, authority),
        agree_label=_agree_label(item, authority, document_of(value_of(trip.dossier))),
        advice=_advice(case),
        more=more_acts(case, item),
        owed=owed if item.step not in INSIDE else [],
        expected=str(trip.dossier.get("expected") or ""),
        brought=brought_before(trip) if item.step not in INSIDE else [],
    )


def _open_by_now(item: WorkItem, todos: list[FindingView]) -> list[FindingView]:
    """The notice comes after finance has read the budget: to finance it isn't missing yet."""
    return [view for view in todos if not (item.step == "finance_review" and view.section == "notice")]


def _owed_by_those_before(item: WorkItem, attests: list[FindingView]) -> list[FindingView]:
    """What others should have vouched for by now, or what changed since they did: who decides next has to see it."""
    if item.step in INSIDE:
        return []
    posts = ("unit_head", "finance") if item.step in DESKS else ("unit_head", "finance", "desk")
    return [view for view in attests if view.waits_for in posts]


INSIDE = (
    "start",
    "nature_statement",
    "finance_review",
    "consult",
    "notice",
    "unit_approval",
    "submit",
    "personnel_filing",
)
DESKS = ("accept", "desk_review", "section_review", "head_review", "taiwan_review")
OUTCOMES = {
    "agree": gettext_lazy("同意"),
    "agree_with_changes": gettext_lazy("修改后同意"),
    "refuse": gettext_lazy("不同意"),
    "done": gettext_lazy("办好了"),
}


def _evidence(trip: Trip) -> list[tuple[str, list[Evidence]]]:
    return [
        (
            inviter,
            [
                Evidence(
                    reverse("outbound:case", args=[other.pk]) if other.case_id else "",
                    other.title,
                    other.unit.short_name or other.unit.name,
                    day_text(other.depart),
                )
                for other in others_invited_by(trip, inviter)
            ],
        )
        for inviter in trip.inviters
    ]


def _filed(trip: Trip) -> str:
    request = (
        Attachment.objects.filter(trip=trip, kind=Attachment.Kind.REQUEST, removed_at=None).order_by("added_at").last()
    )
    parts = [_("%(unit)s报") % {"unit": trip.unit.name}]
    if request and request.number:
        parts.append(f"{day_text(request.dated)} {request.number}" if request.dated else request.number)
    plan = trip.dossier.get("plan") or {}
    if plan.get("in_annual_plan") is not None:
        listed = _("列入年度计划%(item)s") if plan["in_annual_plan"] else _("未列入年度计划%(item)s")
        parts.append(listed % {"item": f" {plan['item']}" if plan.get("item") else ""})
    return _("%(said)s。") % {"said": joined(parts, "，")}


def _whom(trip: Trip) -> str:
    said = []
    for item in trip.dossier.get("invitations") or []:
        place = place_name(str(item["country"])) if item.get("country") else ""
        said.append(" ".join(part for part in (place, str(item.get("inviter") or "")) if part))
    return joined(said, "；") or "—"


def _funding(trip: Trip) -> str:
    from waiban.domains.outbound.papers.values import payers

    return payers(value_of(trip.dossier)) or "—"


def _vouched(trip: Trip) -> dict[str, str]:
    from waiban.core.people.models import Post

    rows = list(Attestation.objects.filter(trip=trip, replaced=False))
    names = {post.pk: post.name for post in Post.objects.filter(pk__in=[row.post_id for row in rows])}
    return {
        row.rule: joined(
            (
                _("%(post)s %(day)s 确认")
                % {"post": names.get(row.post_id, ""), "day": day_text(localdate(row.given_at))},
                *([row.words] if row.words else []),
            ),
            "：",
        )
        for row in rows
    }


def _follows(item: WorkItem, authority: Authority) -> str:
    if item.step == "approve":
        return _("县处级及以下由市批，依%(grant)s。") % {"grant": authority.grant_number}
    if item.step == "report_upward":
        return _("出审核意见和请示，报%(body)s，时限暂停。") % {"body": authority.body_zh}
    if item.step == "head_review" and not authority.own:
        return _("同意后报%(body)s审批。") % {"body": authority.body_zh}
    return ""


def _agree_label(item: WorkItem, authority: Authority, document: str) -> str:
    match item.step:
        case "approve" if document == "confirmation":
            return _("同意，签发确认件")
        case "taiwan_upward":
            return _("转报上级台办")
        case "nature_statement":
            return _("认定")
        case "approve":
            return _("同意，签发任务批件")
        case "accept":
            return _("受理")
        case "report_upward":
            return _("出具并报%(body)s") % {"body": authority.body_zh}
        case "issue_permit":
            return _("批件已制发")
        case "travel_papers":
            return _("证照已办好")
        case "depart":
            return _("已行前教育，可以出发")
        case "close":
            return _("结案")
    return _("同意")


def _advice(case: Any) -> str:
    head = casework.decided(case, "head_review")
    return str(OUTCOMES.get(head.outcome, "")) if head else ""
