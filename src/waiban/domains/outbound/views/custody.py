"""Acts on documents: register, apply, issue, hand over, cancel, lose; the slip, the labels, the count."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.core.offices.views.pages import form_page, my_office
from waiban.core.people.models import Post, Unit
from waiban.domains.outbound import document_queries as queries
from waiban.domains.outbound.actions.apply_for_document import apply_for_document
from waiban.domains.outbound.actions.end_document import cancel_document, report_lost
from waiban.domains.outbound.actions.hand_over import hand_over
from waiban.domains.outbound.actions.issue_document import issue_document
from waiban.domains.outbound.actions.record_briefing import record_briefing
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.actions.take_stock import expected_in, misread, take_stock
from waiban.domains.outbound.actions.transfer_document import transfer_document
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.forms.documents import IssueForm, RegisterForm, trying
from waiban.domains.outbound.keeping import may_keep
from waiban.domains.outbound.models import Stocktake, TravelDocument
from waiban.domains.outbound.papers.custody_papers import labels_pdf, slip_pdf
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.views.documents import document_page

LABELS = 200


@open_to(Permission.DOCUMENT_READ)
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """One act for everything ticked; what is in the way is said on the page it came from."""
    ids = ids_of(request.POST.getlist("document"))
    back = back_to(request, reverse("outbound:documents"))
    trip = ids_of([request.POST.get("trip", "")])
    try:
        events = hand_over(
            ids,
            request.POST.get("why", ""),
            trip_id=trip[0] if trip else None,
            words=request.POST.get("words", "")[:120],
            given_by=request.POST.get("given_by", "")[:60],
            taken_by=request.POST.get("taken_by", "")[:60],
            mark=request.POST.get("mark", "")[:200],
            on=day_of(request.POST.get("on", "")),
        )
    except CannotError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(back)
    said = {"n": len(events), "slip": f"{events[0].slip_year}-{events[0].slip}"}
    messages.success(request, _("已交接 %(n)d 本，交接单 %(slip)s") % said)
    return HttpResponseRedirect(back)


@open_to(Permission.DOCUMENT_KEEP)
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None, office=my_office(), holder=request.GET.get("holder", ""))

    def act() -> str:
        data = form.cleaned_data
        row = register_document(
            data["holder"].pk, kind=data["kind"], number=data["number"], issuer=data["issuer"],
            issued_on=data["issued_on"], expires_on=data["expires_on"], place=data["place"], code=data["code"],
            mark=data["mark"],
        )  # fmt: skip
        return _("已登记，袋号 %(code)s") % {"code": row.code}

    return form_page(
        request, form, trying(act), title=_("登记证照"), back=reverse("outbound:documents"), button=_("登记"),
        crumb=_("证照"), section="documents",
    )  # fmt: skip


@open_to(Permission.DOCUMENT_KEEP)
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    row = queries.document_or_404(document_id)
    form = IssueForm(request.POST or None, initial={"issuer": row.issuer, "issued_on": today().isoformat()})

    def act() -> str:
        data = form.cleaned_data
        issue_document(
            row.pk, number=data["number"], issuer=data["issuer"], issued_on=data["issued_on"],
            expires_on=data["expires_on"],
        )  # fmt: skip
        return _("已入柜，袋号 %(code)s") % {"code": row.code}

    return form_page(
        request, form, trying(act), title=_("领回新证"), back=reverse("outbound:document", args=[row.pk]),
        button=_("登记入柜"), crumb=row.code, section="documents",
    )  # fmt: skip


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def cancel(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    row = queries.document_or_404(document_id)
    try:
        cancel_document(row.pk, reason=request.POST.get("reason", "")[:200])
    except CannotError as error:
        return document_page(request, row, trouble=error.message)
    return HttpResponseRedirect(reverse("outbound:document", args=[row.pk]))


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def transfer(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    row = queries.document_or_404(document_id)
    try:
        transfer_document(row.pk)
    except CannotError as error:
        return document_page(request, row, trouble=error.message)
    return HttpResponseRedirect(reverse("outbound:document", args=[row.pk]))


@open_to(Permission.FILE_ADD)
@require_POST
def lost(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    row = queries.document_or_404(document_id)
    upload = request.FILES.get("proof")
    try:
        if upload is None:
            raise CannotError(_("请选证明材料"))
        proof = admit(upload, office_id=row.office_id, readers=row.readers, kind="explanation")
        report_lost(row.pk, words=request.POST.get("words", ""), proof=proof)
    except (CannotError, RefusedError) as error:
        return document_page(request, row, trouble=str(error))
    return HttpResponseRedirect(reverse("outbound:document", args=[row.pk]))


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def apply(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """From the trip's own board: a passport or permit for one member."""
    trip = trip_or_404(trip_id)
    who = ids_of([request.POST.get("traveller", "")])
    try:
        if not who:
            raise CannotError(_("请选人"))
        row = apply_for_document(
            trip.pk, who[0], kind=request.POST.get("kind", ""), issuer=request.POST.get("issuer", "")
        )
        messages.success(request, _("已登记申办，袋号 %(code)s") % {"code": row.code})
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:papers_visas", args=[trip.pk]))


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def briefed(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    try:
        record_briefing(
            trip.pk,
            ids_of(request.POST.getlist("member")),
            signed_on=day_of(request.POST.get("signed_on", "")) or today(),
        )
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:papers_visas", args=[trip.pk]))


@open_to(Permission.DOCUMENT_READ)
@require_GET
def slip(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    rows = queries.slip_of(event_id)
    return _pdf(slip_pdf(rows), f"slip-{rows[0].slip_year}-{rows[0].slip}.pdf")


@open_to(Permission.DOCUMENT_KEEP)
@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """Our own codes for the pouches, and nothing of the person but the unit."""
    ids = ids_of(request.GET.getlist("document"))[:LABELS]
    rows = list(TravelDocument.objects.filter(pk__in=ids).select_related("keeping_unit", "office").order_by("code"))
    if not rows:
        messages.error(request, _("请选证照"))
        return HttpResponseRedirect(reverse("outbound:documents"))
    return _pdf(labels_pdf(rows), "labels.pdf")


@open_to(Permission.DOCUMENT_READ)
@require_http_methods(["GET", "POST"])
def stock(request: HttpRequest) -> HttpResponse:
    """Tick what lies there, or scan it: expected on the left, what was found on paper of its own afterwards."""
    office, principal = my_office(), current_principal()
    unit = None if may_keep(principal, office.pk) and not request.GET.get("unit") else _own_unit(request)
    trouble = ""
    if request.method == "POST":
        codes = [*request.POST.getlist("code"), *request.POST.get("scanned", "").split()]
        wrong = misread(request.POST.get("scanned", "").split())
        if wrong and not request.POST.get("sure"):
            trouble = _("读不通的袋号：%(codes)s。改好，或勾选照记。") % {"codes": "、".join(wrong[:10])}
        else:
            try:
                row = take_stock(office, codes, unit=unit, words=request.POST.get("words", ""))
                return HttpResponseRedirect(reverse("outbound:stocktake", args=[row.pk]))
            except CannotError as error:
                trouble = error.message
    context = {
        "section": "documents",
        "unit": unit,
        "expected": expected_in(office, unit),
        "ticked": set(request.POST.getlist("code")),
        "scanned": request.POST.get("scanned", ""),
        "words": request.POST.get("words", ""),
        "trouble": trouble,
        "earlier": [_stock_row(row) for row in queries.stocktakes(20)],
    }
    return render(request, "outbound/stock.html", context)


@open_to(Permission.DOCUMENT_READ)
@require_GET
def stocktake(request: HttpRequest, stocktake_id: uuid.UUID) -> HttpResponse:
    row = Stocktake.objects.select_related("counted_unit").filter(pk=stocktake_id).first()
    if row is None:
        raise Http404
    known = {
        one.code: one
        for one in TravelDocument.objects.filter(
            office=row.office_id, code__in=[*row.missing, *row.extra]
        ).select_related("holder", "keeping_unit")
    }
    context = {
        "section": "documents",
        "row": _stock_row(row),
        "words": row.words,
        "missing": [_difference(code, known.get(code)) for code in row.missing],
        "extra": [_difference(code, known.get(code)) for code in row.extra],
        "unknown": row.unknown,
        "keeps": may_keep(current_principal(), row.office_id),
        "here": reverse("outbound:stocktake", args=[row.pk]),
    }
    return render(request, "outbound/stocktake.html", context)


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def settle_stock(request: HttpRequest, stocktake_id: uuid.UUID) -> HttpResponse:
    """What lay there all the same: a step of its own in each document's chain, with the reason 清点更正."""
    row = Stocktake.objects.filter(pk=stocktake_id).first()
    if row is None:
        raise Http404
    try:
        events = hand_over(
            ids_of(request.POST.getlist("document")),
            "found",
            place=row.place,
            mark=_("清点更正 %(day)s") % {"day": row.counted_on},
        )
        messages.success(request, _("已更正 %(n)d 本") % {"n": len(events)})
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:stocktake", args=[row.pk]))


def _difference(code: str, document: TravelDocument | None) -> dict[str, Any]:
    if document is None:
        return {"code": code, "pk": "", "url": "", "who": "", "place": ""}
    return {
        "code": code,
        "pk": document.pk,
        "url": reverse("outbound:document", args=[document.pk]),
        "who": f"{document.holder.name}　{document.keeping_unit.short_name}",
        "place": document.get_place_display(),
    }


def _stock_row(row: Stocktake) -> dict[str, Any]:
    return {
        "url": reverse("outbound:stocktake", args=[row.pk]),
        "pk": row.pk,
        "day": row.counted_on.isoformat(),
        "where": row.counted_unit.short_name if row.counted_unit else row.get_place_display(),
        "expected": len(row.expected),
        "found": len(row.found),
        "missing": len(row.missing),
        "extra": len(row.extra) + len(row.unknown),
    }


def _own_unit(request: HttpRequest) -> Unit:
    principal = current_principal()
    units = Unit.objects.filter(
        pk__in=Post.objects.filter(pk__in=principal.posts | principal.standing_in).values("unit")
    ).order_by("name")
    wanted = ids_of([request.GET.get("unit", "")])
    if wanted and may_keep(principal, my_office().pk):
        units = Unit.objects.filter(pk=wanted[0])
    found = units.first()
    if found is None:
        raise Http404
    return found


def ids_of(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def day_of(text: str) -> date | None:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def back_to(request: HttpRequest, otherwise: str) -> str:
    here = request.POST.get("here", "")
    return here if here and url_has_allowed_host_and_scheme(here, allowed_hosts=None) else otherwise


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
