"""Reads of one case. The lists of many are `desks/inbox`, over the same rows; no domain is known here."""

import json
import uuid
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.engine import walk
from waiban.core.casework.models import Case, Deadline, Decision, DossierVersion, PaperEntry, Watch, WorkItem
from waiban.core.casework.moves import marking_of
from waiban.core.casework.processes import process_of
from waiban.core.people.models import Post, Role
from waiban.core.people.roles import PERMISSIONS

State = WorkItem.State


def my_posts() -> frozenset[uuid.UUID]:
    """Posts held and posts stood in for today."""
    principal = current_principal()
    return principal.posts | principal.standing_in


def verb_of(item: WorkItem) -> str:
    if (get_language() or "zh").startswith("zh"):
        return item.verb
    return item.verb_en or item.verb


def holder_text(holder: str) -> str:
    """For whom a case waits: what the process stores is translated, what a desk typed stays as it is."""
    return _("上级外事部门") if holder == clocks.UPPER_BODY else holder


@dataclass(frozen=True, slots=True)
class Opinion:
    """One decision as it is read: post, person (甲代乙), words, day, version, from paper or not."""

    decision: Decision
    step_name: str
    who: str
    outcome: str
    words: str
    happened_on: date
    recorded_at: datetime
    version: int
    from_paper: bool
    recorded_by: str
    in_force: bool
    """False for what a later return has taken back: kept on record, no longer counted."""


def opinions(case: Case) -> list[Opinion]:
    """Every decision on the case, oldest first."""
    process, passed = process_of(case), marking_of(case).passed
    rows = (
        Decision.objects.filter(case=case).order_by("id")
        .select_related("post", "account", "item", "paper", "paper__recorded_by").prefetch_related("members")
    )  # fmt: skip
    found = list(rows)
    newest = {(row.step, row.entry): row.pk for row in found if row.nature == WorkItem.Nature.STEP}
    # Of several bodies one may have spoken while the others still owe their word: the step isn't passed, the word counts.
    beside = set(WorkItem.objects.filter(case=case, state=State.OPEN).values_list("step", "round"))
    return [
        Opinion(
            decision=row, step_name=verb_of(row.item) or process.nodes[row.step].name, who=_who(row),
            outcome=row.outcome, words=row.opinion, happened_on=row.happened_on, recorded_at=row.recorded_at,
            version=row.version, from_paper=row.paper_id is not None,
            recorded_by=row.paper.recorded_by.name if row.paper else "",
            in_force=_in_force(row, case, newest.get((row.step, row.entry)), passed, beside),
        )
        for row in found
    ]  # fmt: skip


def _in_force(
    row: Decision, case: Case, newest: uuid.UUID | None, passed: Container[str], beside: Container[tuple[str, int]]
) -> bool:
    if row.nature != WorkItem.Nature.STEP:  # an opinion beside a step counts as long as the walk that asked for it
        return row.round == case.round or row.step in passed
    return newest == row.pk and (row.step in passed or (bool(row.entry) and (row.step, row.round) in beside))


def _who(row: Decision) -> str:
    """On paper the post wrote; on screen a person did, perhaps in another's place."""
    if row.paper_id is not None:
        return row.post.name
    return (
        _("%(person)s 代 %(post)s") % {"person": row.account.name, "post": row.post.name}
        if row.standing_in
        else f"{row.post.name} {row.account.name}"
    )


def decided(case: Case, step: str) -> Decision | None:
    """The decision in force on a step, or None: what a later return took back doesn't count."""
    if step not in marking_of(case).passed:
        return None
    return Decision.objects.filter(case=case, step=step, nature=WorkItem.Nature.STEP).order_by("-id").first()


@dataclass(frozen=True, slots=True)
class StageState:
    """One place on the stage strip."""

    id: str
    name: str
    name_en: str
    state: Literal["done", "now", "to_come", "stopped"]
    began_on: date | None
    ended_on: date | None


