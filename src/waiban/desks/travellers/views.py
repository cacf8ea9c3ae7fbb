"""One person who travels: what is on record, how long it is kept and why, the number for whoever gives a reason."""

import io
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import SIGNED_IN, open_to
from waiban.core.offices.errors import CannotError
from waiban.core.offices.queries import setting, today
from waiban.core.offices.views.pages import my_office
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.core.people import links, persons, queries, retention
from waiban.core.people.actions.erase_traveller import erase_traveller
from waiban.core.people.actions.show_identity import show_identity
from waiban.core.people.models import Traveller
from waiban.core.people.policies import may_edit_travellers
from waiban.core.people.views.pages import tabs
from waiban.core.people.views.travellers import asked_unit
from waiban.core.ui.format import day_text

EXPORT_LIMIT = 20_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@open_to(SIGNED_IN)
def page(request: HttpRequest, traveller_id: uuid.UUID) -> HttpResponse:
    return _page(request, traveller_or_404(traveller_id))


@never_cache
@require_POST
@open_to(SIGNED_IN)
def show_number(request: HttpRequest, traveller_id: uuid.UUID) -> HttpResponse:
    """The page once more, with the number in the clear: in this answer alone, never in an address or a cache."""
    row = traveller_or_404(traveller_id)
    try:
        number = show_identity(row.pk, reason=request.POST.get("reason", ""))
    except CannotError as error:
        return _page(request, row, trouble=error.message)
    return _page(request, row, number=number)


@require_http_methods(["GET", "POST"])
@open_to(Permission.TRAVELLER_EDIT)
def erase(request: HttpRequest, traveller_id: uuid.UUID) -> HttpResponse:
    """The second look: what goes, what stays, and what is in the way."""
    row = traveller_or_404(traveller_id)
    if not may_edit_travellers(current_principal(), row.unit):
        raise PermissionDenied
    trouble = ""
    if request.method == "POST":
        name = row.name
        try:
            erase_traveller(row.pk, reason=request.POST.get("reason", ""))
        except CannotError as error:
            trouble = error.message
        else:
            messages.success(request, _("已删除%(name)s的个人信息") % {"name": name})
            return HttpResponseRedirect(reverse("people:travellers"))
    holds = retention.holds_of([row.pk])[row.pk]
    context = {
        "section": "people",
        "row": row,
        "still": [hold.reason for hold in retention.open_holds(holds)],
        "ended": [hold.reason for hold in holds if hold.until],
        "trouble": trouble,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "travellers/erase.html", context, status=422 if trouble else 200)


@require_safe
@open_to(SIGNED_IN)
def export(request: HttpRequest) -> FileResponse:
    """What the list filters, as a spreadsheet; identity numbers masked as on the page."""
    day = today(my_office())
    found = queries.travellers(search=request.GET.get("name", "").strip(), unit=asked_unit(request))
    columns = [
        SheetColumn(_("姓名")),
        SheetColumn(_("单位"), width=28),
        SheetColumn(_("职务"), width=24),
        SheetColumn(_("职务层次")),
        SheetColumn(_("干部管理权限")),
        SheetColumn(_("证件号码"), width=22),
        SheetColumn(_("保存至"), "day"),
    ]
    lines = []
    for row in queries.with_records(found, day)[:EXPORT_LIMIT]:
        now = next(iter(getattr(row, "now")), None)  # noqa: B009 - named by the prefetch
        facts = (now.post, now.get_rank_display(), now.get_managed_by_display()) if now else ("", "", "")
        lines.append((row.name, row.unit.name, *facts, row.identity_masked, row.kept_until))
    return sheet(_("出访人员"), columns, lines)


def sheet(name: str, columns: list[SheetColumn], lines: list[Any]) -> FileResponse:
    out = io.BytesIO()
    write_xlsx(out, name, columns, lines)
    out.seek(0)
    file_name = f"{name}-{today(my_office()).isoformat()}.xlsx"
    return FileResponse(out, as_attachment=True, filename=file_name, content_type=EXCEL)


def traveller_or_404(traveller_id: uuid.UUID | str) -> Traveller:
    row = Traveller.objects.select_related("unit__office").filter(pk=traveller_id, erased_on=None).first()
    if row is None:
        raise Http404
    return row


def _page(request: HttpRequest, row: Traveller, *, number: str = "", trouble: str = "") -> HttpResponse:
    principal = current_principal()
    years = setting(row.unit.office_id, retention.YEARS)
    holds = retention.holds_of([row.pk])[row.pk]
    end = retention.end_of(row, holds, years)
    may_merge = principal.may(Permission.TRAVELLER_MERGE)
    others = persons.same_person_ids([row.pk])[row.pk] - {row.pk} if may_merge else frozenset()
    context = {
        "section": "people",
        "tabs": tabs("travellers"),
        "row": row,
        "facts": facts_of(row),
        "records": [
            (f"{record.since.isoformat()} {_('至')} {record.until or _('今')}", record.post, record.unit.name)
            for record in row.records.select_related("unit").order_by("-since")
        ],
        "number": number,
        "trouble": trouble,
        "purpose": row.get_purpose_display(),
        "years": years,
        "still": [hold.reason for hold in retention.open_holds(holds)],
        "ended": [(hold.reason, day_text(hold.until)) for hold in holds if hold.until],
        "kept_until": day_text(end) if end else "",
        "links": links.links_of(row, principal),
        "may_edit": may_edit_travellers(principal, row.unit),
        "may_merge": may_merge,
        "others": list(Traveller.objects.filter(pk__in=others).select_related("unit").order_by("unit__name")),
    }
    return render(request, "travellers/page.html", context, status=422 if trouble else 200)


def facts_of(row: Traveller) -> list[tuple[str, str]]:
    """Label and value; what isn't stated is left out."""
    now = queries.record_on(row, today(row.unit.office))
    facts = [(_("单位"), row.unit.name), (_("拼音"), row.pinyin), (_("出生日期"), str(row.born_on or ""))]
    if now is not None:
        facts += [
            (_("职务"), now.post),
            (_("职务层次"), now.get_rank_display()),
            (_("人员类别"), now.get_category_display()),
            (_("在职情况"), now.get_status_display()),
            (_("干部管理权限"), now.get_managed_by_display()),
        ]
    return [(label, value) for label, value in facts if value]
