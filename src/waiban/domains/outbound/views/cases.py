"""One trip as a case: read it, add papers to it, and the acts of the unit on it."""

import uuid
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.withdraw import withdraw as withdraw_case
from waiban.core.casework.errors import CannotError
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.domains.outbound.actions.add_attachment import add_attachment
from waiban.domains.outbound.actions.close_notice import close_notice
from waiban.domains.outbound.actions.post_notice import PLACES, post_notice
from waiban.domains.outbound.actions.remove_attachment import remove_attachment
from waiban.domains.outbound.casing import case_page
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import Attachment, InternalNotice, Trip
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.relevant import shown_in_notice
from waiban.dossiers.load import canonical_bytes


@open_to(Permission.TRIP_READ)
@require_GET
def case(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    if trip.imported:
        return HttpResponseRedirect(reverse("outbound:old_record", args=[trip.pk]))
    if trip.case_id is None:
        return HttpResponseRedirect(reverse("outbound:draft", args=[trip.pk]))
    record_apart(
        "trip.read",
        current_principal(),
        kind=Event.Kind.READ,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
    )
    return render(
        request,
        "outbound/case.html",
        {"section": "trips", "page": case_page(trip, request.GET.get("item", "")), "trip": trip},
    )


@open_to(Permission.TRIP_READ)
@require_GET
def dossier(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    """The trip in the exchange format: what `waiban check` reads."""
    trip = trip_or_404(trip_id)
    response = HttpResponse(canonical_bytes(value_of(trip.dossier)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="trip-{trip.year}-{trip.number}.json"'
    return response


@open_to(Permission.TRIP_READ)
@require_GET
def process(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    trip = trip_or_404(trip_id)
    if trip.case is None:
        raise Http404
    return HttpResponse(casework.diagram(trip.case).bpmn, content_type="application/xml")


@open_to(Permission.FILE_ADD)
@require_POST
def attach(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    try:
        attachment_from(request, trip)
    except (RefusedError, CannotError) as error:
        return _trouble(request, trip, str(error))
    return _back(trip)


def attachment_from(request: HttpRequest, trip: Trip, kind: str = "", field: str = "file") -> Attachment:
    """The posted file through the door and onto the trip. Raises RefusedError or CannotError with a sentence."""
    upload = request.FILES.get(field)
    if upload is None:
        raise CannotError(_("请选一个文件"))
    kind = kind or request.POST.get("kind", Attachment.Kind.OTHER)
    if kind not in Attachment.Kind.values:
        raise CannotError(_("请选附件种类"))
    stored = admit(upload, office_id=trip.office_id, readers=trip.readers, kind=kind)
    return add_attachment(
        trip.pk,
        kind,
        stored,
        title=request.POST.get("title", "").strip(),
        number=request.POST.get("number", "").strip(),
        dated=_day(request.POST.get("dated", "")),
    )


@open_to(Permission.FILE_ADD)
@require_POST
def detach(request: HttpRequest, trip_id: uuid.UUID, attachment_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    try:
        remove_attachment(attachment_id)
    except Attachment.DoesNotExist:
        raise Http404 from None
    except CannotError as error:
        return _trouble(request, trip, str(error))
    return _back(trip)


@open_to(Permission.CASE_WITHDRAW)
@require_POST
def withdraw(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    if trip.case is None:
        raise Http404
    try:
        withdraw_case(trip.case.pk, reason=request.POST.get("reason", "").strip())
    except CannotError as error:
        return _trouble(request, trip, str(error))
    return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, trip_id: uuid.UUID, unit_id: uuid.UUID) -> HttpResponse:
    """Show the notice, then write down its result. Two acts on one page, in that order."""
    trip = trip_or_404(trip_id)
    current = (
        InternalNotice.objects.filter(trip=trip, unit_id=unit_id, phase="before", replaced=False)
        .select_related("unit")
        .first()
    )
    trouble = ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "close" and current:
                proof = attachment_from(request, trip, Attachment.Kind.NOTICE_PROOF, "proof")
                close_notice(
                    current.pk,
                    objections=request.POST.get("objections") == "yes",
                    result=request.POST.get("result", "").strip(),
                    proof=proof,
                )
                return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
            post_notice(
                trip.pk,
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
        "trip": trip,
        "unit_id": unit_id,
        "notice": current,
        "shown": shown_in_notice(trip.dossier),
        "places": PLACES,
        "trouble": trouble,
        "posted": request.POST,
        "page": case_page(trip),
    }
    return render(request, "outbound/notice.html", context, status=422 if trouble else 200)


def wanted_day(request: HttpRequest, name: str, label: str) -> date:
    day = _day(request.POST.get(name, ""))
    if day is None:
        raise CannotError(_("%(what)s写成 2027-03-02 这样") % {"what": label})
    return day


def _day(text: str) -> date | None:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _trouble(request: HttpRequest, trip: Trip, message: str) -> HttpResponse:
    """Back where it was asked, with the reason; nothing was saved."""
    from django.contrib import messages

    messages.error(request, message)
    return _back(trip)


def _back(trip: Trip) -> HttpResponse:
    target = reverse("outbound:draft" if trip.editable else "outbound:case", args=[trip.pk])
    return HttpResponseRedirect(target)
