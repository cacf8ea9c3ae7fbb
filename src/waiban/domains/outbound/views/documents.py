"""Travel documents: the list and its views, one document, a person's documents, and finding one by its number."""

import io
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.offices.queries import setting
from waiban.core.offices.views.pages import my_office
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.people.models import Traveller
from waiban.core.ui.format import day_text
from waiban.core.ui.marks import clock_face
from waiban.domains.outbound import document_queries as queries
from waiban.domains.outbound.actions.look_up_document import look_up_document, show_number
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import EXPIRY_MONTHS, LEADS, OF_UNIT, may_carry, may_keep
from waiban.domains.outbound.models import CustodyEvent, TravelDocument
from waiban.kernel.dates import add_months

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_LIMIT = 20_000
VIEW_LABELS = {
    "all": gettext_lazy("全部"),
    "drawer": gettext_lazy("在柜"),
    "out": gettext_lazy("在外"),
    "due": gettext_lazy("逾期未交"),
    "recall": gettext_lazy("须收回"),
    "expiring": gettext_lazy("快过期"),
    "left": gettext_lazy("持证人变动"),
    "applying": gettext_lazy("申办中"),
}
GONE = {"moved": gettext_lazy("已调离"), "retired": gettext_lazy("已退休"), "left": gettext_lazy("已离职")}
MARK_OF_STATE = {"valid": "met", "applied": "now", "expired": "warn", "cancelled": "void", "lost": "block"}
BY_OFFICE = (Why := CustodyEvent.Why).VISA, Why.RELEASE, Why.TO_UNIT, Why.SENT, Why.HANDED_IN
Place = TravelDocument.Place


@open_to(Permission.DOCUMENT_READ)
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request.GET)
    try:
        found, following = queries.page_of(wanted, request.GET.get("after", ""))
    except (ValueError, ValidationError):
        raise Http404(_("没有这一页")) from None
    principal, office = current_principal(), my_office()
    keeps = may_keep(principal, office.pk)
    carries = principal.may(Permission.DOCUMENT_CARRY)
    numbers = queries.counts(wanted.on, wanted.months)
    context: dict[str, Any] = {
        "section": "documents",
        "wanted": wanted,
        "tabs": [
            {
                "label": str(VIEW_LABELS[view]),
                "url": f"{reverse('outbound:documents')}?view={view}",
                "count": numbers[view] or None,
                "current": view == wanted.view,
            }
            for view in queries.VIEWS
        ],
        "chips": _chips(request.GET, wanted),
        "filters": _filters(request.GET, wanted),
        "rows": rows_of(found, wanted),
        "total": queries.documents(wanted).count(),
        "next_url": _with(request.GET, after=following) if following else "",
        "first_url": _with(request.GET) if request.GET.get("after") else "",
        "export_url": f"{reverse('outbound:documents_export')}?{request.GET.urlencode()}",
        "sorts": {
            "code": _with(request.GET, sort="code"),
            "expires": _with(request.GET, sort="-expires" if wanted.sort == "expires" else "expires"),
            "since": _with(request.GET, sort="since" if wanted.sort == "-since" else "-since"),
        },
        "keeps": keeps,
        "chooses": keeps or carries,
        "carries": carries,
        **hand_over_choices(keeps=keeps),
        "here": request.get_full_path(),
        "clear_url": reverse("outbound:documents"),
    }
    return render(request, "outbound/documents.html", context)


def hand_over_choices(*, keeps: bool, place: str = "") -> dict[str, Any]:
    """What the hand-over form offers: reasons, of one document those that its place allows, and the approved tasks."""
    reasons = [why for why in (BY_OFFICE if keeps else OF_UNIT) if not place or place in LEADS[why][0]]
    return {
        "reasons": [(str(why), why.label) for why in reasons],
        "trips": [
            (trip.pk, f"{trip}（{trip.depart:%m-%d}）" if trip.depart else str(trip))
            for trip in queries.running_trips()
        ],
        "today": today().isoformat(),
    }


@open_to(Permission.DOCUMENT_READ)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """What is filtered, without any number in the clear."""
    wanted = _wanted(request.GET)
    columns = [
        SheetColumn(_("袋号"), "text", width=12),
        SheetColumn(_("持证人"), width=14),
        SheetColumn(_("单位"), width=26),
        SheetColumn(_("证照种类"), width=20),
        SheetColumn(_("证照号码"), "text", width=16),
        SheetColumn(_("签发机关"), width=18),
        SheetColumn(_("签发日期"), "day"),
        SheetColumn(_("有效期至"), "day"),
        SheetColumn(_("证照状态"), width=12),
        SheetColumn(_("所在"), width=14),
        SheetColumn(_("所在起"), "day"),
        SheetColumn(_("应交回"), "day"),
    ]
    lines = (
        (
            row.code, row.holder.name, row.keeping_unit.name, row.get_kind_display(), row.number_masked, row.issuer,
            row.issued_on, row.expires_on, row.get_state_display(), row.get_place_display(), row.place_since,
            row.due_back,
        )
        for row in queries.every_document(wanted, EXPORT_LIMIT)
    )  # fmt: skip
    out = io.BytesIO()
    write_xlsx(out, _("因公证照"), columns, lines)
    out.seek(0)
    name = _("因公证照-%(day)s.xlsx") % {"day": today().isoformat()}
    return FileResponse(out, as_attachment=True, filename=name, content_type=EXCEL)


