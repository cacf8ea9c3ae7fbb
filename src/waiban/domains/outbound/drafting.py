"""The draft page: the dossier as sections of fields, each with what the law says of it beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.casework import queries as casework
from waiban.core.casework.models import WorkItem
from waiban.core.people.models import Traveller, Unit
from waiban.core.ui.format import joined, money_text
from waiban.domains.outbound.arithmetic import line_arithmetic, total_of
from waiban.domains.outbound.budgeting import changed_lines
from waiban.domains.outbound.check import check
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.forms.fields import Field, Fields, Option, country_options
from waiban.domains.outbound.forms.pointers import Reading, schema_at
from waiban.domains.outbound.gates import has_request
from waiban.domains.outbound.history import history_of
from waiban.domains.outbound.models import Attachment, BudgetBuild, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.plan_fields import show_plan
from waiban.domains.outbound.presenting import FindingView, Summary, summary_of
from waiban.domains.outbound.roads import Road, road_of
from waiban.domains.outbound.texts import place_name
from waiban.dossiers.check import Judgement
from waiban.dossiers.trip import EarlierTrip
from waiban.kernel.money import Money

SECTION_NAMES = (
    ("basic", gettext_lazy("基本")),
    ("route", gettext_lazy("行程")),
    ("programme", gettext_lazy("日程")),
    ("people", gettext_lazy("人员")),
    ("invite", gettext_lazy("邀请")),
    ("money", gettext_lazy("经费")),
    ("notice", gettext_lazy("公示和请示")),
)


@dataclass
class Line:
    """One row of a list: its fields by key, what the row says beside them, and its place in the dossier."""

    pointer: str
    index: int
    fields: dict[str, Field]
    say: dict[str, str] = field(default_factory=dict)
    last: bool = False

    @property
    def notes(self) -> list[FindingView]:
        return [note for one in self.fields.values() for note in one.notes]


@dataclass
class SectionHead:
    id: str
    label: str
    kind: str
    """The worst finding in it: block, warn, todo, met."""


@dataclass(frozen=True)
class HandOver:
    """The act that takes the dossier out of the unit's hands, and what follows from it."""

    url: str
    label: str
    follows: str
    may_resume: bool = False


@dataclass
class DraftPage:
    trip: Trip
    judgement: Judgement
    summary: Summary
    fields: dict[str, Field]
    lists: dict[str, list[Line]]
    sections: list[SectionHead]
    loose: dict[str, list[FindingView]]
    """Findings of a section that belong to no single field."""
    travellers: list[Option]
    outside: dict[str, Field]
    """Controls for a person of another unit: outside_unit, outside_name, outside_post, outside_rank, …"""
    attachments: list[Attachment]
    total: str
    rates: list[Field]
    first_problem: FindingView | None
    hand_over: "HandOver | None"
    road: Road
    """The process that the facts typed so far lead to, and why."""


def draft_page(trip: Trip, reading: Reading | None = None) -> DraftPage:
    reading = reading or Reading(trip.dossier, dict(trip.unread))
    history = history_of(trip, value_of(trip.dossier))
    judgement = check(trip, history=history)
    make = Fields(reading, law_of(trip.office))
    dossier = reading.dossier
    fields = _plain_fields(make, dossier)
    show_plan(trip, make, fields, dossier)
    names = _names(trip)
    lists = {
        "stops": _lines(make, dossier, "/stops", _stop),
        "legs": _lines(make, dossier, "/legs", _leg),
        "programme": _lines(make, dossier, "/programme", _programme),
        "members": _lines(make, dossier, "/members", _member_of(history["members"], names)),
        "invitations": _lines(make, dossier, "/invitations", _invitation),
        "lines": _lines(make, dossier, "/budget/lines", _budget_line_of(built_for(trip, dossier))),
        "hosted": _lines(make, dossier, "/budget/host_provides", _hosted),
    }
    summary = summary_of(judgement)
    item = item_to_hand_over(trip)
    if item and item.step == "submit" and not has_request(trip):
        summary.todos.append(_request_missing())
    loose = _place(make, [*summary.blocks, *summary.warns, *summary.todos, *summary.attests, *summary.exempts])
    total = total_of(dossier)
    going = {str(member.get("id")) for member in dossier.get("members") or []}
    problems = [*summary.blocks, *summary.todos]
    return DraftPage(
        trip=trip,
        judgement=judgement,
        summary=summary,
        fields=fields,
        lists=lists,
        sections=_heads(summary),
        loose=loose,
        travellers=[(pk, name) for pk, name in names.items() if pk not in going],
        outside=_outside(make, trip),
        attachments=list(
            Attachment.objects.filter(trip=trip, removed_at=None).select_related("file").order_by("added_at")
        ),
        total=money_text(Money(total, "CNY")) if total is not None else "",
        rates=rate_fields(make, dossier),
        first_problem=problems[0] if problems else None,
        hand_over=_hand_over(trip, item),
        road=road_of(value_of(dossier)),
    )


