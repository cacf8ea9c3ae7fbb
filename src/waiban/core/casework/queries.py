"""Reads. The inbox is SQL over work items and cases; no domain is known here."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.engine import walk
from waiban.core.casework.models import Case, Deadline, Decision, DossierVersion, PaperEntry, Watch, WorkItem
from waiban.core.casework.moves import marking_of
from waiban.core.casework.processes import process_of
from waiban.core.casework.subjects import Preview, subject_of, url_of
from waiban.core.people.models import Post

View = Literal["todo", "doing", "done", "watched"]
State = WorkItem.State


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of an inbox. `left` and `total` in working days; `left` is negative when overdue."""

    item_id: uuid.UUID | None
    case_id: uuid.UUID
    verb: str
    title: str
    detail: str
    unit_name: str
    holder: str
    claimed: bool
    post_name: str
    due: date | None
    left: int | None
    total: int | None
    colour: clocks.Colour
    paused_for: str
    url: str
    number: str
    kind: str
    stage: str
    closed_on: date | None = None


def my_posts() -> frozenset[uuid.UUID]:
    """Posts held and posts stood in for today."""
    principal = current_principal()
    return principal.posts | principal.standing_in


def open_items() -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(post__in=my_posts(), state=State.OPEN)


def inbox(
    view: View = "todo",
    *,
    kind: str = "",
    unit: uuid.UUID | None = None,
    destination: str = "",
    holder: Literal["", "me", "section", "nobody"] = "",
    after: tuple[date | None, uuid.UUID] | None = None,
    limit: int = 200,
) -> list[InboxRow]:
    """todo: what my posts can do now, earliest due first · doing: open cases my posts have acted on ·
    done: what my posts have done, newest first · watched: cases my post follows.
    `after`: (due, id) of the last row seen, for the next page of todo.
    """
    cases = _case_filter(kind, unit, destination)
    if view == "todo":
        return _todo(cases, holder, after, limit)
    if view == "done":
        mine = WorkItem.objects.filter(cases, post__in=my_posts(), state=State.DONE)
        return _rows(mine.order_by("-closed_on", "-id")[:limit])
    if view == "doing":
        acted = WorkItem.objects.filter(case=OuterRef("pk"), post__in=my_posts(), state=State.DONE)
        waits = WorkItem.objects.filter(case=OuterRef("pk"), post__in=my_posts(), state=State.OPEN)
        found = Case.objects.filter(_case_filter(kind, unit, destination, ""), Exists(acted), ~Exists(waits), result="")
    else:
        watched = Watch.objects.filter(case=OuterRef("pk"), post__in=my_posts())
        found = Case.objects.filter(_case_filter(kind, unit, destination, ""), Exists(watched))
    return _case_rows(found.order_by(F("due").asc(nulls_last=True), "id")[:limit])


def inbox_counts(*, most: int = 1000) -> dict[View, int]:
    """Counted to `most` + 1 and no further: the page shows 1000+."""
    acted = WorkItem.objects.filter(case=OuterRef("pk"), post__in=my_posts(), state=State.DONE)
    waits = WorkItem.objects.filter(case=OuterRef("pk"), post__in=my_posts(), state=State.OPEN)
    return {
        "todo": open_items()[: most + 1].count(),
        "doing": Case.objects.filter(Exists(acted), ~Exists(waits), result="")[: most + 1].count(),
        "done": WorkItem.objects.filter(post__in=my_posts(), state=State.DONE)[: most + 1].count(),
        "watched": Watch.objects.filter(post__in=my_posts())[: most + 1].count(),
    }


def _case_filter(kind: str, unit: uuid.UUID | None, destination: str, path: str = "case__") -> Q:
    wanted = Q()
    if kind:
        wanted &= Q(**{f"{path}kind": kind})
    if unit is not None:
        wanted &= Q(**{f"{path}unit": unit})
    if destination:
        wanted &= Q(**{f"{path}destination__contains": destination})
    return wanted


def _todo(cases: Q, holder: str, after: tuple[date | None, uuid.UUID] | None, limit: int) -> list[InboxRow]:
    principal = current_principal()
    items = open_items().filter(cases)
    if holder == "me":
        items = items.filter(claimed_by=principal.account)
    elif holder == "nobody":
        items = items.filter(claimed_by=None)
    elif holder == "section":
        items = items.exclude(claimed_by=principal.account).exclude(claimed_by=None)
    if after is not None:
        due, last = after
        if due is None:
            items = items.filter(due=None, id__gt=last)
        else:
            items = items.filter(Q(due__gt=due) | Q(due=due, id__gt=last) | Q(due=None))
    return _rows(items.order_by(F("due").asc(nulls_last=True), "id")[:limit])


def _rows(items: QuerySet[WorkItem]) -> list[InboxRow]:
    related = items.select_related("case", "case__unit", "post", "claimed_by").defer("case__marking")
    return [_row(item, clocks.today()) for item in related]


