"""The case page: where it stands, what is asked of this post, what the dossier says and what changed in it."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.withdraw import is_decided
from waiban.core.casework.clocks import Face, today
from waiban.core.casework.models import Case, Deadline, WorkItem
from waiban.core.casework.policies import may_act, may_withdraw
from waiban.core.people.models import Traveller
from waiban.core.ui.format import (
    day_text,
    days_text,
    joined,
    moment_text,
    money_text,
    people_text,
    short_day_text,
    span_text,
)
from waiban.core.ui.marks import ClockFace, clock_face, paused_face
from waiban.domains.outbound.check import STAGE_OF_STEP, check
from waiban.domains.outbound.comparing import Change, differences
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.forms.fields import Fields
from waiban.domains.outbound.forms.pointers import Reading
from waiban.domains.outbound.history import history_of
from waiban.domains.outbound.models import Attachment, InternalNotice, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.presenting import Summary, summary_of
from waiban.domains.outbound.texts import place_name
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money

ADDED_BY_POSTS = ("schema", "submitted", "notices", "approval", "after")
"""What the case itself writes into the dossier is no change of the unit's."""


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    was: str = ""
    changed: str = ""
    """new, or yes with the old value in `was`."""


@dataclass(frozen=True)
class Act:
    """One thing that this post can do now: the page's filled button is the first."""

    label: str
    url: str
    item: WorkItem | None = None
    post: bool = False
    """Sent by POST: done at once."""


@dataclass(frozen=True)
class StageMark:
    label: str
    note: str
    state: str


@dataclass(frozen=True)
class Step:
    state: str
    who: str
    what: str
    quote: str
    when: str
    scan_url: str = ""


@dataclass(frozen=True)
class PersonView:
    id: str
    name: str
    post: str
    rank: str
    role: str
    unit: str
    counts: str
    last: str
    refused: bool = False
    owes: int = 0
    """Reports past due of trips on which this person went."""


@dataclass
class CasePage:
    trip: Trip
    case: Case | None
    summary: Summary
    stages: list[StageMark]
    sentence: str
    holder: str
    clock: ClockFace | None
    acts: list[Act]
    facts: dict[str, list[Fact]]
    programme: list[tuple[str, str, str, str]]
    people: list[PersonView]
    money: list[tuple[str, str, str]]
    total: str
    attachments: list[Attachment]
    notices: list[InternalNotice]
    steps: list[Step]
    clocks: list[tuple[str, ClockFace]]
    provisional: bool
    version: int
    changed: int
    may_withdraw: bool = False
    waiting: list[WorkItem] = field(default_factory=list)
    papers: list[Any] = field(default_factory=list)
    pending: list[Any] = field(default_factory=list)


def case_page(trip: Trip, chosen: str = "") -> CasePage:
    """`chosen`: the item that was opened from the inbox; its act comes first where a post has several."""
    case = trip.case
    waiting = casework.waiting(case) if case else []
    history = history_of(trip, value_of(trip.dossier))
    summary = summary_of(check(trip, _law_stage(waiting), history))
    changes = _since_last_version(trip, case)
    stages = case_stages(case)
    deadlines = casework.deadlines(case) if case and not case.result else []
    return CasePage(
        trip=trip,
        case=case,
        summary=summary,
        stages=stages,
        sentence=_sentence(stages),
        holder=_holder(waiting),
        clock=_clock(case, deadlines),
        acts=_acts(trip, case, chosen, waiting),
        facts=_facts(trip, changes),
        programme=_programme(trip),
        people=people_of(trip, history),
        money=_money(trip),
        total=_cny(trip.total_cny),
        attachments=list(
            Attachment.objects.filter(trip=trip, removed_at=None).select_related("file").order_by("added_at")
        ),
        notices=list(
            InternalNotice.objects.filter(trip=trip, part=None, phase="before", replaced=False)
            .select_related("unit")
            .order_by("since")
        ),
        steps=case_steps(case, waiting),
        clocks=_clocks(case, deadlines),
        provisional=any(deadline.provisional for deadline, _face in deadlines),
        version=case.version if case else 0,
        changed=len(changes),
        may_withdraw=_may_withdraw(trip, case),
        waiting=waiting,
        papers=_papers(case),
        pending=list(casework.pending_papers(case)) if case else [],
    )


def _may_withdraw(trip: Trip, case: Case | None) -> bool:
    """The applicant takes it back to change it, until the authority has decided."""
    if case is None or case.result or trip.editable:
        return False
    return may_withdraw(current_principal(), case) and not is_decided(case)


def _law_stage(waiting: list[WorkItem]) -> str:
    steps = [
        STAGE_OF_STEP[item.step] for item in waiting if item.step in STAGE_OF_STEP and item.step != "personnel_filing"
    ]
    return steps[-1] if steps else "submit"


