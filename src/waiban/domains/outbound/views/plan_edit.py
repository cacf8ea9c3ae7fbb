"""Write a plan: the unit's as a table, by paste or from its spreadsheet; the office's as shares beside the proposals."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.errors import CannotError
from waiban.core.files.door.inspect import inspect
from waiban.core.files.errors import RefusedError
from waiban.core.people.models import Unit
from waiban.core.ui.format import joined
from waiban.domains.outbound import plan_queries as queries
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.balance_plan import Share, balance_plan
from waiban.domains.outbound.actions.save_plan import save_plan
from waiban.domains.outbound.actions.send_plan import send_plan
from waiban.domains.outbound.models import Allotment, AnnualPlan, PlanItem
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.plan_facts import RANKS
from waiban.domains.outbound.plan_pages import title_of
from waiban.domains.outbound.planning import (
    HEADS,
    MOST_ROWS,
    Wrong,
    pasted,
    rank_word,
    read_rows,
    read_workbook,
    texts_of,
)
from waiban.domains.outbound.views.cases import wanted_day
from waiban.rulebook.law import Law

MEGABYTE = 1024 * 1024
LARGEST = 5 * MEGABYTE
BLANK_ROWS = 2


@dataclass
class EditRow:
    """One line of the table as it was typed; `wrong` the columns that were not understood."""

    index: int
    texts: dict[str, str]
    wrong: set[str] = field(default_factory=set)


@open_to(Permission.TRIP_DRAFT)
@require_http_methods(["GET", "POST"])
def plan_edit(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    plan = _editable(plan_id, whole_office=False)
    law = law_of(plan.office)
    if request.method != "POST":
        return _edit_page(request, plan, _stored(plan, law), law)
    do, lines = request.POST.get("do", "save"), _posted(request.POST)
    wrong: list[Wrong] = []
    trouble = ""
    if do == "add":
        return _edit_page(request, plan, [*lines, {}], law)
    if do.startswith("remove:"):
        kept = [line for place, line in enumerate(lines) if do != f"remove:{place}"]
        return _edit_page(request, plan, kept, law)
    try:
        imported = do in ("paste", "import")
        if imported:
            lines = _taken_in(request, do)
        rows, wrong = read_rows(lines, law)
        if not wrong:
            revision = request.POST.get("revision", "")
            save_plan(
                plan.pk, rows, revision=int(revision) if revision.isdecimal() else 0,
                remarks=request.POST.get("remarks", ""), imported=imported,
            )  # fmt: skip
            if do == "send":
                send_plan(plan.pk)
            here = "outbound:year_plan" if do in ("send", "done") else "outbound:plan_edit"
            return HttpResponseRedirect(reverse(here, args=[plan.pk]))
    except (CannotError, RefusedError) as error:
        trouble = str(error)
        plan = queries.plan_or_404(plan.pk)
    return _edit_page(request, plan, lines, law, trouble=trouble, wrong=wrong)


def _editable(plan_id: uuid.UUID, *, whole_office: bool) -> AnnualPlan:
    plan = queries.plan_or_404(plan_id)
    if plan.whole_office != whole_office or not policies.may_edit_plan(current_principal(), plan):
        raise Http404
    return plan


def _stored(plan: AnnualPlan, law: Law) -> list[dict[str, str]]:
    items = PlanItem.objects.filter(plan=plan).exclude(state=PlanItem.State.DROPPED).order_by("number")
    return [texts_of(item, law) for item in items]


def _posted(given: QueryDict) -> list[dict[str, str]]:
    """`title-0`, `month-0`, …: as many as were on the page."""
    count = given.get("rows", "")
    most = min(int(count), MOST_ROWS + BLANK_ROWS) if count.isdecimal() else 0
    return [{code: given.get(f"{code}-{place}", "") for code in HEADS} for place in range(most)]


def _taken_in(request: HttpRequest, do: str) -> list[dict[str, str]]:
    """From the clipboard or a spreadsheet: it takes the table's place. The file passes the door and is not kept."""
    if do == "paste":
        lines = pasted(request.POST.get("paste", ""))
    else:
        upload = request.FILES.get("file")
        if upload is None:
            raise CannotError(_("请选一个文件"))
        if (upload.size or 0) > LARGEST:
            raise CannotError(_("表格超过 5 MB，请检查是不是选错了文件"))
        data = upload.read()
        inspect(upload.name or "", data)
        lines = read_workbook(data)
    if not any(text.strip() for line in lines for code, text in line.items() if code == "title"):
        raise CannotError(_("没有读到项目：第一行写列名，至少要有“团组名称”"))
    return lines


