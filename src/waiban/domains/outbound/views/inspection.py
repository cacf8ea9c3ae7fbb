"""检查导出: an auditor or inspector asks for the signed file of one case; masked unless a reason is written down."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.jobs.actions.start import start
from waiban.domains.outbound.inspecting import KIND
from waiban.domains.outbound.queries import trip_or_404


@open_to(Permission.AUDIT_READ)
@require_http_methods(["GET", "POST"])
def inspection(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip, trouble = trip_or_404(trip_id), ""
    if trip.case_id is None:
        raise Http404
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()[:200] if "whole" in request.POST else ""
        if "whole" in request.POST and not reason:
            trouble = _("要姓名全文，请写明理由；理由记入登记")
        else:
            job = start(
                KIND, title=_("检查导出 %(trip)s") % {"trip": trip.title}, office_id=trip.office_id,
                params={"trip": str(trip.pk), "reason": reason},
            )  # fmt: skip
            return HttpResponseRedirect(reverse("jobs:progress", args=[job.pk]))
    context = {"section": "trips", "trip": trip, "trouble": trouble}
    return render(request, "outbound/inspection.html", context, status=422 if trouble else 200)
