"""What lies on my posts' desks: rows of casework, read through row security, knowing no domain."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from waiban.core.access.principals import Principal, current_principal
from waiban.core.casework.models import Case, Decision, Watch, WorkItem
from waiban.core.people.models import Post, Unit
from waiban.core.places.names import place_in
from waiban.core.search.registry import Finder, Hit, finders
from waiban.core.ui.clocks import workdays_of

View = Literal["todo", "doing", "done", "watched"]
Sort = Literal["due", "opened"]
PAGE = 50
COUNT_LIMIT = 1000
OTHER_LIMIT = 100
"""For the tabs that aren't open: 100+ says enough, and a desk with much under way would pay for it on every page."""
NEVER = date(9999, 12, 31)
"""Stands for no due day in keys, so that such rows come last and a page can go on after them."""


BY_DUE = (F("due").asc(nulls_last=True), "id")


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty values don't filter. `holder`: mine, free (nobody has claimed it) or section (posts of my unit)."""

    kind: str = ""
    unit: uuid.UUID | None = None
    destination: str = ""
    holder: str = ""
    sort: Sort = "due"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: an item that waits, or a case with the item that holds it. Days, not texts."""

    case_id: uuid.UUID
    item_id: uuid.UUID | None
    subject_id: uuid.UUID
    url_name: str
    number: str
    title: str
    detail: str
    verb: str
    verb_en: str
    unit: str
    post: str
    holder: str
    """Who has claimed it, or empty."""
    due: date | None
    workdays: int | None
    opened_on: date | None
    closed_on: date | None
    paused_for: str
    result: str
    key: str
    """Where the next page begins."""
    kind: str = ""


def my_posts(principal: Principal) -> list[uuid.UUID]:
    return sorted(principal.posts | principal.standing_in)


def rows(view: View, wanted: Filter, after: str = "", limit: int = PAGE) -> tuple[list[Row], str]:
    """A page of rows and the key of the next page, empty on the last."""
    if view in ("todo", "done"):
        return _item_rows(_items(view, wanted), wanted.sort, view, after, limit)
    pages = [
        list(_after_up(ways.select_related("unit").defer("marking"), "due", after).order_by(*BY_DUE)[: limit + 1])
        for ways in _cases(view, wanted)
    ]
    return _case_rows(list({case.pk: case for page in pages for case in page}.values()), limit)


def every_row(view: View, wanted: Filter, limit: int) -> Iterable[Row]:
    """All that is filtered, page by page, for the export."""
    after, given = "", 0
    while given < limit:
        page, after = rows(view, wanted, after, min(500, limit - given))
        yield from page
        given += len(page)
        if not after:
            return


def count(view: View, wanted: Filter | None = None, limit: int = COUNT_LIMIT) -> tuple[int, bool]:
    """How many, and whether that is exact: beyond the limit counting stops."""
    bases: list[QuerySet[Any]]
    bases = [_items(view, wanted or Filter())] if view in ("todo", "done") else _cases(view, wanted or Filter())
    if len(bases) == 1:
        found = bases[0].order_by()[: limit + 1].count()
    else:
        ids = [base.order_by().values_list("pk", flat=True)[: limit + 1] for base in bases]
        found = len({pk for part in ids for pk in part})
    return min(found, limit), found <= limit


def due_counts(today: date) -> tuple[int, int]:
    """How many of my items are overdue, and how many fall due today."""
    mine = _items("todo", Filter()).filter(due__lte=today, case__paused_for="").order_by()
    found = mine.values_list("due", flat=True)[: COUNT_LIMIT + 1]
    days = list(found)
    return sum(day < today for day in days if day), sum(day == today for day in days)


def choices(view: View) -> Mapping[str, list[tuple[str, str]]]:
    """What can be filtered by in this view: kinds, units and destinations of its first thousand rows, so that a
    menu never reads all that a post did in its life.
    """
    found: list[tuple[Any, ...]]
    if view in ("todo", "done"):
        columns = ("case__kind", "case__unit_id", "case__unit__short_name", "case__destination")
        order = ("due", "id") if view == "todo" else ("-closed_on", "-id")
        found = list(_items(view, Filter()).order_by(*order).values_list(*columns)[:COUNT_LIMIT])
    else:
        names = ("kind", "unit_id", "unit__short_name", "destination")
        found = [
            row
            for ways in _cases(view, Filter())
            for row in ways.order_by("due", "id").values_list(*names)[:COUNT_LIMIT]
        ]
    kinds: dict[str, str] = {}
    units: dict[str, str] = {}
    places: dict[str, str] = {}
    for kind, unit_id, unit, destination in found:
        kinds[kind] = kind
        units[str(unit_id)] = unit
        places |= {place: place_in(place, get_language() or "zh") for place in destination.split("、") if place}
    return {
        "kind": sorted(kinds.items()),
        "unit": sorted(units.items(), key=lambda pair: pair[1]),
        "destination": sorted(places.items(), key=lambda pair: pair[1]),
    }


def unit_name(unit: uuid.UUID) -> str:
    return Unit.objects.filter(pk=unit).values_list("short_name", flat=True).first() or ""


def last_decision(case_id: uuid.UUID) -> Decision | None:
    return Decision.objects.filter(case=case_id).select_related("post", "account", "item").order_by("-id").first()


def case_with_item(case_id: uuid.UUID) -> tuple[Case, WorkItem | None, list[WorkItem]]:
    """The case, its open item (one of mine where there is one) and all its open items. Raises Case.DoesNotExist where it isn't seen."""
    case = Case.objects.select_related("unit").get(pk=case_id)
    items = list(
        WorkItem.objects.filter(case=case, state=WorkItem.State.OPEN)
        .select_related("post__unit", "claimed_by")
        .order_by(F("due").asc(nulls_last=True), "id")
    )
    mine = set(my_posts(current_principal()))
    chosen = next((item for item in items if item.post_id in mine), items[0] if items else None)
    return case, chosen, items