def _row(item: WorkItem, on: date) -> InboxRow:
    case = item.case
    face = clocks.face(item.due, item.closed_on or on, item.workdays, paused=bool(case.paused_for))
    return InboxRow(
        item_id=item.pk, case_id=case.pk, verb=verb_of(item), title=case.title, detail=case.detail,
        unit_name=case.unit.short_name or case.unit.name, holder=item.claimed_by.name if item.claimed_by else "",
        claimed=item.claimed_by_id is not None, post_name=item.post.name, due=item.due, left=face.left,
        total=item.workdays, colour=face.colour, paused_for=case.paused_for, url=url_of(case), number=case.number,
        kind=case.kind, stage=item.stage, closed_on=item.closed_on,
    )  # fmt: skip


def _case_rows(cases: QuerySet[Case]) -> list[InboxRow]:
    found = list(cases.select_related("unit").defer("marking"))
    waiting: dict[uuid.UUID, WorkItem] = {}
    open_now = WorkItem.objects.filter(case__in=[case.pk for case in found], state=State.OPEN)
    for item in open_now.select_related("post", "claimed_by").order_by("id"):
        waiting.setdefault(item.case_id, item)
    rows, on = [], clocks.today()
    for case in found:
        held = waiting.get(case.pk)
        face = clocks.face(case.due, on, held.workdays if held else None, paused=bool(case.paused_for))
        rows.append(
            InboxRow(
                item_id=None, case_id=case.pk, verb=verb_of(held) if held else "", title=case.title,
                detail=case.detail, unit_name=case.unit.short_name or case.unit.name,
                holder=held.claimed_by.name if held and held.claimed_by else "",
                claimed=bool(held and held.claimed_by_id), post_name=held.post.name if held else "", due=case.due,
                left=face.left, total=held.workdays if held else None, colour=face.colour, paused_for=case.paused_for,
                url=url_of(case), number=case.number, kind=case.kind, stage=case.stage, closed_on=case.ended_on,
            )
        )  # fmt: skip
    return rows


def verb_of(item: WorkItem) -> str:
    if (get_language() or "zh").startswith("zh"):
        return item.verb
    return item.verb_en or item.verb


@dataclass(frozen=True, slots=True)
class ItemPreview:
    """What the inbox shows beside its list."""

    item_id: uuid.UUID
    number: str
    title: str
    unit: str
    url: str
    holder: str
    since: date
    question: str
    defects: Sequence[str]
    last_step: tuple[str, str, str, datetime] | None
    """(step, post and person, words, when)."""
    subject: Preview
    may_act: bool


def preview(item_id: uuid.UUID) -> ItemPreview:
    item = WorkItem.objects.select_related("case", "case__unit", "post", "claimed_by").get(pk=item_id)
    case = item.case
    last = next(iter(reversed(opinions(case))), None)
    holder = f"{item.post.name} {item.claimed_by.name}" if item.claimed_by else item.post.name
    return ItemPreview(
        item_id=item.pk, number=case.number, title=case.title, unit=case.unit.name, url=url_of(case), holder=holder,
        since=item.opened_on, question=item.question, defects=item.defects,
        last_step=(last.step_name, last.who, last.words, last.recorded_at) if last else None,
        subject=subject_of(case).preview(case), may_act=policies.may_act(current_principal(), item),
    )  # fmt: skip


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
    return [
        Opinion(
            decision=row, step_name=verb_of(row.item) or process.nodes[row.step].name, who=_who(row),
            outcome=row.outcome, words=row.opinion, happened_on=row.happened_on, recorded_at=row.recorded_at,
            version=row.version, from_paper=row.paper_id is not None,
            recorded_by=row.paper.recorded_by.name if row.paper else "",
            in_force=newest.get((row.step, row.entry)) == row.pk and row.step in passed,
        )
        for row in found
    ]  # fmt: skip


def _who(row: Decision) -> str:
    """On paper the post wrote; on screen a person did, perhaps in another's place."""
    if row.paper_id is not None:
        return row.post.name
    return f"{row.account.name} 代 {row.post.name}" if row.standing_in else f"{row.post.name} {row.account.name}"


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


def paper_items(case: Case) -> list[WorkItem]:
    """Steps of other posts whose decision on paper the principal may type in."""
    principal = current_principal()
    others = WorkItem.objects.filter(case=case, state=State.OPEN, nature="step").exclude(post__in=my_posts())
    return [item for item in others.select_related("post", "case") if policies.may_record_from_paper(principal, item)]


def pending_papers(case: Case) -> QuerySet[PaperEntry]:
    return PaperEntry.objects.filter(item__case=case, state=PaperEntry.State.PENDING).select_related(
        "item", "item__post", "recorded_by"
    )


def waiting(case: Case) -> list[WorkItem]:
    """Everything that is open on the case, with posts and holders."""
    return list(
        WorkItem.objects.filter(case=case, state=State.OPEN).select_related("post", "claimed_by").order_by("id")
    )


def deadlines(case: Case) -> list[tuple[Deadline, clocks.Face]]:
    """Running clocks, earliest first, with their colour today."""
    running = Deadline.objects.filter(case=case, met_on=None, dropped_on=None).order_by("due", "id")
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
        rows: Iterable[tuple[Any, ...]] = cursor.fetchall()
    return [TimelineEvent(*row) for row in rows]
