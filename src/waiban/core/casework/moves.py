"""What every act has in common: lock, let the engine move, make the rows follow, tell the others.

Lock order is always the case, then its items: two acts on one case wait for each other there.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers as reader_keys
from waiban.core.access.principals import Principal
from waiban.core.audit.record import record
from waiban.core.casework import clocks
from waiban.core.casework.engine import walk
from waiban.core.casework.engine.marking import Marking
from waiban.core.casework.engine.model import Process, Step
from waiban.core.casework.engine.problems import StepRefused
from waiban.core.casework.errors import AlreadyDoneError, CannotError
from waiban.core.casework.models import (
    Case,
    Deadline,
    Decision,
    DossierVersion,
    MemberDecision,
    PaperEntry,
    Pause,
    Timer,
    Watch,
    WorkItem,
)
from waiban.core.casework.processes import process_of
from waiban.core.casework.subjects import Move, subject_of, url_of
from waiban.core.files.models import StoredFile
from waiban.core.notify.outbox import enqueue
from waiban.core.people.models import Post, Unit


class Values(Mapping[str, object]):
    """The subject's variables, asked for only when a gateway or a countersign looks at them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.found: Mapping[str, object] | None = None

    def _all(self) -> Mapping[str, object]:
        if self.found is None:
            self.found = subject_of(self.case).values(self.case)
        return self.found

    def __getitem__(self, name: str) -> object:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def lock_case(case_id: uuid.UUID) -> Case:
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "office").get(pk=case_id)
    return _running(case)


def lock_item(item_id: uuid.UUID) -> WorkItem:
    """The item with its case, both locked. Raises AlreadyDoneError when it no longer waits."""
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "office").get(items=item_id)
    item = WorkItem.objects.select_for_update(of=("self",)).select_related("post").get(pk=item_id)
    item.case = case
    if item.state != WorkItem.State.OPEN:
        raise AlreadyDoneError(_("这一步刚才已经办了，请刷新"))
    _running(case)
    return item


def _running(case: Case) -> Case:
    if case.result:
        raise AlreadyDoneError(_("办件已经办结"))
    return case


def marking_of(case: Case) -> Marking:
    return Marking.from_json(case.marking)


@contextmanager
def engine_words() -> Iterator[None]:
    """The engine's refusal, in the language of the screen."""
    try:
        yield
    except StepRefused as refusal:
        raise CannotError(refusal.problem.text(get_language() or "zh")) from refusal


def close_item(item: WorkItem, on: date, state: WorkItem.State = WorkItem.State.DONE) -> None:
    item.state = state
    item.closed_on = on
    item.save(update_fields=["state", "closed_on"])
    if item.workdays is not None:
        clocks.stop([item.pk], met=state == WorkItem.State.DONE, on=on)


_MOVED = (
    "accepted_on", "at_office", "due", "ended_on", "marking", "paused_for", "result", "round", "stage", "version",
)  # fmt: skip


def follow(
    case: Case, before: Marking, after: Marking, *, on: date, done: WorkItem | None = None
) -> tuple[WorkItem, ...]:
    """Make the rows say what the new marking says; answers the items that were opened. Saves the case."""
    process = process_of(case)
    was = set(walk.enabled(process, before))
    if done is not None:
        was.discard(walk.Open(done.step, done.entry))
    now = walk.enabled(process, after)
    gone = was - set(now)
    if gone:
        _void(case, gone, on)
    case.marking = after.to_json()
    case.round = after.round
    opened = _open_items(case, process, after, [place for place in now if place not in was], on)
    if any(item.kind == "outside" for item in opened):
        clocks.pause(case, Pause.Reason.OUTSIDE, clocks.UPPER_BODY, on)
    if (done and done.kind == "outside") or any(step.kind == "outside" for step in _steps(process, gone)):
        clocks.go_on(case, Pause.Reason.OUTSIDE, on)
    _set_timers(case, before, after, on=on, done=done)
    case.stage = next((step.stage for step in _steps(process, now) if step.stage), case.stage)
    if after.ended:
        _end(case, after.result or "closed", on)
    elif gone or (done and done.workdays is not None) or any(item.workdays is not None for item in opened):
        clocks.set_due(case)
    case.save(update_fields=_MOVED)
    return opened


