"""The pages of changes: what was approved, what is asked, what really happened, formatted once before the template."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.principals import current_principal
from waiban.core.casework import queries as casework
from waiban.core.casework.models import Case, WorkItem
from waiban.core.people.models import Traveller
from waiban.core.ui.format import day_text, joined, moment_text, money_text, span_text
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.ask_change import CAN_CHANGE, may_record_call
from waiban.domains.outbound.actions.save_change import may_edit_change
from waiban.domains.outbound.casing import StageMark, case_stages, case_steps
from waiban.domains.outbound.casing import Step as StepView
from waiban.domains.outbound.changing import (
    KindRow,
    authority_for,
    bodies_to_file,
    decides,
    difference_of,
    judge_change,
    kind_names,
    kind_rows,
    notice_units,
)
from waiban.domains.outbound.comparing import Change, differences
from waiban.domains.outbound.differing import Difference, same_number
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.granting import confirmed_by_change
from waiban.domains.outbound.models import ChangeNotice, Deviation, Trip, TripChange
from waiban.domains.outbound.presenting import FindingView, finding_view
from waiban.domains.outbound.relevant import NOT_RELEVANT
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.versions import actual_version, approved_version, running_change
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money

FOLLOWS = {
    "annotated": gettext_lazy("原批件已注明变更"),
    "voided": gettext_lazy("原批件作废"),
    "issued": gettext_lazy("新批件已出"),
    "documents": gettext_lazy("收回不再出访人员的证照"),
    "new_documents": gettext_lazy("给新增人员办证照"),
}
PAPER = {
    "keep": gettext_lazy("原批件不动"),
    "annotate": gettext_lazy("在原批件上注明"),
    "replace": gettext_lazy("原批件作废，另发新批件"),
    "void": gettext_lazy("原批件作废"),
}
MARK_OF_STATE = {
    "draft": "todo",
    "forwarded": "paused",
    "granted": "met",
    "refused": "block",
    "withdrawn": "void",
}


@dataclass(frozen=True)
class VersionView:
    """One of the three versions in a line of facts: what the eye compares first."""

    label: str
    what: str
    url: str
    people: str
    span: str
    places: str
    money: str


@dataclass(frozen=True)
class ChangeRow:
    url: str
    number: int
    kinds: str
    reason: str
    state: str
    mark: str
    asked: str
    granted: str
    document_number: str


@dataclass
class ChangesPage:
    versions: list[VersionView]
    changes: list[ChangeRow]
    deviations: list[Deviation]
    may_ask: bool
    may_call: bool
    running: TripChange | None


def changes_page(trip: Trip) -> ChangesPage:
    principal = current_principal()
    running = running_change(trip)
    open_now = trip.state in CAN_CHANGE and running is None and approved_version(trip) is not None
    return ChangesPage(
        versions=_versions(trip, running),
        changes=[_change_row(trip, row) for row in TripChange.objects.filter(trip=trip).order_by("-number")],
        deviations=list(Deviation.objects.filter(trip=trip, replaced=False).order_by("id")),
        may_ask=open_now and policies.may_draft(principal),
        may_call=open_now and (policies.may_draft(principal) or may_record_call(principal)),
        running=running,
    )


def _versions(trip: Trip, running: TripChange | None) -> list[VersionView]:
    found = []
    approved, actual = approved_version(trip), actual_version(trip)
    if approved:
        what = _("第 %(n)d 版，%(day)s，%(source)s") % {
            "n": approved.number,
            "day": day_text(approved.since),
            "source": approved.get_source_display(),
        }
        found.append(_version(_("批准的"), what, "", approved.dossier))
    if running:
        kinds = joined(kind_names(trip.office, running.kinds)) or _("还没有改动")
        url = reverse("outbound:change", args=[running.pk])
        found.append(
            _version(_("请求的"), kinds, url, running.dossier)
            if not running.cancels
            else VersionView(_("请求的"), kinds, url, "—", "—", "—", "—")
        )
    if actual:
        found.append(_version(_("实际的"), day_text(actual.since), "", actual.dossier))
    return found


def _version(label: str, what: str, url: str, dossier: dict[str, Any]) -> VersionView:
    value = value_of(dossier)
    span = span_text(DateRange(value.depart, value.return_)) if value.depart and value.return_ else "—"
    places = [
        " ".join(part for part in (place_name(stop.country or ""), stop.city or "") if part)
        for stop in value.stops or []
    ]
    total = value.budget.total_cny if value.budget else None
    return VersionView(
        label,
        what,
        url,
        str(len(value.members or [])),
        span,
        " → ".join(places) or "—",
        money_text(Money(total, "CNY")) if total is not None else "—",
    )


def _change_row(trip: Trip, row: TripChange) -> ChangeRow:
    return ChangeRow(
        url=reverse("outbound:change", args=[row.pk]),
        number=row.number,
        kinds=joined(kind_names(trip.office, row.kinds)) or "—",
        reason=row.reason,
        state=str(row.get_state_display()),
        mark=MARK_OF_STATE.get(row.state, "now"),
        asked=moment_text(row.created_at),
        granted=day_text(row.granted_on) if row.granted_on else "",
        document_number=row.document_number,
    )


@dataclass
class FollowView:
    place: int
    name: str
    says: str
    done: bool
    on: str


@dataclass
class ChangePage:
    change: TripChange
    kinds: list[KindRow]
    papers: list[tuple[str, str]]
    """(kind, what becomes of the approval paper)."""
    rows: list[Change]
    left: list[str]
    joined: list[str]
    who: str
    default: bool
    """Whether who decides is our default and not the office's own setting."""
    fresh: list[FindingView]
    pinned: int
    stages: list[StageMark]
    steps: list[StepView]
    called: str
    item: WorkItem | None
    outcomes: list[tuple[str, str]]
    targets: list[tuple[str, str]]
    confirms: list[FindingView]
    follows: list[FollowView]
    notices: list[ChangeNotice]
    units: str
    bodies: str
    may_edit: bool
    may_drop: bool
    may_withdraw: bool
    verb: str = ""
    acts: list[str] = field(default_factory=list)


