"""Rows and a case as the texts that the page prints: formatted once, before the template."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.more import MoreAct, more_acts
from waiban.core.casework.subjects import details_of, subject_of
from waiban.core.search.registry import Finder, Hit
from waiban.core.ui import format as text
from waiban.core.ui.clocks import case_faces, face_of, item_face
from waiban.core.ui.marks import ClockFace, done_face, paused_face
from waiban.desks.inbox import queries

OUTCOMES: dict[str, Promise] = {
    "agree": _("同意"),
    "refuse": _("不同意"),
    "send_back": _("退回"),
    "accept": _("受理"),
    "done": _("办结"),
}


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    clock: ClockFace
    verb: str
    title: str
    detail: str
    unit: str
    holder: str
    url: str
    preview_url: str


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: str
    note: str
    rows: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Said:
    what: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Paper:
    name: str
    url: str
    day: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A case beside the list: what is missing, the last step, its papers, what can be done."""

    number: str
    title: str
    clock: ClockFace | None
    due: str
    lines: Sequence[tuple[str, Sequence[str]]]
    findings: Sequence[Mark]
    rest: str
    last: Said | None
    files: Sequence[Paper]
    url: str
    open_label: str
    claim_url: str
    watch_url: str
    watch_label: str
    more: Sequence[MoreAct]


def address(url_name: str, subject_id: uuid.UUID, item_id: uuid.UUID | None = None) -> str:
    """The page of a case's subject: what this post can do there stands on top, the named item first."""
    page = reverse(url_name, args=[subject_id])
    return f"{page}?item={item_id}" if item_id else page


def line(row: queries.Row, today: date) -> Line:
    return Line(
        str(row.case_id),
        _clock(row, today),
        _verb(row),
        row.title,
        row.detail,
        row.unit,
        _holder(row),
        address(row.url_name, row.subject_id, row.item_id),
        reverse("inbox_preview", args=[row.case_id]),
    )


def in_language(found: Sequence[queries.Row]) -> list[queries.Row]:
    """What is stored in Chinese, in the reader's language: asked of each kind of case once for all its rows."""
    if not (get_language() or "").startswith("en"):
        return list(found)
    said: dict[uuid.UUID, tuple[str, str]] = {}
    for kind in {row.kind for row in found}:
        said |= details_of(kind, {row.subject_id for row in found if row.kind == kind})
    return [replace(row, detail=said[row.subject_id][0]) if row.subject_id in said else row for row in found]


def all_in_language(found: Iterable[queries.Row]) -> Iterator[queries.Row]:
    rest = iter(found)
    while some := list(islice(rest, 500)):
        yield from in_language(some)


def groups(found: Sequence[queries.Row], view: queries.View, sort: queries.Sort, today: date) -> list[Group]:
    """逾期, 今天, 本周, 下周, 以后, 没有期限, 已暂停; one group where the view isn't ordered by due day."""
    if view == "done" or sort != "due":
        return [Group("all", "", "", [line(row, today) for row in found])] if found else []
    sunday = today + timedelta(days=6 - today.weekday())
    labels: dict[str, str] = {
        "overdue": gettext("逾期"),
        "today": gettext("今天到期"),
        "week": gettext("本周"),
        "next": gettext("下周"),
        "later": gettext("以后"),
        "none": gettext("没有期限"),
        "paused": gettext("已暂停"),
    }
    sorted_in: dict[str, list[Line]] = {code: [] for code in labels}
    for row in found:
        sorted_in[_group(row, today, sunday)].append(line(row, today))
    made = []
    for code, label in labels.items():
        if lines := sorted_in[code]:
            note = ngettext("%(n)d 件", "%(n)d 件", len(lines)) % {"n": len(lines)}
            made.append(Group(code, label, f"{note}·{text.day_text(today)}" if code == "today" else note, lines))
    return made


@dataclass(frozen=True, slots=True)
class FoundGroup:
    label: str
    rows: Sequence[tuple[Hit, ClockFace | None]]
    many: bool


def found_group(finder: Finder, hits: Sequence[Hit], today: date) -> FoundGroup:
    shown = hits[: queries.PAGE]
    return FoundGroup(str(finder.label), [(hit, _hit_clock(hit, today)) for hit in shown], len(hits) > len(shown))


