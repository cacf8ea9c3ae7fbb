"""The list of what is owed, for a desk, a unit and the leader."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from waiban.domains.outbound.debts import open_debts
from waiban.domains.outbound.models import Debt, Suspension

PAGE = 30
VIEWS = ("open", "late", "leader", "ended")
SORTS = ("due", "-due")


@dataclass(frozen=True)
class DebtFilter:
    on: date
    leader_days: int | None = 30
    """Days past due from which a debt stands on the leader's list (setting); None: no list."""
    view: str = "open"
    kind: str = ""
    unit: uuid.UUID | None = None
    sort: str = "due"


def debts(wanted: DebtFilter) -> "QuerySet[Debt]":
    if wanted.view == "ended":
        found = Debt.objects.exclude(ended_on=None).select_related("owing_unit", "owing_traveller", "document")
        found = found.filter(kind=wanted.kind) if wanted.kind else found
        return found.filter(owing_unit=wanted.unit) if wanted.unit else found
    found = open_debts(kind=wanted.kind, unit=wanted.unit)
    if wanted.view == "late":
        found = found.filter(due_on__lt=wanted.on)
    if wanted.view == "leader":
        if wanted.leader_days is None:
            return found.none()
        found = found.filter(due_on__lte=wanted.on - timedelta(days=wanted.leader_days))
    return found


def page_of(wanted: DebtFilter, after: str = "") -> tuple[list[Debt], str]:
    down = wanted.sort == "-due"
    found = debts(wanted).order_by("-due_on" if down else "due_on", "-id" if down else "id")
    if after:
        day, _sep, last = after.partition("~")
        step = "lt" if down else "gt"
        found = found.filter(Q(**{f"due_on__{step}": day}) | Q(**{"due_on": day, f"id__{step}": last}))
    rows = list(found[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    return rows[:PAGE], f"{rows[PAGE - 1].due_on}~{rows[PAGE - 1].pk}"


def suspensions() -> list[Suspension]:
    return list(Suspension.objects.filter(lifted_on=None).select_related("suspended_unit").order_by("since"))