def case_stages(case: Case | None) -> list[StageMark]:
    if case is None:
        return []
    english = _english()
    marks = []
    for stage in casework.stages(case):
        note = short_day_text(stage.ended_on or stage.began_on) if stage.began_on else ""
        state = {"to_come": "next", "stopped": "next"}.get(stage.state, stage.state)
        if stage.state == "now" and case.paused_for:
            state = "paused"
        marks.append(StageMark(stage.name_en if english else stage.name, note, state))
    return marks


def _sentence(stages: list[StageMark]) -> str:
    place = next((n for n, stage in enumerate(stages, 1) if stage.state in ("now", "paused")), None)
    if place is None:
        return ""
    following = _("。下一步：%(stage)s") % {"stage": stages[place].label} if place < len(stages) else ""
    return _("第 %(n)d 步，共 %(m)d 步") % {"n": place, "m": len(stages)} + following


def _holder(waiting: list[WorkItem]) -> str:
    asked = [item for item in waiting if item.nature == WorkItem.Nature.SUPPLEMENT]
    others = [item for item in waiting if item.step != "personnel_filing"]
    main = next(iter([*asked, *others, *waiting]), None)  # while a correction is asked, the unit holds the case
    if main is None:
        return ""
    person = main.claimed_by.name if main.claimed_by else ""
    return _("%(verb)s，在%(post)s%(person)s手里") % {
        "verb": casework.verb_of(main),
        "post": main.post.name,
        "person": f" {person}" if person else "",
    }


Deadlines = list[tuple[Deadline, Face]]


def _clock(case: Case | None, deadlines: Deadlines) -> ClockFace | None:
    """The earliest running clock, as lists show it (`core.ui.clocks.case_faces`)."""
    if case is None or case.result:
        return None
    if case.paused_for:
        return paused_face(casework.holder_text(case.paused_for))
    deadline, face = deadlines[0] if deadlines else (None, None)
    return clock_face(deadline.due, today(), face.left, face.total) if deadline and face else None


def _acts(trip: Trip, case: Case | None, chosen: str, waiting: list[WorkItem]) -> list[Act]:
    """What this post can do, the most pressing first."""
    if case is None:
        return [Act(_("继续填写"), reverse("outbound:draft", args=[trip.pk]))]
    for item in waiting:
        item.case = case
    asked = {item.step for item in waiting if item.nature == WorkItem.Nature.SUPPLEMENT}
    principal = current_principal()
    acts = [
        _act(trip, item)
        for item in waiting
        if may_act(principal, item)
        and (item.nature != WorkItem.Nature.STEP or item.step not in asked)  # that step waits for the correction
    ]
    acts += [
        Act(
            _("录入%(post)s的纸质批示") % {"post": f"{item.post.unit.short_name}{item.post.name}"},
            reverse("outbound:paper_entry", args=[item.pk]),
            item,
        )
        for item in casework.paper_items(case)
        if item.kind in ("review", "approve", "file")
    ]
    return sorted(acts, key=lambda act: act.item is None or str(act.item.pk) != chosen)


def _act(trip: Trip, item: WorkItem) -> Act:
    label = casework.verb_of(item)
    if item.nature == WorkItem.Nature.SUPPLEMENT:
        return Act(_("改好交回"), reverse("outbound:draft", args=[trip.pk]), item)
    if item.nature == WorkItem.Nature.OPINION:
        return Act(label, reverse("acts:answer", args=[item.pk]), item)
    match item.step:
        case "start":
            return Act(_("修改后再发起"), reverse("outbound:draft", args=[trip.pk]), item)
        case "notice":
            return Act(_("办理公示"), reverse("outbound:notice", args=[trip.pk, item.entry]), item)
        case "submit":
            return Act(_("核对后报送外办"), reverse("outbound:draft", args=[trip.pk]), item)
        case "consult":
            return Act(label, reverse("outbound:senders", args=[trip.pk]), item)
        case "outside_approval" | "taiwan_decision":
            return Act(label, reverse("outbound:outside", args=[item.pk]), item)
        case "come_back":
            return Act(label, reverse("outbound:come_back", args=[trip.pk]), item)
        case "report":
            return Act(label, reverse("outbound:report", args=[trip.pk]), item)
    return Act(label, reverse("outbound:decide", args=[item.pk]), item)


def _since_last_version(trip: Trip, case: Case | None) -> dict[str, Change]:
    """Changes against the version before the last, by pointer: what a correction altered."""
    if case is None or case.version < 2:
        return {}
    before = casework.versions(case).filter(number=case.version - 1).first()
    if before is None:
        return {}
    changes = differences(trip, json.loads(before.content), trip.dossier)
    return {change.pointer: change for change in changes if change.pointer.split("/")[1] not in ADDED_BY_POSTS}