def _set_timers(case: Case, before: Marking, after: Marking, *, on: date, done: WorkItem | None) -> None:
    process = process_of(case)
    ran = set(walk.armed_timers(process, before))
    runs = walk.armed_timers(process, after)
    if not ran and not runs:
        return
    # A desk that is open again after its own act began anew, and so did its timers.
    anew = set(process.nodes[done.step].timers) if done is not None else set()
    stopped = (ran - set(runs)) | (ran & anew)
    Timer.objects.filter(case=case, timer__in=stopped, closed_on=None).update(closed_on=on)
    Timer.objects.bulk_create(
        Timer(
            case=case, timer=name, began_on=on, due=clocks.timer_day(process.nodes[name], on), readers=case.readers
        )
        for name in runs
        if name not in ran or name in stopped
    )  # fmt: skip


def _steps(process: Process, places: Iterable[walk.Open]) -> Iterator[Step]:
    for place in places:
        step = process.nodes[place.task].step
        if step is not None:
            yield step


def _void(case: Case, gone: set[walk.Open], on: date) -> None:
    open_items = WorkItem.objects.filter(case=case, state=WorkItem.State.OPEN)
    ids = [
        item.pk for item in open_items
        if item.nature == WorkItem.Nature.STEP and walk.Open(item.step, item.entry) in gone
    ]  # fmt: skip
    ids += [item.pk for item in open_items if item.asked_by_id in ids]
    WorkItem.objects.filter(pk__in=ids).update(state=WorkItem.State.VOIDED, closed_on=on)
    _drop_papers(ids)
    clocks.stop(ids, met=False, on=on)
    if any(item.pk in ids and item.nature == WorkItem.Nature.SUPPLEMENT for item in open_items):
        clocks.go_on(case, Pause.Reason.SUPPLEMENT, on)


def _drop_papers(item_ids: Sequence[uuid.UUID]) -> None:
    PaperEntry.objects.filter(item__in=item_ids, state=PaperEntry.State.PENDING).update(
        state=PaperEntry.State.REJECTED, note="这一步已收回，未复核的录入作废"
    )


def _end(case: Case, result: str, on: date) -> None:
    case.result = result
    case.ended_on = on
    case.due = None
    left = list(WorkItem.objects.filter(case=case, state=WorkItem.State.OPEN).values_list("pk", flat=True))
    WorkItem.objects.filter(pk__in=left).update(state=WorkItem.State.VOIDED, closed_on=on)
    _drop_papers(left)
    Deadline.objects.filter(case=case, met_on=None, dropped_on=None).update(dropped_on=on)
    Timer.objects.filter(case=case, closed_on=None).update(closed_on=on)
    if case.paused_for:
        Pause.objects.filter(case=case, until=None).update(until=on)
        case.paused_for = ""
    _tell(case, f"case.{result}", case.applicant_post_id)


def _open_items(
    case: Case, process: Process, after: Marking, places: Sequence[walk.Open], on: date
) -> tuple[WorkItem, ...]:
    if not places:
        return ()
    items: list[WorkItem] = []
    was_at_office = case.at_office
    for place in places:
        node = process.nodes[place.task]
        step = node.step
        assert step is not None
        items.append(
            WorkItem(
                case=case, step=place.task, entry=place.entry, kind=step.kind, stage=step.stage, verb=node.name,
                verb_en=step.name_en, round=after.round, post=post_for(case, place.task, step, place.entry),
                opened_on=on, workdays=step.workdays,
            )
        )  # fmt: skip
        if step.scope == "office":
            case.at_office = True
    widen(case, [item.post for item in items], reached_office=case.at_office and not was_at_office)
    add_items(case, items)
    return tuple(items)


def add_items(case: Case, items: Sequence[WorkItem]) -> None:
    """Save new items with their clocks, and tell their posts."""
    deadlines = []
    for item in items:
        item.readers = case.readers
        deadline = clocks.begin(case, item, item.verb)
        if deadline is not None:
            deadlines.append(deadline)
    if len(items) == 1:
        items[0].save(force_insert=True)
    else:
        WorkItem.objects.bulk_create(items)
    if deadlines:
        Deadline.objects.bulk_create(deadlines)
    tell_posts(case, items)


def tell_posts(case: Case, items: Sequence[WorkItem]) -> None:
    for item in items:
        _tell(case, "case.work", item.post_id, verb=item.verb, verb_en=item.verb_en, due=item.due)


