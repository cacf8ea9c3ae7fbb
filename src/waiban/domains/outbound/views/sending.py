"""Sending units: the organising unit consults them on one page; each of them has a page of its own part."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.casework import queries as casework
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.policies import may_act
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.domains.outbound.actions.ask_senders import ask_senders, finish_consulting
from waiban.domains.outbound.actions.post_notice import PLACES
from waiban.domains.outbound.actions.sending import attach_to_part, close_part_notice, enter_plan, post_part_notice
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Attachment, InternalNotice, SendingPart, Trip
from waiban.domains.outbound.papers.sheets import pdf_of_part_notice
from waiban.domains.outbound.plan_facts import items_open_to
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.senders import part_page, senders_page
from waiban.domains.outbound.views.cases import wanted_day
from waiban.domains.outbound.views.papers import _pdf


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def senders(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    if trip.case_id is None:
        raise Http404
    trouble = ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "finish":
                finish_consulting(trip.pk)
                return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
            asked = ask_senders(trip.pk)
            messages.success(request, _("已征询 %(n)d 个单位") % {"n": len(asked)} if asked else _("各单位都已征询"))
            return HttpResponseRedirect(request.path)
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
    item = open_item(trip, "consult")
    context = {
        "section": "trips",
        "trip": trip,
        "rows": senders_page(trip),
        "item": item,
        "mine": item is not None and may_act(current_principal(), item),
        "trouble": trouble,
    }
    return render(request, "outbound/senders.html", context, status=422 if trouble else 200)


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, part_id: uuid.UUID) -> HttpResponse:
    """The unit's own people whole, the others as units and numbers; what this post is asked stands beside."""
    found = _part(part_id)
    trouble = ""
    if request.method == "POST":
        try:
            _act(request, found)
            return HttpResponseRedirect(request.path)
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
    record_apart(
        "trip.read", current_principal(), kind=Event.Kind.READ, subject=("sending", found.pk), case=found.case_id,
        readers=found.readers,
    )  # fmt: skip
    context = {
        "section": "inbox",
        "part": found,
        "page": part_page(found),
        "trip": Trip.objects.filter(pk=found.trip_id).first(),
        "plan_items": [text for text, _item in items_open_to(found.unit_id, found.trip_id, found.depart)],
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/part.html", context, status=422 if trouble else 200)


def _act(request: HttpRequest, found: SendingPart) -> None:
    if request.POST.get("act") == "plan":
        enter_plan(found.pk, item=request.POST.get("plan_item", ""), reason=request.POST.get("plan_reason", ""))
        return
    assert found.case is not None
    item = WorkItem.objects.filter(pk=_id(request.POST.get("item", "")), case=found.case).first()
    if item is None or item.step not in ("consent", "share", "personnel_filing"):
        raise Http404
    decide(item.pk, request.POST.get("outcome", ""), opinion=request.POST.get("words", "").strip())


@open_to(Permission.TRIP_READ)
@require_http_methods(["GET", "POST"])
def part_notice(request: HttpRequest, part_id: uuid.UUID) -> HttpResponse:
    found = _part(part_id)
    item = _open(found, "notice")
    current = InternalNotice.objects.filter(part=found, phase="before", replaced=False).select_related("unit").first()
    if item is None or not may_act(current_principal(), item):
        if current:
            return HttpResponseRedirect(reverse("outbound:shown", args=[current.pk]))
        raise Http404
    trouble = ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "close" and current:
                close_part_notice(
                    found.pk,
                    objections=request.POST.get("objections") == "yes",
                    result=request.POST.get("result", ""),
                    proof=_attachment(request, found, Attachment.Kind.NOTICE_PROOF, "proof"),
                )
                return HttpResponseRedirect(reverse("outbound:part", args=[found.pk]))
            post_part_notice(
                found.pk,
                since=wanted_day(request, "since", _("公示起")),
                until=wanted_day(request, "until", _("公示止")),
                places=request.POST.getlist("places"),
            )
            return HttpResponseRedirect(request.path)
        except (CannotError, NotAllowedError, RefusedError) as error:
            trouble = str(error)
    context: dict[str, Any] = {
        "section": "inbox",
        "part": found,
        "page": part_page(found),
        "notice": current,
        "places": PLACES,
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "outbound/part_notice.html", context, status=422 if trouble else 200)


@open_to(Permission.TRIP_READ)
@require_GET
def part_sheet(request: HttpRequest, part_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    found = _part(part_id)
    current = InternalNotice.objects.filter(part=found, phase="before", replaced=False).select_related("unit").first()
    if current is None:
        raise Http404
    return _pdf(pdf_of_part_notice(found, current), f"notice-{found.unit_id}.pdf")


def _attachment(request: HttpRequest, found: SendingPart, kind: str, field: str) -> Attachment:
    upload = request.FILES.get(field)
    if upload is None:
        raise CannotError(_("请选一个文件"))
    stored = admit(upload, office_id=found.office_id, readers=found.readers, kind=kind)
    return attach_to_part(found, kind, stored)


def _open(found: SendingPart, step: str) -> WorkItem | None:
    items = casework.my_items(Case.objects.get(pk=found.case_id)) if found.case_id else []
    return next((item for item in items if item.step == step), None)


def _part(part_id: uuid.UUID) -> SendingPart:
    found = SendingPart.objects.select_related("unit", "organiser", "office", "case").filter(pk=part_id).first()
    if found is None or found.case_id is None:
        raise Http404
    return found


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