def _facts(trip: Trip, changes: dict[str, Change]) -> dict[str, list[Fact]]:
    make = Fields(Reading(trip.dossier), law_of(trip.office))
    dossier = trip.dossier

    def fact(pointer: str, label: str, value: str) -> Fact | None:
        change = changes.get(pointer)
        if not value and not change:
            return None
        if change:
            return Fact(
                label,
                value or change.new,
                "" if change.old == "—" else change.old,
                "new" if change.old == "—" else "yes",
            )
        return Fact(label, value)

    def word(pointer: str) -> str:
        value = _at(dossier, pointer)
        return make.word(pointer, str(value)) if value else ""

    plan = dossier.get("plan") or {}
    listed = (
        {True: _("列入"), False: _("未列入")}.get(bool(plan["in_annual_plan"]), "") if "in_annual_plan" in plan else ""
    )
    task = [
        fact(
            "/kind",
            _("出访类别"),
            joined((part for part in (word("/kind"), word("/organising").lower()) if part), "，"),
        ),
        fact("/purpose", _("目的"), str(dossier.get("purpose") or "")),
        fact(
            "/plan/in_annual_plan",
            _("年度计划"),
            joined((part for part in (listed, str(plan.get("item") or "")) if part), "，"),
        ),
        fact("/exemption/kind", _("豁免"), word("/exemption/kind")),
    ]
    span = ""
    if trip.depart and trip.return_on:
        days = (trip.return_on - trip.depart).days + 1
        span = joined((span_text(DateRange(trip.depart, trip.return_on)), days_text(days)), "，")
    dates = changes.get("/return") or changes.get("/depart")
    route = [
        Fact(_("离境至返回"), span, dates.old if dates else "", "yes" if dates else "") if span else None,
        fact("/stops", _("前往"), joined((_stop_text(stop) for stop in dossier.get("stops") or []), "；")),
    ]
    invitations = [
        fact(f"/invitations/{n}/inviter", place_name(str(item.get("country"))) if item.get("country") else _("邀请方"),
             str(item.get("inviter") or ""))
        for n, item in enumerate(dossier.get("invitations") or [])
    ]  # fmt: skip
    return {
        "task": [one for one in task if one],
        "route": [one for one in route if one],
        "invite": [one for one in invitations if one],
    }


def _stop_text(stop: dict[str, Any]) -> str:
    place = " ".join(part for part in (place_name(str(stop.get("country") or "")), str(stop.get("city") or "")) if part)
    if stop.get("transit"):
        return _("%(place)s（经停）") % {"place": place}
    if stop.get("arrive") and stop.get("leave"):
        nights = (date.fromisoformat(stop["leave"]) - date.fromisoformat(stop["arrive"])).days
        return ngettext("%(place)s %(n)d 夜", "%(place)s %(n)d 夜", nights) % {"place": place, "n": nights}
    return place


def _programme(trip: Trip) -> list[tuple[str, str, str, str]]:
    make = Fields(Reading(trip.dossier), law_of(trip.office))
    return [
        (
            day_text(date.fromisoformat(item["date"])) if item.get("date") else "—",
            make.word("/programme/0/part", str(item["part"])) if item.get("part") else "",
            str(item.get("text") or ""),
            make.word("/programme/0/nature", str(item["nature"])) if item.get("nature") else "",
        )
        for item in trip.dossier.get("programme") or []
    ]


def people_of(trip: Trip, history: dict[str, Any]) -> list[PersonView]:
    """Names from the travellers' own rows; the reader who may not see one reads 由派员单位掌握."""
    make = Fields(Reading(trip.dossier), law_of(trip.office))
    members = trip.dossier.get("members") or []
    names = {str(row.pk): row.name for row in Traveller.objects.filter(pk__in=_ids(members))}
    refused = {str(row.traveller_id) for row in trip.members.filter(refused=True)}
    year = (trip.depart or today()).year
    found = []
    for member in members:
        trips = history["members"].get(str(member.get("id")), [])
        this_year = sum(1 for one in trips if one.depart and one.depart.year == year)
        last = trips[0] if trips else None
        places = joined(place_name(code) for code in (last.countries or [])) if last else ""
        found.append(
            PersonView(
                id=str(member.get("id") or ""),
                name=names.get(str(member.get("id")), _("由派员单位掌握")),
                post=str(member.get("post") or ""),
                rank=make.word("/members/0/rank", str(member["rank"])) if member.get("rank") else "",
                role=make.word("/members/0/role", str(member["role"])) if member.get("role") else "",
                unit=str(member.get("unit") or ""),
                counts=_("%(now)d / %(year)d 次") % {"now": this_year, "year": _in_a_year(trips, trip.depart)},
                last=f"{last.depart:%Y-%m} {places}" if last and last.depart else _("两年内无"),
                refused=str(member.get("id")) in refused,
            )
        )
    return found


