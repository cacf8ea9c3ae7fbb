"""Changes of an approved trip: ask, write, decide, carry out; and the three versions side by side."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive, make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.actions.withdraw import withdraw as withdraw_case
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.files.errors import RefusedError
from waiban.domains.outbound.actions.ask_change import ask_change
from waiban.domains.outbound.actions.carry_out import carry_out
from waiban.domains.outbound.actions.drop_change import drop_change
from waiban.domains.outbound.actions.post_change_notice import close_change_notice, post_change_notice
from waiban.domains.outbound.actions.post_notice import PLACES
from waiban.domains.outbound.actions.record_outside_change import record_outside_change
from waiban.domains.outbound.actions.save_change import SavedChange, may_edit_change, save_change
from waiban.domains.outbound.actions.start_change import start_change
from waiban.domains.outbound.change_pages import change_page, changes_page, my_item
from waiban.domains.outbound.changing import asked_trip
from waiban.domains.outbound.drafting import HandOver, draft_page
from waiban.domains.outbound.errors import ChangedMeanwhileError
from waiban.domains.outbound.forms.pointers import Reading
from waiban.domains.outbound.models import Attachment, ChangeNotice, TripChange
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.relevant import shown_in_notice
from waiban.domains.outbound.views.cases import attachment_from, wanted_day
from waiban.domains.outbound.views.draft import edits_of


@open_to(Permission.TRIP_READ)
@require_GET
def changes(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    if trip.case_id is None:
        raise Http404
    context = {"section": "trips", "trip": trip, "page": changes_page(trip)}
    return render(request, "outbound/changes.html", context)


@open_to(Permission.TRIP_READ)
@require_POST
def ask(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """`way`: edit, call or cancel. `without` names members that the new version begins without."""
    trip = trip_or_404(trip_id)
    way = request.POST.get("way", "edit")
    try:
        change = ask_change(
            trip.pk,
            reason=request.POST.get("reason", ""),
            cancels=way == "cancel",
            without=request.POST.getlist("without"),
            called_by=request.POST.get("called_by", "") if way == "call" else "",
            called_at=_moment(request.POST.get("called_at", "")),
            said=request.POST.get("said", ""),
        )
    except CannotError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("outbound:changes", args=[trip.pk]))
    return HttpResponseRedirect(reverse("outbound:change", args=[change.pk]))


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    """The form while the unit writes; the page of the change for everybody else."""
    row = _change(change_id)
    principal = current_principal()
    if not may_edit_change(principal, row):
        if request.method == "POST":
            return HttpResponseRedirect(request.path)
        record_apart(
            "trip.read", principal, kind=Event.Kind.READ, subject=("trip", row.trip_id), case=row.case_id,
            readers=row.readers,
        )  # fmt: skip
        return _show(request, row)
    if request.method == "GET":
        return _form(request, row)
    try:
        saved = _save(request, row)
    except ChangedMeanwhileError as error:
        return _form(request, _change(change_id), trouble=error.message, status=409)
    except CannotError as error:
        return _form(request, _change(change_id), trouble=error.message, status=422)
    return _form(request, saved.change, saved.reading)


@open_to(Permission.TRIP_DRAFT)
@require_POST
def start(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    row, reading = _change(change_id), None
    try:
        if "revision" in request.POST:
            saved = _save(request, row)
            row, reading = saved.change, saved.reading
        start_change(row.pk)
    except CannotError as error:
        return _form(request, _change(change_id), reading, trouble=error.message, status=422)
    except NotAllowedError as error:
        return _form(request, _change(change_id), reading, trouble=error.message, status=422)
    target = reverse("outbound:change", args=[row.pk])
    return HttpResponseClientRedirect(target) if getattr(request, "htmx", False) else HttpResponseRedirect(target)


@open_to(Permission.CASE_READ)
@require_POST
def decide_change(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    row = _change(change_id)
    item = my_item(row)
    if item is None:
        raise Http404
    outcome, words = request.POST.get("outcome", ""), request.POST.get("words", "").strip()
    try:
        if outcome == "send_back":
            send_back(item.pk, request.POST.get("target", ""), reason=words)
        elif outcome not in casework.outcomes(item):
            raise CannotError(_("请选您的决定"))
        else:
            decide(item.pk, outcome, opinion=words)
    except (CannotError, NotAllowedError) as error:
        return _show(request, _change(change_id), error.message)
    messages.success(request, _("已办：%(verb)s") % {"verb": casework.verb_of(item)})
    return HttpResponseRedirect(reverse("outbound:change", args=[row.pk]))


@open_to(Permission.CASE_DECIDE)
@require_POST
def outside_change(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    row = _change(change_id)
    try:
        scan = attachment_from(request, row.trip, Attachment.Kind.OUTSIDE_APPROVAL, "scan")
        record_outside_change(
            row.pk,
            number=request.POST.get("number", ""),
            dated=wanted_day(request, "dated", _("批复日期")),
            by=request.POST.get("by", ""),
            scan=scan,
            outcome="refuse" if request.POST.get("outcome") == "refuse" else "agree",
            opinion=request.POST.get("words", ""),
        )
    except (CannotError, NotAllowedError, RefusedError) as error:
        return _show(request, _change(change_id), str(error))
    return HttpResponseRedirect(reverse("outbound:change", args=[row.pk]))


@open_to(Permission.TRIP_SUBMIT)
@require_http_methods(["GET", "POST"])
def change_notice(request: HttpRequest, change_id: uuid.UUID, unit_id: uuid.UUID) -> HttpResponse:
    """Show what the asked version would say, then write down its result."""
    row = _change(change_id)
    current = ChangeNotice.objects.filter(change=row, unit_id=unit_id, replaced=False).first()
    trouble = ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "close" and current:
                close_change_notice(
                    current.pk,
                    objections=request.POST.get("objections") == "yes",
                    result=request.POST.get("result", "").strip(),
                    proof=attachment_from(request, row.trip, Attachment.Kind.NOTICE_PROOF, "proof"),
                )
                return HttpResponseRedirect(reverse("outbound:change", args=[row.pk]))
            post_change_notice(
                row.pk,
                unit_id,
                since=wanted_day(request, "since", _("公示起")),
                until=wanted_day(request, "until", _("公示止")),
                places=request.POST.getlist("places"),
            )
            return HttpResponseRedirect(request.path)
        except (CannotError, RefusedError) as error:
            trouble = str(error)
    context = {
        "section": "trips",
        "change": row,
        "trip": row.trip,
        "notice": current,
        "shown": shown_in_notice(row.dossier),
        "places": PLACES,
        "today": today().isoformat(),
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/change_notice.html", context, status=422 if trouble else 200)


@open_to(Permission.CASE_READ)
@require_POST
def carry_out_change(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    row = _change(change_id)
    places = [int(text) for text in request.POST.getlist("done") if text.isdigit()]
    try:
        carry_out(row.pk, places, words=request.POST.get("words", ""))
    except (CannotError, NotAllowedError) as error:
        return _show(request, _change(change_id), error.message)
    messages.success(request, _("已记下"))
    return HttpResponseRedirect(reverse("outbound:change", args=[row.pk]))


@open_to(Permission.TRIP_DRAFT)
@require_POST
def drop(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    """Take it back to change it, or give it up."""
    row = _change(change_id)
    try:
        if request.POST.get("do") == "withdraw" and row.case is not None:
            withdraw_case(row.case.pk, reason=request.POST.get("reason", ""))
        else:
            drop_change(row.pk, reason=request.POST.get("reason", ""))
    except (CannotError, NotAllowedError) as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:change", args=[row.pk]))


def _save(request: HttpRequest, row: TripChange) -> SavedChange:
    posted = [(name, request.POST.getlist(name)) for name in request.POST if name.startswith("/")]
    revision = request.POST.get("revision", "")
    if not revision.isdigit():
        raise CannotError(_("请刷新后再改"))
    try:
        return save_change(
            row.pk,
            posted,
            revision=int(revision),
            edits=edits_of(request.POST.get("do", ""), request, asked_trip(row)),
            reason=request.POST.get("reason", row.reason),
            cancels=request.POST.get("cancels") == "yes",
        )
    except KeyError as error:
        raise CannotError(_("有一栏不认识：%(name)s") % {"name": error.args[0]}) from error


def _form(
    request: HttpRequest, row: TripChange, reading: Reading | None = None, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    trip = asked_trip(row)
    page = draft_page(trip, reading)
    page.hand_over = HandOver(
        reverse("outbound:start_change", args=[row.pk]), _("交单位审批"), _("单位批了再报外办；批准后才生效")
    )
    context: dict[str, Any] = {
        "section": "trips",
        "trip": trip,
        "change": row,
        "page": page,
        "view": change_page(row),
        "trouble": trouble,
        "taken": None,
        "recheck": [],
    }
    live = getattr(request, "htmx", False) and request.method == "POST"
    return render(
        request,
        "outbound/parts/draft_form.html" if live else "outbound/change_form.html",
        context,
        status=200 if live else status,
    )


def _show(request: HttpRequest, row: TripChange, trouble: str = "") -> HttpResponse:
    context = {
        "section": "trips",
        "trip": row.trip,
        "change": row,
        "page": change_page(row),
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/change.html", context, status=422 if trouble else 200)


def _change(change_id: uuid.UUID) -> TripChange:
    try:
        return TripChange.objects.select_related("trip__unit", "trip__office", "trip__case", "base", "case").get(
            pk=change_id
        )
    except TripChange.DoesNotExist:
        raise Http404 from None


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.strip().replace(" ", "T"))
    except ValueError:
        return None
    return make_aware(found, get_current_timezone()) if found and is_naive(found) else found