OUTCOMES = {
    "agree": gettext_lazy("同意"),
    "refuse": gettext_lazy("不同意"),
    "done": gettext_lazy("办好了"),
}


def change_page(change: TripChange) -> ChangePage:
    trip, found = change.trip, difference_of(change)
    office = trip.office
    rows = kind_rows(office, found.kinds, change.submitted or change.created_at.date())
    case: Case | None = change.case
    item = my_item(change)
    ended = change.state in (TripChange.State.GRANTED, TripChange.State.REFUSED, TripChange.State.WITHDRAWN)
    judged = None if ended or found.kinds == ("cancel_trip",) or not found.kinds else judge_change(change)
    names = _names({*found.left, *found.joined})
    principal = current_principal()
    return ChangePage(
        change=change,
        kinds=rows,
        papers=[(row.name, str(PAPER[row.paper])) for row in rows],
        rows=[] if change.cancels else shown_differences(change),
        left=[names.get(member, "") for member in found.left],
        joined=[names.get(member, "") for member in found.joined],
        who=_who(change, found),
        default=any(row.default for row in rows),
        fresh=[
            finding_view(one)
            for one in (judged.fresh if judged else [])
            if one.answer in ("not_met", "not_stated", "exempt")
        ],
        pinned=len(judged.pinned) if judged else 0,
        stages=case_stages(case),
        steps=[step for step in case_steps(case, []) if step.state == "done"][::-1] if case else [],
        called=_called(change),
        item=item,
        outcomes=[(code, str(OUTCOMES[code])) for code in casework.outcomes(item)] if item else [],
        targets=casework.targets(item) if item else [],
        confirms=[finding_view(one) for one in confirmed_by_change(change, item.step)] if item and judged else [],
        follows=[_follow(place, entry) for place, entry in enumerate(change.followed)],
        notices=list(ChangeNotice.objects.filter(change=change, replaced=False).select_related("unit")),
        units=joined(unit.name for unit in notice_units(change, change.created_at.date())) if not ended else "",
        bodies=joined(post.name for post in bodies_to_file(change)) if not ended else "",
        may_edit=may_edit_change(principal, change),
        may_drop=policies.may_draft(principal) and not ended,
        may_withdraw=policies.may_draft(principal)
        and case is not None
        and not ended
        and change.state != TripChange.State.DRAFT,
        verb=casework.verb_of(item) if item else "",
    )


def my_item(change: TripChange) -> WorkItem | None:
    return next(iter(casework.my_items(change.case)), None) if change.case else None


ADDED_LATER = {*NOT_RELEVANT, "plan"} - {"title"}


def shown_differences(change: TripChange) -> list[Change]:
    """Field by field, members by who comes and goes: a list of people is never read by its places."""
    keep = {key: value for key, value in change.base.dossier.items() if key not in ADDED_LATER}
    asked = {key: value for key, value in change.dossier.items() if key not in ADDED_LATER}
    old = [str(member.get("id")) for member in keep.get("members") or []]
    new = [str(member.get("id")) for member in asked.get("members") or []]
    if old != new:
        keep.pop("members", None)
        asked.pop("members", None)
    rows = differences(change.trip, keep, asked)
    return [row for row in rows if not same_number(row.old, row.new)]


def _who(change: TripChange, found: Difference) -> str:
    if not found.kinds:
        return ""
    match decides(change):
        case "office":
            return _("外办批准")
        case "leader":
            return _("市领导批准")
    return _("报%(body)s批准") % {"body": authority_for(change).body_zh}


def _called(change: TripChange) -> str:
    if not change.called_by:
        return ""
    when = moment_text(change.called_at) if change.called_at else ""
    return _("%(who)s %(when)s 来电") % {"who": change.called_by, "when": when}


def _follow(place: int, entry: dict[str, Any]) -> FollowView:
    what = str(entry["what"])
    says = str(entry.get("says") or "")
    if entry.get("members"):
        names = _names(set(entry["members"]))
        says = joined(names.get(member, "") for member in entry["members"])
    return FollowView(place, str(FOLLOWS.get(what, what)), says, bool(entry.get("done")), str(entry.get("on") or ""))


def _names(members: set[str]) -> dict[str, str]:
    from waiban.domains.outbound.members import traveller_id

    ids = [pk for pk in (traveller_id({"id": member}) for member in members) if pk]
    return {str(pk): name for pk, name in Traveller.objects.filter(pk__in=ids).values_list("pk", "name")}