def item_to_hand_over(trip: Trip) -> WorkItem | None:
    """The open item of this post that ends with the dossier handed over."""
    mine = casework.my_items(trip.case) if trip.case else []
    return next((item for item in mine if item.nature == "supplement" or item.step in ("start", "submit")), None)


def _request_missing() -> FindingView:
    """No rule of the law, but what submission asks for (gates.py): the unit's stamped request and its number."""
    return FindingView(
        rule="", kind="todo", text=_("上传盖章的单位请示并填文号"), title=_("单位请示和文号"), pointer="", section="notice",
        cite="", cite_title="", cite_rows=(), remedy="", offer="", waits_for="",
    )  # fmt: skip


def _hand_over(trip: Trip, item: WorkItem | None) -> HandOver | None:
    if trip.case is None:
        return HandOver(reverse("outbound:start", args=[trip.pk]), _("发起"), _("发起后由财务先审；要改须先撤回"))
    if item is None:
        return None
    url = reverse("outbound:submit", args=[trip.pk])
    if item.nature == "supplement":
        return HandOver(url, _("改好交回"), _("交回后外办接着办，时限继续"))
    if item.step == "start":
        return HandOver(url, _("重新发起"), _("发起后由财务先审；要改须先撤回"), casework.may_resume(item))
    if trip.channel == Trip.Channel.TAIWAN:
        return HandOver(url, _("报送市台办"), _("报送后由市台办受理；要改须先撤回"), casework.may_resume(item))
    return HandOver(url, _("报送外办"), _("报送后由外办受理；要改须先撤回"), casework.may_resume(item))


PLAIN = (
    "/title",
    "/kind",
    "/purpose",
    "/expected",
    "/organising",
    "/plan/in_annual_plan",
    "/plan/item",
    "/plan/unit_quota",
    "/plan/unit_used",
    "/depart",
    "/return",
    "/flights_inconvenient",
    "/budget/source",
    "/budget/rate_date",
    "/budget/rate_source",
)
JOINS = ("/organiser/name", "/organiser/kind", "/organiser/for_profit", "/organiser/approval_no",
         "/organiser/task_notice_no", "/organiser/group_size", "/organiser/consent_asked_on")  # fmt: skip
EXEMPT = ("/exemption/kind", "/exemption/activity", "/exemption/nature_signed_by", "/exemption/nature_signed_on",
          "/exemption/reason")  # fmt: skip


def _plain_fields(make: Fields, dossier: dict[str, Any]) -> dict[str, Field]:
    wanted = [*PLAIN, *EXEMPT]
    if (dossier.get("plan") or {}).get("in_annual_plan") is False:
        wanted.append("/plan/reason_outside_plan")
    if str(dossier.get("organising") or "").startswith("joins"):
        wanted += JOINS
    made = {pointer.strip("/").replace("/", "_"): make(pointer) for pointer in wanted}
    made["purpose"].kind = made["expected"].kind = "area"
    return made


Row = Callable[[Fields, str, dict[str, Any]], tuple[dict[str, Field], dict[str, str]]]


def _lines(make: Fields, dossier: dict[str, Any], pointer: str, row: Row) -> list[Line]:
    items: Any = dossier
    for part in pointer.strip("/").split("/"):
        items = (items or {}).get(part)
    lines = []
    for index, item in enumerate(items or []):
        fields, say = row(make, f"{pointer}/{index}", item)
        lines.append(Line(f"{pointer}/{index}", index, fields, say, index == len(items) - 1))
    return lines


