"""Decide, on screen or from paper; vouch; ask for correction; enter the outside approval."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework import policies
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.accept import accept
from waiban.core.casework.actions.ask_supplement import ask_supplement
from waiban.core.casework.actions.decide import MemberAnswer, decide
from waiban.core.casework.actions.decide_from_paper import confirm_paper, decide_from_paper, reject_paper
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import PaperEntry, WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.domains.outbound.actions.attest import attest
from waiban.domains.outbound.actions.record_outside_approval import record_outside_approval
from waiban.domains.outbound.deciding import decide_page
from waiban.domains.outbound.models import Attachment, Trip
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.views.cases import attachment_from, wanted_day


@open_to(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def decide_item(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    item, trip = _item(item_id)
    if not policies.may_act(current_principal(), item):
        return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
    if item.nature == WorkItem.Nature.OPINION:  # asked beside the step: an opinion, never the step's own word
        return HttpResponseRedirect(reverse("acts:answer", args=[item.pk]))
    trouble = ""
    if request.method == "POST":
        try:
            _decide(request, item)
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            messages.success(request, _("已办：%(verb)s") % {"verb": casework.verb_of(item)})
            return HttpResponseRedirect(reverse("inbox"))
    context = {
        "section": "inbox",
        "page": decide_page(trip, item),
        "trip": trip,
        "item": item,
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/decide.html", context, status=422 if trouble else 200)


def _decide(request: HttpRequest, item: WorkItem) -> None:
    outcome = request.POST.get("outcome", "")
    words = request.POST.get("words", "").strip()
    if outcome == "send_back":
        send_back(item.pk, request.POST.get("target", ""), reason=words)
        return
    if outcome not in casework.outcomes(item):
        raise CannotError(_("请选您的决定"))
    if item.kind == "accept":
        accept(item.pk, opinion=words)
        return
    decide(item.pk, outcome, opinion=words, members=_answers(request), resume="resume" in request.POST)


def _answers(request: HttpRequest) -> list[MemberAnswer]:
    """`member-ID=no` with `reason-ID`: only those whom the decision leaves at home are named."""
    found = []
    for name, value in request.POST.items():
        if name.startswith("member-") and value in ("no", "refuse"):
            member = name.removeprefix("member-")
            found.append(MemberAnswer(member, "refuse", request.POST.get(f"reason-{member}", "").strip()))
    return found


@open_to(Permission.CASE_READ)
@require_POST
def attest_rule(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    try:
        attest(
            trip.pk,
            request.POST.get("rule", ""),
            answer=request.POST.get("answer", "yes") == "yes",
            words=request.POST.get("words", ""),
        )
    except CannotError as error:
        messages.error(request, error.message)
    target = request.POST.get("back", "")
    ours = target.startswith("/") and not target.startswith("//")
    return HttpResponseRedirect(target if ours else reverse("outbound:case", args=[trip.pk]))


@open_to(Permission.CASE_RECORD_FROM_PAPER)
@require_http_methods(["GET", "POST"])
def paper_entry(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Scan left, exact words right; a second person confirms."""
    item, trip = _item(item_id)
    if not policies.may_record_from_paper(current_principal(), item):
        raise Http404
    trouble = ""
    if request.method == "POST":
        try:
            upload = request.FILES.get("scan")
            if upload is None:
                raise CannotError(_("请上传批示扫描件"))
            counts_as = request.POST.get("counts_as", "")
            if counts_as != "send_back" and counts_as not in casework.outcomes(item):
                raise CannotError(_("请选批示算作什么"))
            scan = admit(upload, office_id=trip.office_id, readers=trip.readers, kind="paper_scan", case=item.case_id)
            entry = decide_from_paper(
                item.pk,
                written_on=wanted_day(request, "written_on", _("批示日期")),
                words=request.POST.get("words", "").strip(),
                counts_as=counts_as,
                scan_id=scan.pk,
                members=_answers(request),
                target=request.POST.get("target", ""),
            )
        except (CannotError, NotAllowedError, RefusedError) as error:
            trouble = str(error)
        else:
            messages.success(request, _("已录入，待第二人复核"))
            return HttpResponseRedirect(reverse("outbound:check_paper", args=[entry.pk]))
    context = {
        "section": "inbox",
        "item": item,
        "trip": trip,
        "page": decide_page(trip, item),
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/paper_entry.html", context, status=422 if trouble else 200)


@open_to(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def check_paper(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    try:
        entry = PaperEntry.objects.select_related("item__case", "item__post", "recorded_by").get(pk=entry_id)
    except PaperEntry.DoesNotExist:
        raise Http404 from None
    trip = trip_or_404(entry.item.case.subject_id)
    may_check = policies.may_record_from_paper(current_principal(), entry.item) and (
        entry.recorded_by_id != current_principal().account
    )
    trouble = ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "reject":
                reject_paper(entry.pk, reason=request.POST.get("reason", "").strip())
            else:
                confirm_paper(entry.pk)
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
    context = {"section": "inbox", "entry": entry, "trip": trip, "may_check": may_check, "trouble": trouble}
    return render(request, "outbound/check_paper.html", context, status=422 if trouble else 200)


@open_to(Permission.CASE_ACCEPT)
@require_http_methods(["GET", "POST"])
def supplement(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """One notice that tells every defect at once; the clock stops until the unit hands back."""
    item, trip = _item(item_id)
    if not policies.may_act(current_principal(), item):
        raise Http404
    trouble = ""
    if request.method == "POST":
        defects = [line.strip() for line in request.POST.getlist("defect") if line.strip()]
        defects += [line.strip() for line in request.POST.get("more", "").splitlines() if line.strip()]
        try:
            if not defects:
                raise CannotError(_("请写明要补正的每一项"))
            ask_supplement(item.pk, defects=defects)
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
    context = {
        "section": "inbox",
        "item": item,
        "trip": trip,
        "page": decide_page(trip, item),
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/supplement.html", context, status=422 if trouble else 200)


@open_to(Permission.CASE_DECIDE)
@require_http_methods(["GET", "POST"])
def outside(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """The higher body's approval: number, date, body and scan; nothing else approves a forwarded trip."""
    item, trip = _item(item_id)
    if item.step not in ("outside_approval", "taiwan_decision") or not policies.may_act(current_principal(), item):
        raise Http404
    trouble = ""
    if request.method == "POST":
        try:
            scan = attachment_from(request, trip, Attachment.Kind.OUTSIDE_APPROVAL, "scan")
            record_outside_approval(
                trip.pk,
                number=request.POST.get("number", ""),
                dated=wanted_day(request, "dated", _("批准日期")),
                by=request.POST.get("by", ""),
                scan=scan,
                outcome=request.POST.get("outcome", "agree"),
            )
        except (CannotError, NotAllowedError, RefusedError) as error:
            trouble = str(error)
        else:
            return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
    context: dict[str, Any] = {
        "section": "inbox",
        "item": item,
        "trip": trip,
        "page": decide_page(trip, item),
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/outside.html", context, status=422 if trouble else 200)


def _item(item_id: uuid.UUID) -> tuple[WorkItem, Trip]:
    try:
        item = WorkItem.objects.select_related("case__unit", "case__office", "post").get(pk=item_id, case__kind="trip")
    except WorkItem.DoesNotExist:
        raise Http404 from None
    if item.state != WorkItem.State.OPEN:
        raise Http404(_("这一步刚才已经办了"))
    return item, trip_or_404(item.case.subject_id)