def watched(case_id: uuid.UUID) -> bool:
    return Watch.objects.filter(case=case_id, post__in=my_posts(current_principal())).exists()


def found(text: str, limit: int = PAGE) -> list[tuple[Finder, list[Hit]]]:
    """What each room finds, at most one more than `limit`; a case isn't shown beside the thing that it is about."""
    everything = [(finder, list(finder.find(text, limit + 1))) for finder in finders()]
    shown = {hit.of for _finder, hits in everything for hit in hits}
    return [(finder, kept) for finder, hits in everything if (kept := [hit for hit in hits if hit.about not in shown])]


def _items(view: View, wanted: Filter) -> QuerySet[WorkItem]:
    principal = current_principal()
    state = WorkItem.State.OPEN if view == "todo" else WorkItem.State.DONE
    posts: Any = my_posts(principal)
    if wanted.holder == "section":
        posts = Post.objects.filter(unit__posts__in=my_posts(principal)).values("id")
    found = WorkItem.objects.filter(post__in=posts, state=state)
    if wanted.holder == "mine":
        found = found.filter(claimed_by=principal.account)
    elif wanted.holder == "free":
        found = found.filter(claimed_by=None)
    if wanted.kind:
        found = found.filter(case__kind=wanted.kind)
    if wanted.unit:
        found = found.filter(case__unit=wanted.unit)
    if wanted.destination:
        found = found.filter(case__destination__contains=wanted.destination)
    return found


def _cases(view: View, wanted: Filter) -> list[QuerySet[Case]]:
    """The cases of a view, in one or two ways that overlap. Two, since a condition with "or" is answered by reading
    everything that a post ever did: 0.8 s where it did a lot.
    """
    posts = my_posts(current_principal())
    if view == "watched":
        ways = [Case.objects.filter(Exists(Watch.objects.filter(case=OuterRef("pk"), post__in=posts)))]
    else:
        mine = WorkItem.objects.filter(case=OuterRef("pk"), post__in=posts)
        running = Case.objects.filter(result="").exclude(Exists(mine.filter(state=WorkItem.State.OPEN)))
        ways = [
            running.filter(applicant_post__in=posts),
            running.filter(Exists(mine.filter(state=WorkItem.State.DONE))),
        ]
    conditions: dict[str, Any] = {}
    if wanted.kind:
        conditions["kind"] = wanted.kind
    if wanted.unit:
        conditions["unit"] = wanted.unit
    if wanted.destination:
        conditions["destination__contains"] = wanted.destination
    return [found.filter(**conditions) for found in ways]