def _edit_page(
    request: HttpRequest, plan: AnnualPlan, lines: list[dict[str, str]], law: Law, *, trouble: str = "",
    wrong: list[Wrong] | None = None,
) -> HttpResponse:  # fmt: skip
    faults = wrong or []
    blanks = max(0, BLANK_ROWS - sum(1 for line in lines if not any(line.values())))
    rows = [
        EditRow(place, {code: line.get(code, "") for code in HEADS}, {f.column for f in faults if f.row == place + 1})
        for place, line in enumerate([*lines, *({} for _n in range(blanks))])
    ]
    for row in rows:
        row.texts["leader_rank"] = _known_rank(row.texts["leader_rank"], law)
        row.texts["kind"] = _known_kind(row.texts["kind"])
    context = {
        "section": "plans",
        "plan": plan,
        "title": title_of(plan),
        "heads": {code: str(head) for code, head in HEADS.items()},
        "rows": rows,
        "ranks": [(rank, rank_word(law, rank)) for rank in RANKS],
        "kinds": PlanItem.Kind.choices,
        "remarks": request.POST.get("remarks", plan.remarks),
        "trouble": trouble,
        "wrong": faults,
        "paste": request.POST.get("paste", "") if faults or trouble else "",
    }
    return render(request, "outbound/plan_edit.html", context, status=422 if trouble or faults else 200)


def _known_rank(text: str, law: Law) -> str:
    from waiban.domains.outbound.planning import rank_words

    return rank_words(law).get(text.strip().lower(), "")


def _known_kind(text: str) -> str:
    from waiban.domains.outbound.planning import kind_words

    return kind_words().get(text.strip().lower(), PlanItem.Kind.OWN)


# --- the office balances --------------------------------------------------------------------


