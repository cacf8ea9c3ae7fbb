"""A running case of the paper days: its dossier, its notice, the steps that it passed, and where it stands."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.take_over import Earlier, take_over
from waiban.core.casework.engine.model import Process
from waiban.core.casework.models import ProcessRelease, WorkItem
from waiban.core.casework.processes import current_release, parsed
from waiban.core.offices.models import Office
from waiban.core.people.models import Post, Role, Traveller, Unit
from waiban.core.people.queries import traveller_card
from waiban.core.search.keep import keep
from waiban.domains.outbound.dossier import project, value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.members import project_members
from waiban.domains.outbound.models import InternalNotice, Trip
from waiban.domains.outbound.notices import notice_entries
from waiban.domains.outbound.relevant import digest, shown_in_notice
from waiban.domains.outbound.roads import process_of
from waiban.domains.outbound.texts import case_number, destination_text, detail_text
from waiban.dossiers.patch import apply_edits
from waiban.kernel.errors import InputError
from waiban.site.office_init.workbook import Line

Own = Mapping[str, Sequence[Line]]


def take_over_case(office: Office, unit: Unit, line: Line, own: Own, member_of: Callable[[Line], Traveller]) -> bool:
    """False where the case is here already: what is to change in it is changed in the system, not by the workbook."""
    if Trip.objects.filter(office=office, year=line["year"], number=line["number"]).exists():
        return False
    applicant = (
        Post.objects.filter(unit=unit, role=Role.DESIGNATED_OFFICER, closed_on=None)
        .select_related("unit", "office")
        .first()
    )
    if applicant is None:
        raise CannotError(_("%(unit)s还没有专办员，接不了在办件") % {"unit": unit.short_name}, "unit")
    if not own["members"] or not own["stops"]:
        raise CannotError(_("在办件要有人员和行程"))
    trip = Trip(
        office=office,
        unit=unit,
        year=line["year"],
        number=line["number"],
        created_by_post_id=applicant.pk,
        dossier=_dossier(unit, line, own, member_of),
        request_number=line.get("request_number") or "",
        editable=False,
        readers=readers(office.pk, units=(unit.pk,)),
    )
    project(trip)
    trip.save(force_insert=True)
    project_members(trip)
    if line.get("notice_from"):
        _notice(trip, line, applicant)
    keep("trip", trip)
    value = value_of(trip.dossier)
    process = process_of(value)
    nodes = _process(office.pk, process)
    case = take_over(
        "trip",
        trip.pk,
        applicant_post=applicant,
        number=case_number(trip),
        title=trip.title,
        detail=detail_text(trip),
        destination=destination_text(trip),
        process=process,
        opened_on=date.fromisoformat(line["opened_on"]),
        earlier=[_earlier(nodes, one) for one in own["opinions"]],
    )
    open_now = WorkItem.objects.filter(case=case, state=WorkItem.State.OPEN).values_list("verb", flat=True)
    if line["stands_at"] not in open_now:
        where = "、".join(dict.fromkeys(open_now)) or _("已办结")
        raise CannotError(_("照所录意见，办件停在“%(where)s”") % {"where": where}, "stands_at")
    record(
        "trip.take_over", current_principal(), subject=("trip", trip.pk), case=case.pk, readers=case.readers,
        happened_on=case.opened_on, data={"number": case.number, "stands_at": line["stands_at"]},
    )  # fmt: skip
    return True


def _process(office: uuid.UUID, name: str) -> Process:
    release = current_release(office, name)
    return parsed(ProcessRelease.objects.values_list("bpmn", flat=True).get(pk=release.pk))


def _earlier(process: Process, line: Line) -> Earlier:
    found = next((name for name, node in process.nodes.items() if node.step and node.name == line["step"]), None)
    if found is None:
        raise CannotError(_("在办件意见第 %(n)d 行：流程里没有“%(step)s”") % {"n": line.row, "step": line["step"]})
    step = process.nodes[found].step
    assert step is not None
    outcome = line["outcome"]
    if outcome in ("agree", "done") and outcome not in step.outcomes:
        outcome = step.outcomes[0]  # 同意 and 已办 are one word to people
    return Earlier(found, outcome, date.fromisoformat(line["on"]), line.get("words") or "")


def _dossier(unit: Unit, line: Line, own: Own, member_of: Callable[[Line], Traveller]) -> dict[str, Any]:
    on = date.fromisoformat(line["opened_on"])
    dossier: dict[str, Any] = {
        "title": line["title"],
        "kind": line["kind"],
        "organising": "own",
        "purpose": line["purpose"],
        "unit": unit.name,
        "unit_kind": unit.kind,
        "depart": line["depart"],
        "return": line["return"],
        "members": [traveller_card(member_of(one), on) | {"role": one["role"]} for one in own["members"]],
        "stops": [
            {"country": one["country"][0], "city": one["city"], "arrive": one["arrive"], "leave": one["leave"], "transit": False}
            for one in own["stops"]
        ],
    }  # fmt: skip
    if line.get("inviter"):
        dossier["invitations"] = [{"inviter": line["inviter"]}]
    if line.get("total_cny"):
        dossier["budget"] = {"total_cny": float(line["total_cny"])}
    approval = {key: line.get(f"approval_{key}") for key in ("number", "on", "by")}
    if any(approval.values()):
        dossier["approval"] = {key: value for key, value in approval.items() if value}
    for one in own["facts"]:
        dossier = _with_fact(dossier, one)
    try:
        value_of(dossier)
    except InputError as error:
        raise CannotError(_("案卷内容读不懂：%(path)s") % {"path": error.problem.path}) from error
    return dossier


def _with_fact(dossier: dict[str, Any], line: Line) -> dict[str, Any]:
    """Put a value at a place; what leads there is made on the way."""
    try:
        value = json.loads(line["value"])
    except ValueError as error:
        raise CannotError(_("在办件补充第 %(n)d 行：值要写成 JSON") % {"n": line.row}) from error
    steps = line["path"].split("/")[1:]
    for length in range(1, len(steps)):
        if not steps[length].isdigit():
            lead = "/" + "/".join(steps[:length])
            if not _there(dossier, steps[:length]):
                dossier = _edit(dossier, lead, {}, line)
    return _edit(dossier, line["path"], value, line)


def _there(dossier: Any, steps: Sequence[str]) -> bool:
    for step in steps:
        if isinstance(dossier, list):
            if not step.isdigit() or int(step) >= len(dossier):
                return False
            dossier = dossier[int(step)]
        elif isinstance(dossier, dict) and step in dossier:
            dossier = dossier[step]
        else:
            return False
    return True


def _edit(dossier: dict[str, Any], path: str, value: Any, line: Line) -> dict[str, Any]:
    steps = path.split("/")[1:]
    try:
        operation = "replace" if _there(dossier, steps) else "add"
        changed: dict[str, Any] = apply_edits(dossier, [{"op": operation, "path": path, "value": value}])
    except InputError as error:
        raise CannotError(_("在办件补充第 %(n)d 行：没有这个路径") % {"n": line.row}) from error
    return changed


def _notice(trip: Trip, line: Line, applicant: Post) -> None:
    """The unit's notice as it hung; its proof lies in the office."""
    if not line.get("notice_to") or not line.get("notice_at"):
        raise CannotError(_("公示写全起、止和地点"), "notice_to")
    if line["notice_to"] < line["notice_from"]:
        raise CannotError(_("公示止不能早于公示起"), "notice_to")
    shown = shown_in_notice(trip.dossier)
    InternalNotice.objects.create(
        trip=trip,
        unit=trip.unit,
        since=date.fromisoformat(line["notice_from"]),
        until=date.fromisoformat(line["notice_to"]),
        places=line["notice_at"],
        shown=shown,
        shown_sha256=digest(shown),
        objections=line.get("objections"),
        posted_by_post_id=applicant.pk,
        readers=trip.readers,
    )
    trip.dossier = {**trip.dossier, "notices": notice_entries(trip)}
    trip.save(update_fields=["dossier"])