def _item_rows(found: QuerySet[WorkItem], sort: Sort, view: View, after: str, limit: int) -> tuple[list[Row], str]:
    found = found.select_related("case__unit", "post", "claimed_by").defer("case__marking")
    column = "closed_on" if view == "done" else "opened_on" if sort == "opened" else "due"
    if view == "done":
        found = _after_down(found, column, after).order_by(F(column).desc(), "-id")
    else:
        found = _after_up(found, column, after).order_by(F(column).asc(nulls_last=True), "id")
    page = list(found[: limit + 1])
    made = [_item_row(item, column) for item in page[:limit]]
    return made, made[-1].key if len(page) > limit else ""


def _case_rows(found: list[Case], limit: int) -> tuple[list[Row], str]:
    page = sorted(found, key=lambda case: (case.due or NEVER, case.pk))
    holding: dict[uuid.UUID, WorkItem] = {}
    items = WorkItem.objects.filter(case__in=[case.pk for case in page[:limit]], state=WorkItem.State.OPEN)
    for item in items.select_related("post", "claimed_by").order_by(F("due").desc(nulls_first=True), "-id"):
        holding[item.case_id] = item
    totals = workdays_of([case.pk for case in page[:limit] if case.due])
    made = [_case_row(case, holding.get(case.pk), totals.get(case.pk)) for case in page[:limit]]
    return made, made[-1].key if len(page) > limit else ""


def _after_up(found: QuerySet[Any], column: str, after: str) -> QuerySet[Any]:
    if not after:
        return found
    day, last = _key(after)
    if day == NEVER:
        return found.filter(**{f"{column}__isnull": True, "id__gt": last})
    later = Q(**{f"{column}__gt": day}) | Q(**{f"{column}__isnull": True})
    return found.filter(later | Q(**{column: day, "id__gt": last}))


def _after_down(found: QuerySet[Any], column: str, after: str) -> QuerySet[Any]:
    if not after:
        return found
    day, last = _key(after)
    return found.filter(Q(**{f"{column}__lt": day}) | Q(**{column: day, "id__lt": last}))


def _key(text: str) -> tuple[date, uuid.UUID]:
    """Raises ValueError where the key was not made here."""
    day, _, last = text.partition("_")
    return date.fromisoformat(day), uuid.UUID(last)


def _item_row(item: WorkItem, column: str) -> Row:
    case = item.case
    day = getattr(item, column) or NEVER
    return Row(
        case.pk,
        item.pk,
        case.subject_id,
        case.url_name,
        case.number,
        case.title,
        case.detail,
        item.verb,
        item.verb_en,
        case.unit.short_name,
        item.post.name,
        item.claimed_by.name if item.claimed_by else "",
        item.due,
        item.workdays,
        item.opened_on,
        item.closed_on,
        case.paused_for if item.state == WorkItem.State.OPEN else "",
        case.result,
        f"{day.isoformat()}_{item.pk}",
        case.kind,
    )


def _case_row(case: Case, item: WorkItem | None, workdays: int | None = None) -> Row:
    return Row(
        case.pk,
        None,
        case.subject_id,
        case.url_name,
        case.number,
        case.title,
        case.detail,
        item.verb if item else "",
        item.verb_en if item else "",
        case.unit.short_name,
        item.post.name if item else "",
        item.claimed_by.name if item and item.claimed_by else "",
        case.due,
        workdays,
        case.opened_on,
        case.ended_on,
        case.paused_for,
        case.result,
        f"{(case.due or NEVER).isoformat()}_{case.pk}",
        case.kind,
    )
