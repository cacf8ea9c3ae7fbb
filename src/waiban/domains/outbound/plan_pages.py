"""A year's plan as its page shows it: where it stands, what it holds, what changed, what this post may do."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.withdraw import is_decided
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_record_from_paper, may_withdraw
from waiban.core.ui.clocks import case_faces
from waiban.core.ui.format import day_text, joined, money_text, short_day_text
from waiban.domains.outbound import plan_queries as queries
from waiban.domains.outbound import policies
from waiban.domains.outbound.models import Allotment, AnnualPlan, PlanItem
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.planning import Change, changes_of, rank_word
from waiban.domains.outbound.texts import place_name
from waiban.kernel.money import Money
from waiban.rulebook.law import Law

MARK_OF_ITEM = {"planned": "todo", "taken": "done", "replaced": "paused", "dropped": "void"}
ANSWERS = {"agree": "met", "refuse": "block", "done": "met", "send_back": "paused"}


@dataclass(frozen=True)
class QuotaRow:
    rank: str
    allotted: str
    reserved: str
    used: str
    left: str
    full: bool


@dataclass
class PlanPage:
    title: str
    stages: list[dict[str, str]]
    holder: str
    sentence: str
    clock: Any
    rows: list[dict[str, Any]]
    summary: str
    changes: list[Change]
    allotments: list[dict[str, Any]]
    steps: list[dict[str, str]]
    item: WorkItem | None
    verb: str
    outcomes: list[tuple[str, str]]
    targets: list[tuple[str, str]]
    edit_url: str
    may_send: bool
    may_withdraw: bool
    may_drop: bool
    may_renew: bool
    versions: list[tuple[int, str, str]]
    on_paper: list[dict[str, Any]]
    """Steps of other posts whose word on paper this post may type in."""
    pending: list[dict[str, Any]]
    """What was typed in from paper and waits for the second person."""
    filed: str
    basis: str


def title_of(plan: AnnualPlan) -> str:
    whose = plan.office.city if plan.whole_office else plan.unit.name
    return _("%(whose)s %(year)d 年度因公出访计划") % {"whose": whose, "year": plan.year}


def plan_page(plan: AnnualPlan, item: WorkItem | None) -> PlanPage:
    law = law_of(plan.office)
    principal = current_principal()
    editable = policies.may_edit_plan(principal, plan)
    stages, sentence = _stages(plan)
    wanted = Permission.PLAN_BALANCE if plan.whole_office else Permission.TRIP_DRAFT
    running = plan.case is not None and not plan.case.result
    newest = queries.last_version(plan) == plan.version
    return PlanPage(
        title=title_of(plan),
        stages=stages,
        holder=_holder(plan),
        sentence=sentence,
        clock=case_faces([plan.case], today()).get(plan.case.pk) if plan.case else None,
        rows=_rows(plan, law),
        summary=_summary(plan),
        changes=changes_of(plan, law) if not plan.whole_office else [],
        allotments=_allotments(plan, law) if plan.whole_office else [],
        steps=_steps(plan),
        item=item,
        verb=casework.verb_of(item) if item else "",
        outcomes=[(code, _answer(code, item)) for code in casework.outcomes(item)] if item else [],
        targets=casework.targets(item) if item else [],
        edit_url=reverse("outbound:plan_balance" if plan.whole_office else "outbound:plan_edit", args=[plan.pk])
        if editable
        else "",
        may_send=editable,
        may_withdraw=bool(
            running and plan.case and plan.state != plan.State.DRAFT and may_withdraw(principal, plan.case)
            and not is_decided(plan.case)
        ),
        may_drop=editable and plan.case_id is None,
        may_renew=newest and plan.state in ("approved", "refused", "withdrawn") and principal.may(wanted),
        versions=_versions(plan),
        on_paper=_on_paper(plan),
        pending=_pending(plan),
        filed=_filed(plan),
        basis=joined((plan.basis_number, day_text(plan.basis_on)), "，") if plan.basis_number else "",
    )  # fmt: skip


def _answer(code: str, item: WorkItem | None) -> str:
    if code == "agree":
        return _("列入全市计划") if item and item.step == "balance" else _("同意")
    return _("不同意") if code == "refuse" else _("办好了")


def item_row(item: PlanItem, law: Law) -> dict[str, Any]:
    """One planned trip in a list. The trip that took it is linked only for those who see it."""
    return {
        "number": item.number,
        "title": item.title,
        "unit": item.unit.short_name or item.unit.name,
        "url": reverse("outbound:year_plan", args=[item.plan_id]),
        "kind": item.get_kind_display() if item.kind != PlanItem.Kind.OWN else "",
        "listed": item.kind == PlanItem.Kind.TEACHING_RESEARCH,
        "rank": rank_word(law, item.leader_rank) if item.leader_rank else "—",
        "month": _("%(month)d 月") % {"month": item.month} if item.month else "—",
        "where": joined(place_name(code) for code in item.countries) or "—",
        "people": item.head_count if item.head_count is not None else "—",
        "money": money_text(Money(item.total_cny, "CNY")) if item.total_cny is not None else "—",
        "purpose": item.purpose,
        "inviter": item.invited_by,
        "state": item.get_state_display(),
        "mark": MARK_OF_ITEM[item.state],
        "dropped": item.state == PlanItem.State.DROPPED,
        "trip_url": reverse("outbound:case", args=[item.trip_id]) if item.trip_id else "",
    }


def _rows(plan: AnnualPlan, law: Law) -> list[dict[str, Any]]:
    if plan.whole_office:
        return [item_row(item, law) for item in queries.proposals(plan)]
    found = PlanItem.objects.filter(plan=plan).select_related("unit", "plan").order_by("number")
    return [item_row(item, law) for item in found]


def _summary(plan: AnnualPlan) -> str:
    items = queries.proposals(plan) if plan.whole_office else PlanItem.objects.filter(plan=plan)
    live = [item for item in items if item.state != PlanItem.State.DROPPED]
    counted = [item for item in live if item.kind != PlanItem.Kind.TEACHING_RESEARCH]
    money = sum((item.total_cny for item in live if item.total_cny is not None), start=Decimal(0))
    return _("%(n)d 个团组 %(people)d 人次；教学科研另列 %(listed)d 项；经费合计 %(money)s") % {
        "n": len(counted),
        "people": sum(item.head_count or 0 for item in counted),
        "listed": len(live) - len(counted),
        "money": money_text(Money(money, "CNY")),
    }


def _allotments(plan: AnnualPlan, law: Law) -> list[dict[str, Any]]:
    """All units: what they ask for beside what they are to get, with what last year used."""
    shares: dict[Any, list[Allotment]] = {}
    for row in Allotment.objects.filter(plan=plan).order_by("rank"):
        shares.setdefault(row.unit_id, []).append(row)
    return [
        {
            "unit": line.unit.name,
            "url": reverse("outbound:year_plan", args=[line.plan.pk]) if line.plan else "",
            "state": line.plan.get_state_display() if line.plan else "",
            "waits": line.plan is not None and line.plan.state == AnnualPlan.State.AT_OFFICE,
            "proposed": _pair(line.proposed.get("", (0, 0))),
            "by_rank": joined(
                f"{rank_word(law, rank)} {_pair(pair)}" for rank, pair in sorted(line.proposed.items()) if rank
            ),
            "listed": line.listed,
            "money": money_text(Money(line.money, "CNY")),
            "last_year": _pair(line.last_year),
            "taken": _pair(line.taken),
            "allotted": [
                (
                    rank_word(law, share.rank),
                    str(share.groups),
                    _("不限") if share.people is None else str(share.people),
                )
                for share in shares.get(unit, [])
            ],
            "total": _pair(line.allotted),
            "over": line.proposed.get("", (0, 0))[0] > line.allotted[0],
        }
        for unit, line in queries.unit_lines(plan).items()
    ]


def _pair(pair: tuple[int, int]) -> str:
    """团组 / 人次."""
    return f"{pair[0]} / {pair[1]}"


def quota_rows(balances: list[queries.Balance], law: Law) -> list[QuotaRow]:
    return [
        QuotaRow(
            rank=rank_word(law, one.rank),
            allotted=f"{one.groups[0]} / {one.people[0] if one.limited else _('不限')}",
            reserved=_pair((one.groups[1], one.people[1])),
            used=_pair((one.groups[2], one.people[2])),
            left=f"{one.groups_left} / {one.people_left if one.limited else _('不限')}",
            full=one.groups_left <= 0 or (one.limited and one.people_left <= 0),
        )
        for one in balances
    ]


def _stages(plan: AnnualPlan) -> tuple[list[dict[str, str]], str]:
    """The steps of this plan's own way: a unit's never comes to the leader, the office's never to a unit's finance."""
    mine = ("start", "office", "approve", "file") if plan.whole_office else ("start", "finance", "unit", "office")
    english = (get_language() or "").startswith("en")
    if plan.case is None:
        return [], ""
    marks = {"done": "done", "now": "now", "to_come": "next", "stopped": "paused"}
    stages = [
        {
            "label": stage.name_en if english and stage.name_en else stage.name,
            "note": short_day_text(stage.ended_on) if stage.ended_on else "",
            "state": marks[stage.state],
        }
        for stage in casework.stages(plan.case)
        if stage.id in mine
    ]
    place = next((n for n, stage in enumerate(stages, 1) if stage["state"] == "now"), len(stages))
    return stages, _("第 %(n)d 步，共 %(m)d 步") % {"n": place, "m": len(stages)}


def _holder(plan: AnnualPlan) -> str:
    if plan.case is None:
        return _("草稿，还没有报送")
    waiting = casework.waiting(plan.case)
    if not waiting:
        return str(plan.get_state_display())
    item = waiting[0]
    return _("%(step)s，在%(post)s手里") % {"step": casework.verb_of(item), "post": item.post.name}


def _steps(plan: AnnualPlan) -> list[dict[str, str]]:
    if plan.case is None:
        return []
    words = {"agree": _("同意"), "refuse": _("不同意"), "done": _("已办"), "send_back": _("退回")}
    return [
        {
            "state": {"met": "done", "block": "block", "paused": "paused"}[ANSWERS.get(opinion.outcome, "met")],
            "who": opinion.who,
            "what": f"{opinion.step_name}·{words.get(opinion.outcome, opinion.outcome)}",
            "quote": opinion.words,
            "when": day_text(opinion.happened_on),
        }
        for opinion in reversed(casework.opinions(plan.case))
    ]


def _on_paper(plan: AnnualPlan) -> list[dict[str, Any]]:
    if plan.case is None or casework.pending_papers(plan.case).exists():
        return []
    return [
        {
            "id": item.pk,
            "verb": casework.verb_of(item),
            "post": item.post.name,
            "outcomes": [(code, _answer(code, item)) for code in casework.outcomes(item)],
            "targets": casework.targets(item),
        }
        for item in casework.paper_items(plan.case)
        if item.kind in ("review", "approve")
    ]


def _pending(plan: AnnualPlan) -> list[dict[str, Any]]:
    if plan.case is None:
        return []
    principal = current_principal()
    return [
        {
            "id": entry.pk,
            "post": entry.item.post.name,
            "words": entry.words,
            "day": day_text(entry.written_on),
            "scan_url": reverse("files:read", args=[entry.scan_id]) if entry.scan_id else "",
            "may_check": entry.recorded_by_id != principal.account and may_record_from_paper(principal, entry.item),
        }
        for entry in casework.pending_papers(plan.case)
    ]


def _versions(plan: AnnualPlan) -> list[tuple[int, str, str]]:
    same = AnnualPlan.objects.filter(unit=plan.unit_id, year=plan.year, whole_office=plan.whole_office)
    return [
        (one.version, str(one.get_state_display()), reverse("outbound:year_plan", args=[one.pk]))
        for one in same.order_by("-version")
    ]


def _filed(plan: AnnualPlan) -> str:
    if not plan.filed_number:
        return ""
    return _("%(day)s 报%(to)s，文号 %(number)s") % {
        "day": day_text(plan.filed_on), "to": plan.filed_to, "number": plan.filed_number
    }  # fmt: skip
