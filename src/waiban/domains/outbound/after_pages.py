"""The pages after a trip: the return, the report and what the trip was worth, formatted once before the template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.people.models import Post, Role, Traveller
from waiban.core.ui.format import day_text, joined, money_text, span_text
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.file_report import ORIGIN
from waiban.domains.outbound.change_settings import NAMES
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.forms.fields import Option, country_options
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Attachment, Debt, Deviation, Settlement, Trip, TripReport
from waiban.domains.outbound.returning import deviation_texts
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.versions import actual_version, approved_version
from waiban.domains.partners import api as partners
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money

BLANKS = 2
"""Empty rows below what is filled."""


@dataclass(frozen=True)
class PlaceRow:
    country: str
    city: str
    arrive: str
    leave: str


@dataclass
class ReturnForm:
    left: str
    came_back: str
    places: list[PlaceRow]
    members: list[tuple[str, str, bool]]
    """(id, name and post, went)."""
    countries: list[Option]
    approved_span: str
    corrects: bool
    """Whether a return that was entered is entered again."""


def return_form(trip: Trip, posted: Mapping[str, Any] | None = None) -> ReturnForm:
    approved, actual = approved_version(trip), actual_version(trip)
    base = (actual or approved).dossier if (actual or approved) else trip.dossier  # type: ignore[union-attr]
    whole = approved.dossier if approved else trip.dossier
    went = {str(member.get("id")) for member in base.get("members") or []}
    names = _names(whole)
    places = [
        PlaceRow(
            str(stop.get("country") or ""), str(stop.get("city") or ""), str(stop.get("arrive") or ""),
            str(stop.get("leave") or ""),
        )
        for stop in base.get("stops") or []
    ]  # fmt: skip
    said = {key: str(posted.get(key) or "") for key in ("left", "came_back")} if posted else {}
    value = value_of(whole)
    return ReturnForm(
        left=said.get("left") or str(base.get("depart") or "" if actual else ""),
        came_back=said.get("came_back") or str(base.get("return") or "" if actual else ""),
        places=[*places, PlaceRow("", "", "", "")],
        members=[
            (str(m.get("id")), names.get(str(m.get("id")), str(m.get("post") or "")), str(m.get("id")) in went)
            for m in whole.get("members") or []
        ],
        countries=country_options(),
        approved_span=span_text(DateRange(value.depart, value.return_)) if value.depart and value.return_ else "",
        corrects=actual is not None,
    )


def _names(dossier: Mapping[str, Any]) -> dict[str, str]:
    ids = [pk for pk in map(traveller_id, dossier.get("members") or []) if pk]
    posts = {str(m.get("id")): str(m.get("post") or "") for m in dossier.get("members") or []}
    rows = Traveller.objects.filter(pk__in=ids).values_list("pk", "name")
    return {str(pk): f"{name} {posts.get(str(pk), '')}".strip() for pk, name in rows}


@dataclass
class DeviationView:
    row: Deviation
    name: str
    approved: str
    actual: str
    mark: str
    verdict: str
    proof_url: str
    explained: str
    may_explain: bool
    may_judge: bool


@dataclass
class AfterPage:
    facts: list[tuple[str, str, str]]
    """(what, approved, actual)."""
    deviations: list[DeviationView]
    may_correct: bool
    owed: list[tuple[str, str, bool]]
    """(what, due day, overdue)."""


def after_page(trip: Trip) -> AfterPage:
    principal = current_principal()
    approved, actual = approved_version(trip), actual_version(trip)
    facts: list[tuple[str, str, str]] = []
    if approved and actual:
        for label, pick in ((_("离境至返回"), _span), (_("前往"), _places), (_("人员"), _people)):
            facts.append((label, pick(approved.dossier), pick(actual.dossier)))
    from waiban.core.casework.clocks import today

    debts = Debt.objects.filter(trip=trip, ended_on=None).order_by("due_on")
    return AfterPage(
        facts=facts,
        deviations=[
            _deviation(trip, row) for row in Deviation.objects.filter(trip=trip, replaced=False).order_by("id")
        ],
        may_correct=policies.may_draft(principal) and open_item(trip, "report") is not None,
        owed=[(str(row.get_kind_display()), day_text(row.due_on), row.due_on < today()) for row in debts],
    )


def _span(dossier: Mapping[str, Any]) -> str:
    value = value_of(dossier)
    return span_text(DateRange(value.depart, value.return_)) if value.depart and value.return_ else "—"


def _places(dossier: Mapping[str, Any]) -> str:
    said = [
        " ".join(part for part in (place_name(stop.get("country") or ""), stop.get("city") or "") if part)
        for stop in dossier.get("stops") or []
    ]
    return " → ".join(said) or "—"


def _people(dossier: Mapping[str, Any]) -> str:
    return joined(_names(dossier).values()) or str(len(dossier.get("members") or []))


def _deviation(trip: Trip, row: Deviation) -> DeviationView:
    principal = current_principal()
    approved, actual = deviation_texts(row)
    open_now = row.verdict == Deviation.Verdict.OPEN
    returned = trip.state == Trip.State.RETURNED
    proof = row.proof
    return DeviationView(
        row=row,
        name=str(NAMES.get(row.kind, row.kind)),
        approved=approved,
        actual=actual,
        mark={"open": "todo", "cleared": "met", "stands": "block"}[row.verdict],
        verdict=str(row.get_verdict_display()),
        proof_url=reverse("files:read", args=[proof.file_id]) if proof else "",
        explained=day_text(row.explained_on) if row.explained_on else "",
        may_explain=open_now and returned and policies.may_draft(principal),
        may_judge=open_now and returned and bool(row.explanation) and principal.may(Permission.CASE_ACCEPT),
    )


@dataclass
class PromiseRow:
    by: str
    counterpart: str
    what: str
    due: str
    owner_post: str


@dataclass
class ReportPage:
    report: TripReport | None
    rows: list[PromiseRow]
    owners: list[tuple[str, str]]
    due: str
    overdue: bool
    files: list[Attachment]
    deviations: int
    """Still to be explained before the report can be filed."""
    counterparts: list[str]
    approved_total: str
    settled_total: str
    """What the settlement came to, to begin with where nothing was typed yet."""


def report_page(trip: Trip) -> ReportPage:
    from waiban.core.casework.clocks import today

    report = TripReport.objects.filter(trip=trip).first()
    rows = [
        PromiseRow(row["by"], row["counterpart"], row["what"], row["due"], row["owner_post"])
        for row in (report.promised if report else [])
    ]
    debt = Debt.objects.filter(trip=trip, kind=Debt.Kind.REPORT, ended_on=None).first()
    settled = Settlement.objects.filter(trip=trip).first()
    return ReportPage(
        report=report,
        rows=[*rows, *[PromiseRow("ours", "", "", "", "") for _n in range(BLANKS)]],
        owners=_owners(trip),
        due=day_text(debt.due_on) if debt else "",
        overdue=bool(debt and debt.due_on < today()),
        files=list(Attachment.objects.filter(trip=trip, kind=Attachment.Kind.REPORT, removed_at=None)),
        deviations=Deviation.objects.filter(trip=trip, replaced=False, explanation="").count(),
        counterparts=list(trip.inviters),
        approved_total=money_text(Money(trip.total_cny, "CNY")) if trip.total_cny is not None else "",
        settled_total=str(settled.total_cny) if settled and settled.total_cny is not None else "",
    )


def _owners(trip: Trip) -> list[tuple[str, str]]:
    """Posts of the own unit first, then the officers of others: whoever must keep it."""
    posts = (
        Post.objects.filter(office=trip.office_id, closed_on=None).select_related("unit").order_by("unit__name", "name")
    )
    own = [post for post in posts if post.unit_id == trip.unit_id]
    others = [post for post in posts if post.unit_id != trip.unit_id and post.role == Role.DESIGNATED_OFFICER]
    return [(str(post.pk), f"{post.unit.short_name or post.unit.name}{post.name}") for post in (*own, *others)]


@dataclass
class ValuePage:
    purpose: str
    expected: str
    approved_total: str
    actual_total: str
    difference: str
    per_day: str
    people_days: str
    report: TripReport | None
    filed: str
    promises: list[tuple[Any, str, str]]
    """(promise, due day, address)."""
    kept: partners.Kept
    share: str


def value_page(trip: Trip) -> ValuePage:
    report = TripReport.objects.filter(trip=trip).first()
    filed = report if report and report.filed_on else None
    actual = actual_version(trip) or approved_version(trip)
    value = value_of(actual.dossier if actual else trip.dossier)
    days = (value.return_ - value.depart).days + 1 if value.depart and value.return_ else 0
    people = len(value.members or [])
    spent = filed.actual_total_cny if filed else None
    promises = partners.promises_of(ORIGIN, [filed.pk]) if filed else []
    kept = partners.kept_of(ORIGIN, [filed.pk] if filed else [])
    return ValuePage(
        purpose=str(trip.dossier.get("purpose") or "—"),
        expected=str(trip.dossier.get("expected") or ""),
        approved_total=_money(trip.total_cny),
        actual_total=_money(spent),
        difference=_money(spent - trip.total_cny) if spent is not None and trip.total_cny is not None else "",
        per_day=_money(spent / (days * people)) if spent is not None and days and people else "",
        people_days=_("%(people)d 人 %(days)d 天") % {"people": people, "days": days},
        report=filed,
        filed=day_text(filed.filed_on) if filed else "",
        promises=[
            (one, day_text(one.due) if one.due else _("没有定日子"), reverse("partners:promise", args=[one.id]))
            for one in promises
        ],
        kept=kept,
        share=f"{kept.share:.0%}" if kept.share is not None else "",
    )


def _money(amount: Any) -> str:
    return money_text(Money(amount, "CNY")) if amount is not None else "—"


def day_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None
