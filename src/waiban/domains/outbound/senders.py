"""The pages of sending units, formatted once: the organiser's overview, and one unit's own part."""

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from waiban.core.casework import queries as casework
from waiban.core.casework.models import Case, WorkItem
from waiban.core.people.models import Traveller, Unit
from waiban.core.ui.format import day_text, days_text, joined, money_text, people_text, span_text
from waiban.domains.outbound.casing import StageMark, Step, case_stages, case_steps
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Attachment, InternalNotice, SendingPart, Trip
from waiban.domains.outbound.sending import parts_in_force, same_request, sending_units
from waiban.domains.outbound.texts import place_name
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money


@dataclass(frozen=True)
class SenderRow:
    unit: str
    people: str
    state: str
    code: str
    note: str
    url: str
    waits: str
    """Whose desks hold it, with what."""


def senders_page(trip: Trip) -> list[SenderRow]:
    """Every unit that sends somebody now, asked or not; then those that refused or dropped out."""
    parts = {part.unit_id: part for part in parts_in_force(trip)}
    units = sending_units(trip)
    rows = [_row(trip, unit, parts.pop(unit.pk, None)) for unit in units]
    rows += [_row(trip, part.unit, part, gone=True) for part in parts.values()]
    dropped = SendingPart.objects.filter(trip=trip, state=SendingPart.State.DROPPED).select_related("unit", "case")
    rows += [_row(trip, part.unit, part, gone=True) for part in dropped.order_by("id")]
    return rows


def _row(trip: Trip, unit: Unit, part: SendingPart | None, *, gone: bool = False) -> SenderRow:
    if part is None:
        return SenderRow(unit.name, "", _("未征询"), "todo", "", "", "")
    note = part.reason
    if not gone and not same_request(part, trip):
        note = _("征询后改了，须重新征询")
    waiting = casework.waiting(part.case) if part.case and not part.case.result else []
    waits = joined(
        (f"{casework.verb_of(item)}（{item.post.unit.short_name}{item.post.name}）" for item in waiting), "；"
    )
    return SenderRow(
        unit=unit.name,
        people=people_text(len(part.content["dossier"].get("members") or [])),
        state=part.get_state_display(),
        code={"asked": "todo", "agreed": "now", "ready": "met", "refused": "block", "dropped": "todo"}[part.state],
        note=note,
        url=reverse("outbound:part", args=[part.pk]),
        waits=waits,
    )


@dataclass(frozen=True)
class PartPage:
    stages: list[StageMark]
    facts: list[tuple[str, str]]
    people: list[tuple[str, str]]
    others: list[tuple[str, str]]
    programme: list[tuple[str, str]]
    money: list[tuple[str, str]]
    items: list[WorkItem]
    """What this post is asked now."""
    steps: list[Step]
    notice: InternalNotice | None
    attachments: list[Attachment]
    papers: list[object]


def part_page(part: SendingPart) -> PartPage:
    from waiban.core.papers.models import Paper

    case = Case.objects.select_related("unit", "office", "release").get(pk=str(part.case_id))
    dossier = part.content["dossier"]
    members = dossier.get("members") or []
    ids = [found for found in map(traveller_id, members) if found]
    names = {str(row.pk): row.name for row in Traveller.objects.filter(pk__in=ids)}
    budget = dossier.get("budget") or {}
    total = budget.get("total_cny")
    money = [(_("团组经费合计"), money_text(Money(_decimal(total), "CNY")))] if total not in (None, "") else []
    if part.share_cny is not None:
        money.append((_("本单位按人数承担"), money_text(Money(part.share_cny, "CNY"))))
    if budget.get("source"):
        money.append((_("经费来源"), str(budget["source"])))
    waiting = casework.waiting(case) if not case.result else []
    return PartPage(
        stages=case_stages(case),
        facts=[(label, value) for label, value in _facts(part) if value],
        people=[
            (names.get(str(m.get("id")), _("由派员单位掌握")), f"{m.get('unit') or ''} {m.get('post') or ''}".strip())
            for m in members
        ],
        others=[(str(one["unit"]), people_text(int(one["count"]))) for one in part.content.get("others") or []],
        programme=[
            (str(line.get("date") or ""), str(line.get("text") or "")) for line in dossier.get("programme") or []
        ],
        money=money,
        items=casework.my_items(case) if not case.result else [],
        steps=case_steps(case, waiting),
        notice=InternalNotice.objects.filter(part=part, phase="before", replaced=False).select_related("unit").first(),
        attachments=list(Attachment.objects.filter(part=part, removed_at=None).select_related("file").order_by("id")),
        papers=list(Paper.objects.filter(case_id=case.pk).order_by("id")),
    )


def _facts(part: SendingPart) -> list[tuple[str, str]]:
    dossier = part.content["dossier"]
    span = ""
    if part.depart and part.return_on:
        days = (part.return_on - part.depart).days + 1
        span = joined((span_text(DateRange(part.depart, part.return_on)), days_text(days)), "，")
    stops = (
        " ".join(bit for bit in (place_name(str(stop.get("country") or "")), str(stop.get("city") or "")) if bit)
        for stop in dossier.get("stops") or []
    )
    return [
        (_("组团单位"), part.organiser.name),
        (_("任务"), str(dossier.get("purpose") or "")),
        (_("离境至返回"), span),
        (_("前往"), joined(stops, "；")),
        (
            _("邀请方"),
            joined(str(one.get("inviter")) for one in dossier.get("invitations") or [] if one.get("inviter")),
        ),
        (_("征询日期"), day_text(part.asked_on)),
        (_("列入计划"), part.plan_item or part.plan_reason),
        (_("全团"), people_text(int(part.content.get("head_count") or 0))),
    ]


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))
