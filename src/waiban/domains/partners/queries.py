"""Reads of promises. Row security decides which; these say in which order and how many."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from waiban.core.access.principals import current_principal
from waiban.core.casework.clocks import today
from waiban.domains.partners.models import Promise

PAGE = 25
SORTS = {
    "due": ("due", "id"),
    "-due": ("-due", "-id"),
    "-made": ("-made_on", "-id"),
    "-number": ("-year", "-number"),
    "number": ("year", "number"),
}
VIEWS = ("open", "overdue", "mine", "confirm", "ended", "all")


@dataclass(frozen=True)
class PromiseFilter:
    view: str = "open"
    """open, overdue, mine (this post owns it), confirm (answered and not yet confirmed), ended, all."""
    by: str = ""
    unit: uuid.UUID | None = None
    text: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "due"


def promises(wanted: PromiseFilter) -> "QuerySet[Promise]":
    found = Promise.objects.all()
    match wanted.view:
        case "open":
            found = found.filter(state__in=(Promise.State.OPEN, Promise.State.ANSWERED))
        case "overdue":
            found = found.filter(state=Promise.State.OPEN, due__lt=today())
        case "mine":
            held = current_principal().posts | current_principal().standing_in
            found = found.filter(owner_post__in=held, state__in=(Promise.State.OPEN, Promise.State.ANSWERED))
        case "confirm":
            found = found.filter(state=Promise.State.ANSWERED)
        case "ended":
            found = found.filter(state__in=(Promise.State.KEPT, Promise.State.BROKEN, Promise.State.OVERTAKEN))
    if wanted.by:
        found = found.filter(by=wanted.by)
    if wanted.unit:
        found = found.filter(unit=wanted.unit)
    if wanted.since:
        found = found.filter(due__gte=wanted.since)
    if wanted.until:
        found = found.filter(due__lte=wanted.until)
    if wanted.text:
        found = found.filter(Q(what__icontains=wanted.text) | Q(counterpart__icontains=wanted.text))
    return found


def page_of(wanted: PromiseFilter, after: str = "") -> tuple[list[Promise], str]:
    """One page and the key of the next."""
    first, second = SORTS[wanted.sort]
    name, tie = first.lstrip("-"), second.lstrip("-")
    found = promises(wanted).select_related("unit", "owner_post").order_by(*_order(wanted.sort))
    if after:
        found = found.filter(_beyond(name, tie, after, down=first.startswith("-")))
    rows = list(found[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return rows, f"{getattr(rows[-1], name) or ''}~{getattr(rows[-1], tie)}" if more else ""


def every_promise(wanted: PromiseFilter, most: int) -> Iterator[Promise]:
    return (
        promises(wanted)
        .select_related("unit", "owner_post")
        .order_by(*_order(wanted.sort))[:most]
        .iterator(chunk_size=1000)
    )


def _order(sort: str) -> tuple[Any, str]:
    first, second = SORTS[sort]
    name = first.lstrip("-")
    if name != "due":
        return first, second
    return F(name).desc(nulls_last=True) if first.startswith("-") else F(name).asc(nulls_last=True), second


def _beyond(name: str, tie: str, after: str, *, down: bool) -> Q:
    value, _, last = after.partition("~")
    step = "lt" if down else "gt"
    if value == "":
        return Q(**{f"{name}__isnull": True, f"{tie}__{step}": last})
    beyond = Q(**{f"{name}__{step}": value}) | Q(**{name: value, f"{tie}__{step}": last})
    return beyond | Q(**{f"{name}__isnull": True}) if name == "due" else beyond


def number_of(promise: Promise) -> str:
    return f"{promise.year}-{promise.number}"


def is_overdue(promise: Promise, on: date) -> bool:
    return promise.state == Promise.State.OPEN and promise.due is not None and promise.due < on
