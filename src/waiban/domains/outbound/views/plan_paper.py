"""A decision on a plan that was written on paper: one officer types it in beside the scan, a second one confirms."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework import policies
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.decide_from_paper import confirm_paper, decide_from_paper, reject_paper
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import PaperEntry, WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.domains.outbound import plan_queries as queries
from waiban.domains.outbound.models import AnnualPlan
from waiban.domains.outbound.views.cases import wanted_day
from waiban.domains.outbound.views.plans import plan_response


@open_to(Permission.CASE_RECORD_FROM_PAPER)
@require_POST
def year_plan_paper(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    plan = queries.plan_or_404(plan_id)
    item = _item(plan, request.POST.get("item", ""))
    upload = request.FILES.get("scan")
    counts_as = request.POST.get("counts_as", "")
    try:
        if upload is None:
            raise CannotError(_("请上传批示扫描件"))
        if counts_as != "send_back" and counts_as not in casework.outcomes(item):
            raise CannotError(_("请选批示算作什么"))
        scan = admit(upload, office_id=plan.office_id, readers=plan.readers, kind="paper_scan", case=plan.case_id)
        decide_from_paper(
            item.pk,
            written_on=wanted_day(request, "written_on", _("批示日期")),
            words=request.POST.get("paper_words", "").strip(),
            counts_as=counts_as,
            scan_id=scan.pk,
            target=request.POST.get("paper_target", ""),
        )
    except (CannotError, NotAllowedError, RefusedError) as error:
        return plan_response(request, plan, str(error))
    messages.success(request, _("已录入，待第二人复核"))
    return HttpResponseRedirect(reverse("outbound:year_plan", args=[plan.pk]))


@open_to(Permission.CASE_RECORD_FROM_PAPER)
@require_POST
def year_plan_paper_check(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    plan = queries.plan_or_404(plan_id)
    entry = PaperEntry.objects.filter(pk=_uuid(request.POST.get("entry", "")), item__case=plan.case_id).first()
    if entry is None:
        raise Http404
    try:
        if request.POST.get("act") == "reject":
            reject_paper(entry.pk, reason=request.POST.get("reason", "").strip())
        else:
            confirm_paper(entry.pk)
    except (CannotError, NotAllowedError) as error:
        return plan_response(request, plan, str(error))
    return HttpResponseRedirect(reverse("outbound:year_plan", args=[plan.pk]))


def _item(plan: AnnualPlan, text: str) -> WorkItem:
    found = WorkItem.objects.select_related("case", "post").filter(
        pk=_uuid(text), case=plan.case_id, state=WorkItem.State.OPEN
    )
    item = found.first() if plan.case_id else None
    if item is None or not policies.may_record_from_paper(current_principal(), item):
        raise Http404
    return item


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