def _hit_clock(hit: Hit, today: date) -> ClockFace | None:
    if hit.closed_on:
        return done_face(late=bool(hit.due and hit.closed_on > hit.due))
    return paused_face() if hit.paused_for else _running(hit.due, hit.workdays, today)


def _group(row: queries.Row, today: date, sunday: date) -> str:
    if row.paused_for:
        return "paused"
    if row.due is None:
        return "none"
    if row.due <= today:
        return "overdue" if row.due < today else "today"
    if row.due <= sunday:
        return "week"
    return "next" if row.due <= sunday + timedelta(days=7) else "later"


def _clock(row: queries.Row, today: date) -> ClockFace:
    if row.closed_on:
        return done_face(late=bool(row.due and row.closed_on > row.due))
    if row.paused_for:
        return paused_face()
    return _running(row.due, row.workdays, today) or ClockFace("running", "next", gettext("不限期"))


def _running(due: date | None, workdays: int | None, today: date) -> ClockFace | None:
    return face_of(due, workdays, today)


def _verb(row: queries.Row) -> str:
    verb = row.verb_en if (get_language() or "").startswith("en") and row.verb_en else row.verb
    return verb or (gettext("已结案") if row.result else gettext("办理中"))


def _holder(row: queries.Row) -> str:
    return row.holder or (gettext("待认领") if row.item_id and not row.closed_on else row.post)


def shown(case: Case, item: WorkItem | None, today: date, waiting: Sequence[WorkItem]) -> Shown:
    ready = subject_of(case).preview(case)
    lines: list[tuple[str, Sequence[str]]] = [(gettext("单位"), [case.unit.name])]
    lines += [(label, said.split("\n")) for label, said in ready.lines]
    if ready.money:
        lines.append((gettext("经费"), [ready.money]))
    if item:
        who = f"{item.post.name} {item.claimed_by.name}" if item.claimed_by else item.post.name
        since = gettext("%(who)s，%(day)s 起") % {"who": who, "day": text.short_day_text(item.opened_on)}
        lines.append((gettext("在谁手里"), [since]))
    if item:
        item.case = case
    mine = item is not None and item.post_id in queries.my_posts(current_principal())
    watching = queries.watched(case.pk)
    due = item.due if item and mine else case.due
    paused = bool(case.paused_for)
    late = gettext("%(day)s 到期") % {"day": text.short_day_text(due)} if due and not paused else ""
    return Shown(
        number=case.number,
        title=case.title,
        clock=item_face(item, today) if item and mine else case_faces([case], today).get(case.pk),
        due=late,
        lines=lines,
        findings=[Mark(kind, sentence) for kind, sentence in ready.missing],
        rest=_others(ready.others),
        last=_last(case),
        files=[Paper(*paper) for paper in ready.files],
        url=address(case.url_name, case.subject_id, item.pk if item and mine else None),
        open_label=gettext("去办：%(verb)s") % {"verb": _item_verb(item)} if item and mine else gettext("打开案卷"),
        claim_url=reverse("inbox_claim", args=[item.pk]) if item and mine and item.claimed_by_id is None else "",
        watch_url=reverse("inbox_watch", args=[case.pk]) if current_principal().may(Permission.CASE_READ) else "",
        watch_label=gettext("不再关注") if watching else gettext("关注"),
        more=more_acts(case, item if mine else None, waiting),
    )


def _others(count: int) -> str:
    return ngettext("其余 %(n)d 项符合", "其余 %(n)d 项符合", count) % {"n": count} if count else ""


def _item_verb(item: WorkItem) -> str:
    return item.verb_en if (get_language() or "").startswith("en") and item.verb_en else item.verb


def _last(case: Case) -> Said | None:
    decision = queries.last_decision(case.pk)
    if decision is None:
        return None
    outcome = str(OUTCOMES.get(decision.outcome, decision.outcome))
    what = f"{_item_verb(decision.item)} {outcome}"
    if decision.paper_id:
        what = gettext("%(what)s，据纸质批示录入") % {"what": what}
    who = f"{decision.post.name} {decision.account.name}"
    return Said(what, who, text.day_text(decision.happened_on))