@open_to(Permission.PLAN_BALANCE)
@require_http_methods(["GET", "POST"])
def plan_balance(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Each unit's proposal, what last year used and what is taken, beside what it is to get."""
    plan = _editable(plan_id, whole_office=True)
    law = law_of(plan.office)
    trouble = ""
    if request.method == "POST":
        try:
            revision = request.POST.get("revision", "")
            basis_on = wanted_day(request, "basis_on", _("文件日期")) if request.POST.get("basis_on") else None
            balance_plan(
                plan.pk, _shares(request.POST), revision=int(revision) if revision.isdecimal() else 0,
                basis_number=request.POST.get("basis_number", ""), basis_on=basis_on,
                remarks=request.POST.get("remarks", ""),
            )  # fmt: skip
            if request.POST.get("do") == "send":
                send_plan(plan.pk)
        except CannotError as error:
            trouble = error.message
        else:
            here = "outbound:year_plan" if request.POST.get("do") in ("send", "done") else "outbound:plan_balance"
            return HttpResponseRedirect(reverse(here, args=[plan.pk]))
    context = {
        "section": "plans",
        "plan": queries.plan_or_404(plan.pk),
        "title": title_of(plan),
        "lines": _balance_lines(plan, law, request.POST if trouble else None),
        "ranks": [("", rank_word(law, "")), *((rank, rank_word(law, rank)) for rank in RANKS)],
        "units": Unit.objects.filter(office=plan.office_id, closed_on=None).order_by("name"),
        "basis_on": plan.basis_on.isoformat() if plan.basis_on else "",
        "posted": request.POST,
        "trouble": trouble,
    }
    return render(request, "outbound/plan_balance.html", context, status=422 if trouble else 200)


def _shares(given: QueryDict) -> list[Share]:
    """`unit-0`, `rank-0`, `groups-0`, `people-0`, …; a line without a number of groups is left out."""
    count = given.get("rows", "")
    shares = []
    for place in range(min(int(count), 2000) if count.isdecimal() else 0):
        groups, people = given.get(f"groups-{place}", "").strip(), given.get(f"people-{place}", "").strip()
        unit = given.get(f"unit-{place}", "")
        if not groups and not people:
            continue
        if not groups.isdecimal() or int(groups) > 9999 or (people and (not people.isdecimal() or int(people) > 9999)):
            raise CannotError(_("第 %(row)d 行：团组数和人次写整数，人次空着就不限") % {"row": place + 1})
        try:
            shares.append(
                Share(uuid.UUID(unit), given.get(f"rank-{place}", ""), int(groups), int(people) if people else None)
            )
        except ValueError:
            raise CannotError(_("第 %(row)d 行：请选单位") % {"row": place + 1}) from None
    return shares


def _balance_lines(plan: AnnualPlan, law: Law, posted: QueryDict | None) -> list[dict[str, Any]]:
    """One line a unit and rank that is allotted; a unit without any gets one, filled with what it proposes."""
    known = queries.unit_lines(plan)
    shares: list[tuple[Unit | None, str, str, str]] = []
    if posted is not None:
        units = {str(unit.pk): unit for unit in Unit.objects.filter(office=plan.office_id)}
        count = posted.get("rows", "")
        for place in range(min(int(count), 2000) if count.isdecimal() else 0):
            texts = [posted.get(f"{name}-{place}", "") for name in ("rank", "groups", "people")]
            shares.append((units.get(posted.get(f"unit-{place}", "")), texts[0], texts[1], texts[2]))
    else:
        stored: dict[uuid.UUID, list[Allotment]] = {}
        for row in Allotment.objects.filter(plan=plan).select_related("unit").order_by("unit__name", "rank"):
            stored.setdefault(row.unit_id, []).append(row)
        for unit, line in known.items():
            rows = stored.get(unit, [])
            for row in rows:
                people = "" if row.people is None else str(row.people)
                shares.append((line.unit, row.rank, str(row.groups), people))
            if not rows:
                groups, many = line.proposed.get("", (0, 0))
                shares.append((line.unit, "", str(groups or ""), str(many or "")))
        shares += [(None, "", "", "")] * BLANK_ROWS
    seen: set[uuid.UUID] = set()
    lines = []
    for place, (unit_row, rank, groups_text, people_text) in enumerate(shares):
        first = unit_row is not None and unit_row.pk not in seen
        line_of = known.get(unit_row.pk) if unit_row is not None else None
        if unit_row is not None:
            seen.add(unit_row.pk)
        lines.append(
            {
                "index": place, "unit": unit_row, "rank": rank, "groups": groups_text, "people": people_text,
                "first": first, **_beside(line_of, rank, first=first, law=law),
            }
        )  # fmt: skip
    return lines


def _beside(line: queries.UnitLine | None, rank: str, *, first: bool, law: Law) -> dict[str, Any]:
    if line is None:
        return {"proposed": "", "last_year": "", "taken": "", "url": "", "state": "", "waits": False, "by_rank": ""}
    groups, people = line.proposed.get(rank, (0, 0))
    return {
        "proposed": f"{groups} / {people}",
        "by_rank": joined(
            f"{rank_word(law, one)} {pair[0]} / {pair[1]}" for one, pair in sorted(line.proposed.items()) if one
        )
        if first
        else "",
        "listed": line.listed,
        "last_year": f"{line.last_year[0]} / {line.last_year[1]}" if first else "",
        "taken": f"{line.taken[0]} / {line.taken[1]}" if first else "",
        "url": reverse("outbound:year_plan", args=[line.plan.pk]) if line.plan and first else "",
        "state": line.plan.get_state_display() if line.plan and first else "",
        "waits": bool(first and line.plan and line.plan.state == AnnualPlan.State.AT_OFFICE),
    }