def _stop(make: Fields, pointer: str, stop: dict[str, Any]) -> tuple[dict[str, Field], dict[str, str]]:
    fields = {
        "country": make(f"{pointer}/country", options=country_options()),
        **{key: make(f"{pointer}/{key}") for key in ("city", "arrive", "leave", "transit")},
    }
    if stop.get("transit"):
        fields["leaves_airport"] = make(f"{pointer}/leaves_airport")
    return fields, {"nights": _nights(stop.get("arrive"), stop.get("leave"))}


def _nights(arrive: str | None, leave: str | None) -> str:
    if not arrive or not leave:
        return ""
    return str(max(0, (date.fromisoformat(leave) - date.fromisoformat(arrive)).days))


def _leg(make: Fields, pointer: str, _item: dict[str, Any]) -> tuple[dict[str, Field], dict[str, str]]:
    keys = {"from_": "from", "to": "to", "departs": "departs", "arrives": "arrives", "mode": "mode", "number": "number"}
    return {name: make(f"{pointer}/{key}") for name, key in keys.items()}, {}


def _hosted(make: Fields, pointer: str, _item: dict[str, Any]) -> tuple[dict[str, Field], dict[str, str]]:
    fields = {key: make(f"{pointer}/{key}") for key in ("what", "days")}
    return fields | {"country": make(f"{pointer}/country", options=country_options())}, {}


def _programme(make: Fields, pointer: str, _item: dict[str, Any]) -> tuple[dict[str, Field], dict[str, str]]:
    return {key: make(f"{pointer}/{key}") for key in ("date", "part", "city", "text", "host", "nature")}, {}


def _member_of(earlier: dict[str, list[EarlierTrip]], names: dict[Any, str]) -> Row:
    options: list[Option] = [(str(pk), name) for pk, name in names.items()]

    def row(make: Fields, pointer: str, member: dict[str, Any]) -> tuple[dict[str, Field], dict[str, str]]:
        fields = {
            "id": make(f"{pointer}/id", _("姓名"), options=options),
            **{key: make(f"{pointer}/{key}") for key in ("unit", "post", "rank", "role", "category", "managed_by")},
            **{
                key: make(f"{pointer}/{key}")
                for key in ("status", "heads_unit", "in_charge_of", "leadership_of", "term_from")
            },
        }
        fields["paper_kind"] = make(f"{pointer}/passport/kind")
        fields["paper_expires"] = make(f"{pointer}/passport/expires")
        trips = earlier.get(str(member.get("id")), [])
        last = ""
        if trips:
            places = joined(place_name(code) for code in trips[0].countries or [])
            last = f"{trips[0].depart:%Y-%m} {places}" if trips[0].depart else places
        return fields, {"last": last or _("两年内无"), "name": names.get(member.get("id") or "", "")}

    return row


def _invitation(make: Fields, pointer: str, _item: dict[str, Any]) -> tuple[dict[str, Field], dict[str, str]]:
    fields = {
        "country": make(f"{pointer}/country", options=country_options()),
        **{
            key: make(f"{pointer}/{key}")
            for key in ("inviter", "inviter_kind", "issued_in", "issued_on", "translated", "states",
                        "names_every_member", "profile_attached", "no_intermediary_statement")
        },
    }  # fmt: skip
    return fields, {}