def _in_a_year(trips: list[Any], on: date | None) -> int:
    day = on or today()
    return sum(1 for one in trips if one.depart and 0 <= (day - one.depart).days <= 365)


def _ids(members: list[dict[str, Any]]) -> list[str]:
    from waiban.domains.outbound.members import traveller_id

    return [str(found) for found in map(traveller_id, members) if found]


def _money(trip: Trip) -> list[tuple[str, str, str]]:
    """(item, how it is made up, CNY) a line."""
    from decimal import Decimal

    from waiban.domains.outbound.arithmetic import line_arithmetic

    make = Fields(Reading(trip.dossier), law_of(trip.office))
    budget = trip.dossier.get("budget") or {}
    rates = budget.get("rates_to_cny") or {}
    rows = []
    for line in budget.get("lines") or []:
        rate = Decimal(1) if line.get("currency") == "CNY" else rates.get(str(line.get("currency")))
        amount = line.get("amount")
        cny = Decimal(str(amount)) * Decimal(str(rate)) if amount is not None and rate is not None else None
        _amount, says = line_arithmetic(line)
        where = str(line.get("city") or "")
        parts = [part for part in (where, str(line.get("currency") or ""), says) if part]
        rows.append((make.word("/budget/lines/0/item", str(line.get("item") or "")), " ".join(parts), _cny(cny)))
    return rows


def _cny(amount: Any) -> str:
    return money_text(Money(amount, "CNY")) if amount is not None else "—"


def case_steps(case: Case | None, waiting: list[WorkItem]) -> list[Step]:
    """Newest first: what waits now, then every word that was given."""
    if case is None:
        return []
    now = [
        Step(
            "paused" if case.paused_for else "now",
            f"{item.post.name}{' ' + item.claimed_by.name if item.claimed_by else ''}",
            casework.verb_of(item),
            "",
            _("%(day)s 到岗") % {"day": day_text(item.opened_on)},
        )
        for item in waiting
    ]
    words = [
        Step(
            "done" if opinion.in_force else "void",
            opinion.who,
            f"{opinion.step_name}{_outcome(opinion.outcome)}",
            opinion.words,
            _when(opinion)
            + _("·第 %(n)d 版") % {"n": opinion.version}
            + (_("·据纸质批示录入") if opinion.from_paper else ""),
            reverse("files:read", args=[opinion.decision.paper.scan_id])
            if opinion.decision.paper and opinion.decision.paper.scan_id
            else "",
        )
        for opinion in reversed(casework.opinions(case))
    ]
    return [*now, *words]


def _when(opinion: casework.Opinion) -> str:
    """The minute, where it was recorded on its day; else the day on which it happened."""
    moment = moment_text(opinion.recorded_at)
    same_day = moment.startswith(opinion.happened_on.isoformat())
    return moment if same_day and not opinion.from_paper else day_text(opinion.happened_on)


def _outcome(outcome: str) -> str:
    """Added to the step's name; a step that is simply done needs no more words."""
    words = {
        "agree": _("：同意"),
        "agree_with_changes": _("：修改后同意"),
        "refuse": _("：不同意"),
        "send_back": _("：退回"),
        "done": "",
    }
    return words.get(outcome, outcome)


def _clocks(case: Case | None, deadlines: Deadlines) -> list[tuple[str, ClockFace]]:
    if case is None:
        return []
    found = []
    for deadline, face in deadlines:
        shown = (
            paused_face(casework.holder_text(case.paused_for))
            if case.paused_for
            else clock_face(deadline.due, today(), face.left, face.total)
        )
        if shown:
            name = casework.verb_of(deadline.item) if deadline.item else deadline.name
            found.append((_("%(name)s %(n)d 个工作日") % {"name": name, "n": deadline.workdays}, shown))
    return found


def _papers(case: Case | None) -> list[Any]:
    from waiban.core.papers.models import Paper

    return list(Paper.objects.filter(case_id=case.pk).order_by("id")) if case else []


def _at(dossier: dict[str, Any], pointer: str) -> Any:
    here: Any = dossier
    for part in pointer.strip("/").split("/"):
        here = (here or {}).get(part)
    return here


def _english() -> bool:
    return (get_language() or "").startswith("en")


def headline(trip: Trip) -> dict[str, str]:
    """The four figures on top of a decision."""
    days = (trip.return_on - trip.depart).days + 1 if trip.depart and trip.return_on else 0
    return {
        "size": f"{people_text(trip.head_count)}·{days_text(days)}",
        "span": span_text(DateRange(trip.depart, trip.return_on)) if trip.depart and trip.return_on else "—",
        "money": _cny(trip.total_cny),
    }
