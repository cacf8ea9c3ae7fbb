"""The auditor's search of the register, and the export of what it found."""

import csv
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.access.streams import streamed
from waiban.core.audit import sentences
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.jobs.actions.start import start
from waiban.core.ui.format import moment_text
from waiban.desks.register import queries, verifying

FILTERS = ("kind", "name", "since", "until", "who", "case")


@open_to(Permission.AUDIT_READ)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    wanted = wanted_of(request.GET)
    rows, following = queries.page(wanted, _id(request.GET.get("after", "")))
    kept = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    context: dict[str, Any] = {
        "section": "register",
        "wanted": wanted,
        "kinds": Event.Kind.choices,
        "names": sentences.known(),
        "rows": [(row, moment_text(row.recorded_at)) for row in rows],
        "count": queries.count(wanted),
        "filtered": bool(kept),
        "next_url": "?" + urlencode(kept | {"after": str(following)}) if following else "",
        "first_url": "?" + urlencode(kept) if request.GET.get("after") else "",
        "export_url": f"{reverse('register:export')}?{urlencode(kept)}",
    }
    return render(request, "register/search.html", context)


@open_to(Permission.AUDIT_READ)
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """CSV of all that matches, written while it is sent; taking it is itself an event."""
    wanted = wanted_of(request.GET)
    principal = current_principal()
    filters = {name: str(value) for name, value in vars(wanted).items() if value}
    if principal.office is None:
        raise Http404
    record_apart(
        "register.export", principal, kind=Event.Kind.READ, subject=("register", None),
        readers=readers(principal.office), data=filters,
    )  # fmt: skip
    heads = [
        _("记录时刻"),
        _("发生日"),
        _("种类"),
        _("事项"),
        _("说明"),
        _("姓名"),
        _("岗位"),
        _("代"),
        _("案号"),
        _("编号"),
    ]

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + str(writer.writerow(heads))
        for row in queries.every_line(wanted):
            yield str(writer.writerow(safe_cells(_cells(row))))

    response = StreamingHttpResponse(streamed(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="register.csv"'
    return response


def _cells(row: queries.Line) -> list[str]:
    times = [row.recorded_at.isoformat(), row.happened_on.isoformat()]
    return [*times, row.kind, row.name, row.text, str(row.who), row.post, row.for_post, row.case, str(row.id)]


@open_to(Permission.AUDIT_READ)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    principal = current_principal()
    if principal.office is None:
        raise Http404
    job = start(verifying.KIND, title=_("核验登记"), office_id=principal.office)
    return redirect("jobs:progress", job.pk)


class _Echo:
    """csv.writer gives back what its file's write gives back."""

    def write(self, text: str) -> str:
        return text


def safe_cells(cells: list[str]) -> list[str]:
    """A cell that a spreadsheet would take for a formula is text."""
    return [f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell for cell in cells]


def wanted_of(given: QueryDict) -> queries.Wanted:
    kind = given.get("kind", "")
    if kind not in {"", *Event.Kind.values}:
        raise Http404
    try:
        since, until = parse_date(given.get("since", "")), parse_date(given.get("until", ""))
    except ValueError:
        raise Http404 from None
    return queries.Wanted(
        kind,
        given.get("name", "")[:80],
        since,
        until,
        given.get("who", "").strip()[:60],
        given.get("case", "").strip()[:80],
    )


def _id(text: str) -> uuid.UUID | None:
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