def built_for(trip: Trip, dossier: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By pointer of a changed line what the itinerary gives for it; empty where the lines were never built."""
    kept = BudgetBuild.objects.filter(trip=trip).first()
    changed = changed_lines(dossier, kept.lines) if kept else {}
    return {f"/budget/lines/{place}": built for place, built in changed.items()}


def _budget_line_of(changed: dict[str, dict[str, Any]]) -> Row:
    def row(make: Fields, pointer: str, line: dict[str, Any]) -> tuple[dict[str, Field], dict[str, str]]:
        keys = ("item", "city", "currency", "unit_price", "people", "days", "amount", "payer", "cabin", "reason")
        fields = {
            "country": make(f"{pointer}/country", options=country_options()),
            **{key: make(f"{pointer}/{key}") for key in keys},
        }
        amount, says = line_arithmetic(line)
        stated = line.get("amount")
        if amount is not None and stated is not None and Decimal(str(stated)) != amount:
            amount = None  # what a file states otherwise is shown and judged, not replaced unseen
        say = {"says": says, "amount": f"{amount:,}" if amount is not None else ""}
        if pointer in changed:
            say |= _differs(changed[pointer], line)
        return fields, say

    return row


def budget_row(make: Fields, place: int, line: dict[str, Any]) -> Line:
    """One line of money by itself: the settlement's rows are the budget's."""
    fields, say = _budget_line_of({})(make, f"/budget/lines/{place}", line)
    return Line(f"/budget/lines/{place}", place, fields, say)


def _differs(built: dict[str, Any], line: dict[str, Any]) -> dict[str, str]:
    """A line that a person changed stays; it shows what the itinerary gives, and asks for the reason until it has one."""
    _amount, says = line_arithmetic(built)
    text = _("按行程是 %(built)s，您改过") % {"built": says or f"{built.get('amount') or ''}"}
    return {"differs": text, "asks": "" if line.get("reason") else _("请写明理由")}


def rate_fields(make: Fields, dossier: dict[str, Any]) -> list[Field]:
    lines = (dossier.get("budget") or {}).get("lines") or []
    currencies = sorted({str(line.get("currency")) for line in lines if line.get("currency") not in (None, "", "CNY")})
    return [make(f"/budget/rates_to_cny/{code}", _("1 %(code)s 合人民币") % {"code": code}) for code in currencies]


def _names(trip: Trip) -> dict[str, str]:
    """Travellers that may be picked: those the post sees, its own unit's first."""
    rows = Traveller.objects.select_related("unit").order_by("name")
    own = [row for row in rows if row.unit_id == trip.unit_id]
    others = [row for row in rows if row.unit_id != trip.unit_id]
    return {
        **{str(row.pk): row.name for row in own},
        **{str(row.pk): f"{row.name}（{row.unit.short_name}）" for row in others},
    }


def _outside(make: Fields, trip: Trip) -> dict[str, Field]:
    units = Unit.objects.filter(office=trip.office_id).exclude(pk=trip.unit_id).order_by("name")
    made = {
        "unit": Field("outside_unit", _("派员单位"), "select", options=[(str(unit.pk), unit.name) for unit in units]),
        "name": Field("outside_name", _("姓名"), "text"),
        "post": Field("outside_post", _("职务"), "text"),
    }
    for key in ("rank", "category", "managed_by"):
        schema = schema_at(f"/members/0/{key}")
        words = [word for word in schema["enum"] if word is not None]
        pointer = f"/members/0/{key}"
        made[key] = Field(
            f"outside_{key}",
            make.label(pointer),
            "select",
            options=[(word, make.word(pointer, word)) for word in words],
        )
    return made


def _place(make: Fields, views: list[FindingView]) -> dict[str, list[FindingView]]:
    """Each finding once: beside the field it names, else the nearest one above it, else with its section."""
    loose: dict[str, list[FindingView]] = {}
    for view in views:
        pointer = view.pointer
        while pointer and pointer not in make.made:
            pointer = pointer.rpartition("/")[0]
        if pointer:
            make.made[pointer].notes.append(view)
        else:
            loose.setdefault(view.section, []).append(view)
    return loose


def _heads(summary: Summary) -> list[SectionHead]:
    kinds: dict[str, set[str]] = {}
    for view in [*summary.blocks, *summary.warns, *summary.todos]:
        kinds.setdefault(view.section, set()).add(view.kind)
    return [SectionHead(code, str(label), _worst(kinds.get(code, set()))) for code, label in SECTION_NAMES]


def _worst(kinds: set[str]) -> str:
    return next((kind for kind in ("block", "warn", "todo") if kind in kinds), "met")


def money(amount: Decimal | None) -> str:
    return money_text(Money(amount, "CNY")) if amount is not None else ""