@open_to(Permission.DOCUMENT_READ)
@require_GET
def document(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    return document_page(request, queries.document_or_404(document_id))


def document_page(request: HttpRequest, row: TravelDocument, *, number: str = "", trouble: str = "") -> HttpResponse:
    principal = current_principal()
    keeps = may_keep(principal, row.office_id)
    carries = may_carry(principal, row.keeping_unit_id, row.office_id)
    events = queries.events_of(row)
    titles = queries.titles_of([*(event.trip_id for event in events), row.applied_for_id])
    gone = row.place == Place.NOWHERE
    own = row.place not in (Place.DRAWER, Place.CONSULATE, Place.APPLYING)
    context = {
        "section": "documents",
        "document": row,
        "facts": _facts(row, titles),
        "state_mark": MARK_OF_STATE[row.state],
        "events": [_event(event, titles) for event in events],
        "number": number,
        "trouble": trouble,
        "keeps": keeps,
        "may_move": not gone and row.state != TravelDocument.State.APPLIED and (keeps or (carries and own)),
        "moved_to": row.holder.unit.name if keeps and row.holder.unit_id != row.keeping_unit_id else "",
        "may_issue": keeps and row.state == TravelDocument.State.APPLIED,
        "may_cancel": keeps and not gone and row.place in (Place.DRAWER, Place.UNIT_KEEPER, Place.APPLYING),
        "may_lose": not gone and (keeps or carries) and row.state != TravelDocument.State.APPLIED,
        "here": reverse("outbound:document", args=[row.pk]),
        **hand_over_choices(keeps=keeps, place=row.place),
    }
    return render(request, "outbound/document.html", context)


@open_to(Permission.DOCUMENT_READ)
@require_GET
def documents_of(request: HttpRequest, traveller_id: uuid.UUID) -> HttpResponse:
    """A person's documents, ended ones too."""
    person = Traveller.objects.select_related("unit").filter(pk=traveller_id).first()
    if person is None:
        raise Http404
    wanted = queries.DocumentFilter(on=today(), holder=person.pk)
    context = {
        "section": "documents",
        "person": person,
        "rows": rows_of(list(queries.documents(wanted).order_by("-state_since", "id")), wanted),
        "keeps": may_keep(current_principal(), person.unit.office_id),
    }
    return render(request, "outbound/documents_of.html", context)


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def look_up(request: HttpRequest) -> HttpResponse:
    """By the whole number: each look is in the register."""
    try:
        found = look_up_document(request.POST.get("number", "")[:40])
    except CannotError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("outbound:documents"))
    if found is None:
        messages.warning(request, _("没有登记过这个号码；这次查找已记入登记簿"))
        return HttpResponseRedirect(reverse("outbound:documents"))
    return HttpResponseRedirect(reverse("outbound:document", args=[found.pk]))


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def number(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """The number in the clear, on this answer only."""
    row = queries.document_or_404(document_id)
    try:
        clear = show_number(row.pk, reason=request.POST.get("reason", ""))
    except CannotError as error:
        return document_page(request, row, trouble=error.message)
    response = document_page(request, row, number=clear)
    response["Cache-Control"] = "no-store"
    return response


def rows_of(found: list[TravelDocument], wanted: queries.DocumentFilter) -> list[dict[str, Any]]:
    gone = queries.gone_why(found, wanted.on) if wanted.view == "left" else {}
    titles = queries.titles_of(row.place_trip_id for row in found)
    rows = []
    for row in found:
        expiring = row.expires_on is not None and row.expires_on <= add_months(wanted.on, wanted.months)
        rows.append(
            {
                "pk": row.pk,
                "url": reverse("outbound:document", args=[row.pk]),
                "code": row.code,
                "holder": row.holder.name,
                "unit": row.keeping_unit.short_name or row.keeping_unit.name,
                "kind": row.get_kind_display(),
                "number": row.number_masked,
                "expires": row.expires_on.isoformat() if row.expires_on else "—",
                "expiring": expiring and row.state in ("valid", "expired"),
                "state": row.get_state_display() if row.state != "valid" else "",
                "state_mark": MARK_OF_STATE[row.state],
                "place": row.get_place_display(),
                "place_words": row.place_words or titles.get(row.place_trip_id, ("", False))[0],  # type: ignore[arg-type]
                "since": row.place_since.isoformat(),
                "clock": clock_face(row.due_back, wanted.on) if row.due_back else None,
                "gone": str(GONE[gone[row.pk]]) if row.pk in gone else "",
            }
        )
    return rows


def _facts(row: TravelDocument, titles: dict[uuid.UUID, tuple[str, bool]]) -> list[tuple[str, str]]:
    facts = [
        (_("持证人"), f"{row.holder.name}　{row.keeping_unit.name}"),
        (_("证照种类"), row.get_kind_display()),
        (_("证照号码"), row.number_masked or _("未登记")),
        (_("签发机关"), row.issuer or "—"),
        (_("签发日期"), day_text(row.issued_on)),
        (_("有效期至"), day_text(row.expires_on)),
    ]
    if row.applied_for_id in titles:
        facts.append((_("申办任务"), titles[row.applied_for_id][0]))
    if row.mark:
        facts.append((_("备注"), row.mark))
    return [(str(label), str(value)) for label, value in facts]


def _event(event: CustodyEvent, titles: dict[uuid.UUID, tuple[str, bool]]) -> dict[str, Any]:
    people = [
        _("交出：%(name)s") % {"name": event.given_by} if event.given_by else "",
        _("接收：%(name)s") % {"name": event.taken_by} if event.taken_by else "",
    ]
    return {
        "why": event.get_why_display(),
        "place": event.get_place_display(),
        "words": "，".join(part for part in (event.place_words, *people, event.mark) if part),
        "trip": titles.get(event.trip_id, ("", False))[0] if event.trip_id else "",
        "day": day_text(event.happened_on),
        "due": event.due_back.isoformat() if event.due_back else "",
        "slip": f"{event.slip_year}-{event.slip}",
        "slip_url": reverse("outbound:custody_slip", args=[event.pk]),
    }


def _wanted(given: QueryDict) -> queries.DocumentFilter:
    try:
        unit = uuid.UUID(str(given["unit"])) if given.get("unit") else None
    except ValueError:
        raise Http404 from None
    view, sort = given.get("view", "all"), given.get("sort", "code")
    return queries.DocumentFilter(
        on=today(),
        months=int(setting(my_office(), EXPIRY_MONTHS)),
        view=view if view in queries.VIEWS else "all",
        unit=unit,
        kind=given.get("kind", "") if given.get("kind", "") in TravelDocument.Kind.values else "",
        place=given.get("place", "") if given.get("place", "") in Place.values else "",
        text=given.get("q", "").strip()[:40],
        sort=sort if sort in queries.SORTS else "code",
    )


def _chips(given: QueryDict, wanted: queries.DocumentFilter) -> list[dict[str, str]]:
    chips = []
    if wanted.text:
        chips.append({"label": _("含“%(text)s”") % {"text": wanted.text}, "url": _with(given, q="")})
    if wanted.unit:
        names = dict(queries.unit_choices(TravelDocument.objects.filter(keeping_unit=wanted.unit)))
        chips.append(
            {"label": _("单位：%(unit)s") % {"unit": names.get(wanted.unit, "")}, "url": _with(given, unit="")}
        )
    if wanted.kind:
        chips.append({"label": str(TravelDocument.Kind(wanted.kind).label), "url": _with(given, kind="")})
    if wanted.place:
        chips.append({"label": str(Place(wanted.place).label), "url": _with(given, place="")})
    return chips


def _filters(given: QueryDict, wanted: queries.DocumentFilter) -> list[dict[str, Any]]:
    filters = []
    if not wanted.unit:
        options = [
            {"label": name, "url": _with(given, unit=str(pk)), "count": None}
            for pk, name in queries.unit_choices(queries.documents(wanted))[:60]
        ]
        filters.append({"label": _("单位"), "options": options})
    if not wanted.kind:
        kinds = [
            {"label": str(kind.label), "url": _with(given, kind=kind.value), "count": None}
            for kind in TravelDocument.Kind
        ]
        filters.append({"label": _("证照种类"), "options": kinds})
    if not wanted.place and wanted.view in ("all", "expiring", "left"):
        places = [{"label": str(one.label), "url": _with(given, place=one.value), "count": None} for one in Place]
        filters.append({"label": _("所在"), "options": places})
    return [one for one in filters if one["options"]]


def _with(given: QueryDict, **change: str) -> str:
    kept = {key: value for key, value in given.items() if key != "after"} | change
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{reverse('outbound:documents')}?{query}" if query else reverse("outbound:documents")