def _tell(case: Case, event: str, post_id: uuid.UUID, **data: Any) -> None:
    enqueue(
        event,
        office=case.office_id,
        to_posts=[post_id],
        thread=case.pk,
        data={"title": case.title, "number": case.number, **data},
        url=url_of(case),
    )


def post_for(case: Case, step_id: str, step: Step, entry: str) -> Post:
    """Who is asked: the subject's answer first, then the role's post in the unit (or above it) or in the office."""
    found = subject_of(case).post_for(case, step_id, step, entry)
    if found is None and step.scope == "unit" and step.post == case.applicant_post.role:
        found = case.applicant_post
    if found is None and step.scope == "unit":
        unit: Unit | None = case.unit
        while found is None and unit is not None:
            found = Post.objects.filter(unit=unit, role=step.post).order_by("name").first()
            unit = unit.parent
    elif found is None:
        # The desk that has dealt with the case keeps it; a new case goes to the first desk by name.
        acted = WorkItem.objects.filter(case=case, post=OuterRef("pk"), state=WorkItem.State.DONE)
        posts = Post.objects.filter(office_id=case.office_id, role=step.post)
        found = posts.order_by(Exists(acted).desc(), "-office_wide", "name").first()
    if found is None:
        node = process_of(case).nodes[step_id]
        raise CannotError(_("还没有设办理“%(step)s”的岗位，请先设岗") % {"step": node.name or step_id})
    return found


_CHILDREN: Mapping[type[models.Model], str] = {
    Deadline: "case",
    Decision: "case",
    DossierVersion: "case",
    MemberDecision: "decision__case",
    PaperEntry: "item__case",
    Pause: "case",
    Timer: "case",
    Watch: "case",
    WorkItem: "case",
}
"""Tables whose rows carry their case's keys, and the way to the case."""


def widen(case: Case, posts: Sequence[Post], *, reached_office: bool = False) -> None:
    """Let the posts' holders see the case and all that hangs on it."""
    strangers = tuple(
        post.pk for post in posts
        if not (post.unit_id == case.unit_id and post.unit_wide) and not (case.at_office and post.office_wide)
    )  # fmt: skip
    if not strangers and not reached_office:
        return
    wanted = reader_keys(case.office_id, office=case.at_office, units=(case.unit_id,), posts=strangers)
    if not set(wanted) <= set(case.readers):
        set_readers(case, sorted({*case.readers, *wanted}))


def set_readers(case: Case, wanted: list[int]) -> None:
    """The case's keys and those of every row that hangs on it."""
    case.readers = wanted
    Case.objects.filter(pk=case.pk).update(readers=wanted)
    for model, path in _CHILDREN.items():
        model._default_manager.filter(**{path: case}).update(readers=wanted)
    scans = PaperEntry.objects.filter(item__case=case).values("scan")
    StoredFile.objects.filter(pk__in=scans).update(readers=wanted)
    subject_of(case).readers_changed(case)


def freeze(case: Case, step: str, acting: Principal, on: date) -> None:
    """A hand-over: keep the dossier as it is now, unless it is what was handed over before."""
    frozen = subject_of(case).freeze(case)
    digest = _sha256(frozen.content)
    if case.version:
        last = DossierVersion.objects.only("sha256").get(case=case, number=case.version)
        if last.sha256 == digest:
            return
    case.version += 1
    DossierVersion.objects.create(
        case=case, number=case.version, content=frozen.content, sha256=digest, relevant_sha256=frozen.relevant_sha256,
        step=step, frozen_by_post_id=acting.post, frozen_on=on, readers=case.readers,
    )  # fmt: skip


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def log(act: str, acting: Principal, case: Case, on: date, **data: Any) -> None:
    record(
        act, acting, subject=("case", case.pk), case=case.pk, office=case.office_id, readers=case.readers,
        happened_on=on, data=data,
    )  # fmt: skip


def tell_subject(
    act: str,
    case: Case,
    opened: Sequence[WorkItem],
    *,
    item: WorkItem | None = None,
    decision: Decision | None = None,
) -> None:
    move = Move(act, item, decision, tuple(dict.fromkeys(o.step for o in opened)), case.result or None)
    subject_of(case).moved(case, move)
