"""One paper of one member, the batches in which visas go, and the office's table of entry requirements."""

import uuid
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.offices.views.pages import form_page, my_office
from waiban.core.places.queries import country_codes
from waiban.core.ui.format import day_text, short_day_text
from waiban.domains.outbound import need_queries as queries
from waiban.domains.outbound.actions import progress_need as progress
from waiban.domains.outbound.actions.set_entry_rule import set_entry_rule
from waiban.domains.outbound.actions.visa_batches import send_batch
from waiban.domains.outbound.backward import last_safe_day
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.forms.documents import EntryRuleForm, IssuedForm, trying
from waiban.domains.outbound.keeping import may_keep
from waiban.domains.outbound.models import PaperNeed, TravelDocument, VisaBatch
from waiban.domains.outbound.need_pages import need_row, points
from waiban.domains.outbound.texts import place_name
from waiban.domains.outbound.versions import approved_value
from waiban.domains.outbound.views.custody import ids_of


@open_to(Permission.DOCUMENT_READ)
@require_http_methods(["GET", "POST"])
def paper_need(request: HttpRequest, need_id: uuid.UUID) -> HttpResponse:
    """One paper: how far it is, what is printed in it, and how that fits the route."""
    row = queries.need_or_none(need_id)
    if row is None:
        raise Http404
    keeps = may_keep(current_principal(), row.trip.office_id)
    printed = row.kind in (PaperNeed.Kind.VISA, PaperNeed.Kind.ENDORSEMENT)
    form = IssuedForm(request.POST or None)
    trouble = ""
    if request.method == "POST" and keeps and form.is_valid():
        data = form.cleaned_data
        issued = progress.Issued(
            name=data["name"], valid_from=data["valid_from"], valid_until=data["valid_until"],
            entries=int(data["entries"]) if data["entries"] != "" else None, stay_days=data["stay_days"],
        )  # fmt: skip
        chosen = ids_of([request.POST.get("document", "")])
        try:
            progress.issue(
                row.pk, issued if printed else progress.Issued(), mismatch_words=data["mismatch_words"],
                document_id=chosen[0] if chosen else None,
            )  # fmt: skip
            messages.success(request, _("已登记签发"))
            return HttpResponseRedirect(reverse("outbound:papers_visas", args=[row.trip_id]))
        except (CannotError, TravelDocument.DoesNotExist) as error:
            trouble = getattr(error, "message", _("请选证照"))
    value = approved_value(row.trip)
    safe = last_safe_day(row.trip, "travel_papers")
    context = {
        "section": "documents",
        "row": row,
        "need": need_row(row, safe, today(), value),
        "trip": row.trip,
        "form": form,
        "printed": printed,
        "trouble": trouble,
        "points": points(row),
        "facts": _need_facts(row, safe),
        "documents": _choices(row),
        "may_issue": keeps and row.answer == "needed" and row.state in ("to_do", "booked", "submitted", "more_asked"),
        "has_case": row.trip.case_id is not None,
        "asks_change": row.state == PaperNeed.State.REFUSED or need_row(row, safe, today())["late"],
    }
    return render(request, "outbound/paper_need.html", context)


@open_to(Permission.DOCUMENT_READ)
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    rows = [
        {
            "pk": batch.pk,
            "number": f"{batch.year}-{batch.serial}",
            "consulate": batch.consulate,
            "country": place_name(batch.country),
            "via": batch.get_via_display(),
            "own": batch.via == VisaBatch.Via.OWN,
            "note": batch.note_verbale,
            "outside": batch.outside_number,
            "sent": short_day_text(batch.submitted_on) if batch.submitted_on else "",
            "n": len(batch.needs.all()),
            "url": f"{reverse('outbound:visa_board')}?view=all&batch={batch.pk}",
        }
        for batch in queries.batches()
    ]
    keeps = may_keep(current_principal(), my_office().pk)
    return render(request, "outbound/visa_batches.html", {"section": "documents", "rows": rows, "keeps": keeps})


@open_to(Permission.DOCUMENT_KEEP)
@require_POST
def send(request: HttpRequest, visa_batch_id: uuid.UUID) -> HttpResponse:
    if not VisaBatch.objects.filter(pk=visa_batch_id).exists():
        raise Http404
    try:
        batch = send_batch(
            visa_batch_id, note_verbale=request.POST.get("note_verbale", ""),
            outside_number=request.POST.get("outside_number", ""),
        )  # fmt: skip
        messages.success(request, _("批次 %(batch)s 已送出") % {"batch": f"{batch.year}-{batch.serial}"})
    except CannotError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("outbound:visa_batches"))


@open_to(Permission.DOCUMENT_READ)
@require_GET
def entry_rules(request: HttpRequest) -> HttpResponse:
    """The office's dated table; where it says nothing, nothing is known."""
    ended = "all" in request.GET
    rows = [
        {
            "country": place_name(rule.country),
            "paper": TravelDocument.Kind(rule.paper).label,
            "need": rule.get_need_display(),
            "stay": rule.longest_stay or "",
            "since": rule.since.isoformat(),
            "until": rule.until.isoformat() if rule.until else "",
            "source": rule.source,
            "read": rule.read_on.isoformat(),
        }
        for rule in queries.entry_rules(ended=ended)
    ]
    keeps = may_keep(current_principal(), my_office().pk)
    context = {"section": "documents", "rows": rows, "keeps": keeps, "ended": ended}
    return render(request, "outbound/entry_rules.html", context)


@open_to(Permission.DOCUMENT_KEEP)
@require_http_methods(["GET", "POST"])
def new_entry_rule(request: HttpRequest) -> HttpResponse:
    codes = sorted(country_codes())
    day = today().isoformat()
    form = EntryRuleForm(
        request.POST or None, codes=codes,
        initial={"country": request.GET.get("country", ""), "since": day, "read_on": day},
    )  # fmt: skip

    def save() -> str:
        rule = set_entry_rule(my_office().pk, **form.cleaned_data)
        return _("已录入%(country)s的入境要求") % {"country": place_name(rule.country)}

    return form_page(
        request, form, trying(save), title=_("录入入境要求"), back=reverse("outbound:entry_rules"), button=_("录入"),
        crumb=_("入境要求"), section="documents",
    )  # fmt: skip


def _choices(row: PaperNeed) -> list[tuple[uuid.UUID, str]]:
    held = TravelDocument.objects.filter(holder=row.traveller_id, state="valid").order_by("kind")
    return [(one.pk, f"{one.code} {one.get_kind_display()}") for one in held]


def _need_facts(row: PaperNeed, safe: date | None) -> list[tuple[str, str]]:
    said = [
        (_("团组"), str(row.trip)),
        (_("离境"), day_text(row.trip.depart)),
        (_("最后安全日"), day_text(safe)),
        (_("是否要办"), str(row.get_answer_display())),
        (_("确认说明"), row.answer_words),
        (_("办理状态"), str(row.get_state_display())),
        (_("预约"), f"{day_text(row.booked_on)} {row.booked_words}" if row.booked_on else ""),
        (_("送签途径"), str(row.get_via_display()) if row.via else ""),
        (_("送签批次"), f"{row.batch.year}-{row.batch.serial} {row.batch.consulate}" if row.batch else ""),
        (_("照会"), row.batch.note_verbale if row.batch else ""),
        (_("送办日期"), day_text(row.submitted_on) if row.submitted_on else ""),
        (_("要求补充"), row.asked_words),
        (_("结果说明"), row.ended_words),
        (_("不符也收下的理由"), row.mismatch_words),
    ]
    return [(label, value) for label, value in said if value]
