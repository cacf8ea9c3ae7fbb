"""Papers of a trip: the printable notice, the leader's sheet, what the office drew, and its stamped scan."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.core.papers.actions.file_stamped_scan import file_stamped_scan
from waiban.core.papers.models import Paper
from waiban.core.people.models import Unit
from waiban.domains.outbound.models import InternalNotice
from waiban.domains.outbound.papers.sheets import decision_sheet_pdf, notice_sheet_pdf
from waiban.domains.outbound.queries import trip_or_404


@open_to(Permission.TRIP_READ)
@require_GET
def notice_sheet(request: HttpRequest, trip_id: uuid.UUID, unit_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    trip = trip_or_404(trip_id)
    notice = InternalNotice.objects.filter(trip=trip, unit_id=unit_id, phase="before", replaced=False).first()
    unit = Unit.objects.filter(pk=unit_id).first()
    if notice is None or unit is None:
        raise Http404
    return _pdf(notice_sheet_pdf(trip, notice, unit), f"notice-{trip.year}-{trip.number}.pdf")


@open_to(Permission.CASE_READ)
@require_GET
def decision_sheet(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    item = (
        WorkItem.objects.select_related("case__unit", "case__office", "post")
        .filter(pk=item_id, case__kind="trip")
        .first()
    )
    if item is None:
        raise Http404
    trip = trip_or_404(item.case.subject_id)
    return _pdf(decision_sheet_pdf(trip, item, today()), f"decision-{trip.year}-{trip.number}.pdf")


@open_to(Permission.CASE_READ)
@require_GET
def paper(request: HttpRequest, paper_id: uuid.UUID) -> HttpResponse:
    """To the file itself: PDF, or Word by ?as=docx, or the stamped scan by ?as=scan."""
    drawn = Paper.objects.filter(pk=paper_id).first()
    if drawn is None:
        raise Http404
    shown = drawn.pdf_id or drawn.docx_id
    file_id = {"docx": drawn.docx_id, "scan": drawn.stamped_scan_id}.get(request.GET.get("as", "pdf"), shown)
    if file_id is None:
        raise Http404
    return HttpResponseRedirect(reverse("files:read", args=[file_id]))


@open_to(Permission.PAPER_FILE)
@require_POST
def file_scan(request: HttpRequest, paper_id: uuid.UUID) -> HttpResponse:
    from django.contrib import messages

    drawn = Paper.objects.filter(pk=paper_id).first()
    if drawn is None:
        raise Http404
    upload = request.FILES.get("scan")
    try:
        if upload is None:
            raise CannotError(_("请选盖章件的扫描文件"))
        scan = admit(upload, office_id=drawn.office_id, readers=drawn.readers, kind="stamped_scan", case=drawn.case_id)
        file_stamped_scan(drawn.pk, scan)
    except (CannotError, RefusedError, ValueError) as error:
        messages.error(request, str(error))
    case = drawn.case_id
    trip = trip_of_case(case) if case else None
    return HttpResponseRedirect(reverse("outbound:case", args=[trip]) if trip else "/")


def trip_of_case(case_id: uuid.UUID) -> uuid.UUID | None:
    from waiban.domains.outbound.models import Trip

    return Trip.objects.filter(case_id=case_id).values_list("pk", flat=True).first()


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