def stages(case: Case) -> list[StageState]:
    """The strip, in the order of the process file: what the walk in force has passed, holds, and has ahead."""
    process, marking = process_of(case), marking_of(case)
    spans: dict[str, list[tuple[date, date | None]]] = {}
    for stage_id, began, closed_on in WorkItem.objects.filter(case=case, nature="step").values_list(
        "stage", "opened_on", "closed_on"
    ):
        spans.setdefault(stage_id, []).append((began, closed_on))
    found = []
    for stage in process.stages:
        tasks = [task for task, node in process.tasks.items() if node.step and node.step.stage == stage.id]
        state: Literal["done", "now", "to_come", "stopped"] = "to_come"
        if any(task in marking.at for task in tasks):
            state = "now"
        elif any(task in marking.passed for task in tasks):
            state = "done"
        elif case.result and case.result != "closed":
            state = "stopped"
        days = spans.get(stage.id, []) if state in ("now", "done") else []
        closed = [end for _began, end in days if end is not None]
        found.append(
            StageState(
                stage.id, stage.name, stage.name_en, state, min((began for began, _end in days), default=None),
                max(closed, default=None) if state == "done" else None,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Diagram:
    """For bpmn-js: the text and which elements to mark."""

    bpmn: str
    now: tuple[str, ...]
    passed: tuple[str, ...]


def diagram(case: Case) -> Diagram:
    process, marking = process_of(case), marking_of(case)
    return Diagram(process.text, tuple(t for t in process.tasks if t in marking.at), tuple(marking.passed))


def targets(item: WorkItem) -> list[tuple[str, str]]:
    """(step, name) of the desks to which this item may send the case back, nearest first."""
    if item.nature != WorkItem.Nature.STEP or item.state != State.OPEN:
        return []
    process = process_of(item.case)
    found = walk.targets(process, marking_of(item.case), item.step)
    zh = (get_language() or "zh").startswith("zh")
    names = {task: process.nodes[task] for task in found}
    return [
        (task, node.name if zh or node.step is None else node.step.name_en or node.name)
        for task, node in reversed(names.items())
    ]


def outcomes(item: WorkItem) -> tuple[str, ...]:
    """What the item may be answered with, best first."""
    if item.nature == WorkItem.Nature.OPINION:
        return ("agree", "refuse")
    if item.nature == WorkItem.Nature.SUPPLEMENT:
        return ("done",)
    step = process_of(item.case).nodes[item.step].step
    return step.outcomes if step else ()


def may_resume(item: WorkItem) -> bool:
    """Whether the case was sent back to this desk and could go straight back; the facts are compared on doing so."""
    return item.nature == WorkItem.Nature.STEP and walk.may_resume(
        process_of(item.case), marking_of(item.case), item.step
    )


def my_items(case: Case) -> list[WorkItem]:
    """What the principal can do on this case now."""
    principal = current_principal()
    mine = WorkItem.objects.filter(case=case, post__in=my_posts(), state=State.OPEN).select_related("post", "case")
    return [item for item in mine.order_by("id") if policies.may_act(principal, item)]


SAME_WORK_ELSEWHERE = (Role.PERSONNEL_BODY, Role.CITY_LEADER, Role.TAIWAN_OFFICE)
"""Posts of these roles do the same work in different houses; others pass on within their own unit."""
NEVER_ASKED = (Role.AUDITOR, Role.INSPECTOR)


def receivers(item: WorkItem) -> list[Post]:
    """Posts to which the item may be passed on: of the same house, or of the same work, and able to do it."""
    same = Q(unit=item.post.unit_id) | Q(role=item.post.role, role__in=SAME_WORK_ELSEWHERE)
    posts = Post.objects.filter(same, office=item.post.office_id, closed_on=None).exclude(pk=item.post_id)
    needed = policies.needed_permission(item)
    alike = item.kind in ("approve", "accept")
    return [
        post
        for post in posts.select_related("unit").order_by("unit__name", "name", "id")
        if needed in PERMISSIONS[post.role] and (not alike or post.role == item.post.role)
    ]


def askable(item: WorkItem) -> list[Post]:
    """Posts whose opinion may be asked: any of the office and its units that isn't at it already."""
    at_it = WorkItem.objects.filter(case=item.case_id, state=State.OPEN, asked_by=item.pk).values("post")
    posts = Post.objects.filter(office=item.post.office_id, closed_on=None).exclude(role__in=NEVER_ASKED)
    posts = posts.exclude(pk=item.post_id).exclude(pk__in=at_it).exclude(pk=item.case.applicant_post_id)
    return list(posts.select_related("unit").order_by("-unit__is_office", "unit__name", "name", "id"))


def paper_items(case: Case) -> list[WorkItem]:
    """Steps of other posts whose decision on paper the principal may type in."""
    principal = current_principal()
    others = WorkItem.objects.filter(case=case, state=State.OPEN, nature="step").exclude(post__in=my_posts())
    return [
        item for item in others.select_related("post__unit", "case") if policies.may_record_from_paper(principal, item)
    ]


def pending_papers(case: Case) -> QuerySet[PaperEntry]:
    waiting_ones = PaperEntry.objects.filter(item__case=case, item__state=State.OPEN, state=PaperEntry.State.PENDING)
    return waiting_ones.select_related("item", "item__post", "recorded_by")


def waiting(case: Case) -> list[WorkItem]:
    """Everything that is open on the case, with posts and holders."""
    return list(
        WorkItem.objects.filter(case=case, state=State.OPEN).select_related("post", "claimed_by").order_by("id")
    )


def deadlines(case: Case) -> list[tuple[Deadline, clocks.Face]]:
    """Running clocks, earliest first, with their colour today."""
    running = Deadline.objects.filter(case=case, met_on=None, dropped_on=None)
    running = running.select_related("item").order_by("due", "id")
    return [(d, clocks.face(d.due, clocks.today(), d.workdays, paused=bool(case.paused_for))) for d in running]


def versions(case: Case) -> QuerySet[DossierVersion]:
    return DossierVersion.objects.filter(case=case).order_by("number")


def watchers(case: Case) -> QuerySet[Post]:
    return Post.objects.filter(pk__in=Watch.objects.filter(case=case).values("post"))


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of the register that concerns a case; names are looked up where the reader may see them."""

    id: uuid.UUID
    name: str
    kind: str
    account: str
    post: str
    for_post: str
    happened_on: date
    recorded_at: datetime
    data: dict[str, Any]


def timeline(case: Case) -> list[TimelineEvent]:
    """What was done on the case, from the register itself, oldest first. The database answers it only to
    somebody who sees the case.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM casework_timeline(%s)", [case.pk])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    # The database gives an event's data as text: how the driver reads JSON elsewhere doesn't reach a function's answer.
    return [TimelineEvent(**dict(zip(FIELDS_OF_AN_EVENT, row, strict=True)) | {"data": _data(row[-1])}) for row in rows]


FIELDS_OF_AN_EVENT = ("id", "name", "kind", "account", "post", "for_post", "happened_on", "recorded_at", "data")


def _data(found: str | dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(found)) if isinstance(found, str) else found
