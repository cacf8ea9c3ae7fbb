"""倒排: the last safe day of every step, as bars, as a table, on one A4, and as a calendar file."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.casework.feeds import calendar
from waiban.core.ui.format import day_text, short_day_text
from waiban.domains.outbound.backward import BackPlan, BackStep, Takes, plan_back
from waiban.domains.outbound.queries import trip_or_404

WIDE, ROW, NAMES = 1000, 28, 190
"""Of the drawing, in its own units: its width, the height of a row, the room for names at the left."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the drawing: what is planned back from the departure, and what is expected or happened."""

    name: str
    top: int
    text_y: int
    planned_x: int
    planned_width: int
    real_x: int
    real_width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    takes: str
    source: str
    start_by: str
    finish_by: str
    real: str
    state: str
    say: str
    kind: str
    """met, now, todo or block: the shape beside the row."""


@open_to(Permission.TRIP_READ)
@require_GET
def plan_page(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    asked = request.GET.get("depart", "").strip()
    wanted, trouble = _wanted(asked)
    plan = plan_back(trip, wanted)
    context = {
        "section": "trips",
        "trip": trip,
        "plan": plan,
        "asked": asked or (trip.depart.isoformat() if trip.depart else ""),
        "trouble": trouble,
        "head": _head(plan) if plan else "",
        "kind": "warn" if plan and plan.first_late else "ok",
        "rows": [_row(step) for step in plan.steps] if plan else [],
        "depart": day_text(plan.depart) if plan else "",
        **(_drawing(plan) if plan else {}),
    }
    return render(request, "outbound/plan_back.html", context)


@open_to(Permission.TRIP_READ)
@require_GET
def plan_calendar(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """The last safe days as a calendar file: number and step only, since a calendar travels."""
    trip = trip_or_404(trip_id)
    wanted, _trouble = _wanted(request.GET.get("depart", "").strip())
    plan = plan_back(trip, wanted)
    number = f"{trip.year}-{trip.number:04d}"
    entries = [
        (
            f"{trip.pk}-{step.step}",
            _("%(number)s 最晚：%(step)s") % {"number": number, "step": step.name},
            step.finish_by,
        )
        for step in (plan.steps if plan else ())
        if step.state != "done"
    ]
    answer = HttpResponse(calendar(entries), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="waiban-{number}.ics"'
    return answer


def _wanted(asked: str) -> tuple[date | None, str]:
    if not asked:
        return None, ""
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    return day, "" if day else _("日期写成 2027-04-12 这样")


def _head(plan: BackPlan) -> str:
    late = plan.first_late
    if late is None:
        return _("按现在的进度赶得上 %(day)s 出发。") % {"day": day_text(plan.depart)}
    return ngettext(
        "先赶不上的是“%(step)s”，差 %(n)d 个工作日。", "先赶不上的是“%(step)s”，差 %(n)d 个工作日。", late.late_by
    ) % {"step": late.name, "n": late.late_by}


def _row(step: BackStep) -> Row:
    states = {"done": _("已办"), "now": _("在办"), "to_come": _("未到")}
    say = ""
    if step.late_by and step.state != "done":
        say = ngettext("差 %(n)d 个工作日", "差 %(n)d 个工作日", step.late_by) % {"n": step.late_by}
    kinds = {"done": "met", "now": "now", "to_come": "todo"}
    return Row(
        name=step.name,
        takes=str(step.takes.workdays),
        source=_source(step.takes),
        start_by=short_day_text(step.start_by, weekday=True),
        finish_by=short_day_text(step.finish_by, weekday=True),
        real=short_day_text(step.ends)
        if step.state == "done"
        else _("预计 %(day)s") % {"day": short_day_text(step.ends)},
        state=states[step.state],
        say=say,
        kind="block" if say else kinds[step.state],
    )


def _source(takes: Takes) -> str:
    if takes.source == "own":
        return _("本办 %(n)d 次，半数 %(p50)d 天内") % {"n": takes.closed, "p50": takes.p50}
    return _("流程时限") if takes.source == "process" else _("默认")


def _drawing(plan: BackPlan) -> dict[str, object]:
    first = min([today(), *(min(step.start_by, step.begins) for step in plan.steps)])
    last = max([plan.depart, *(step.ends for step in plan.steps)])
    span = max((last - first).days, 1)

    def x(day: date) -> int:
        return NAMES + (day - first).days * (WIDE - NAMES - 10) // span

    bars = [
        Bar(
            name=step.name,
            top=ROW * index + ROW,
            text_y=ROW * index + ROW + 17,
            planned_x=x(step.start_by),
            planned_width=max(x(step.finish_by) - x(step.start_by), 4),
            real_x=x(step.begins),
            real_width=max(x(step.ends) - x(step.begins), 4),
            kind="late" if step.late_by and step.state != "done" else step.state,
        )
        for index, step in enumerate(plan.steps)
    ]
    height = ROW * (len(bars) + 1) + 6
    return {
        "bars": bars,
        "height": height,
        "today_x": x(today()),
        "depart_x": x(plan.depart),
        "first_day": short_day_text(first),
        "depart_day": short_day_text(plan.depart),
    }
