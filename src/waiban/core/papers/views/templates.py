"""An office's own DOCX of each paper: what holds, the names it may use, and what was wrong with the last try."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.files.errors import RefusedError
from waiban.core.offices.errors import CannotError
from waiban.core.offices.forms import PlainForm
from waiban.core.offices.models import Office
from waiban.core.offices.views.pages import my_office
from waiban.core.offices.views.settings import tabs
from waiban.core.papers.actions.replace_template import (
    DOCX,
    UnfitTemplateError,
    replace_template,
    restore_template,
)
from waiban.core.papers.known import papers
from waiban.core.papers.models import PaperTemplate
from waiban.core.papers.source import Source
from waiban.core.papers.templates import Fault, in_force
from waiban.core.papers.word import docx_template


class TemplateForm(PlainForm):
    file = forms.FileField(label=gettext_lazy("DOCX 文件"), widget=forms.FileInput(attrs={"accept": ".docx"}))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=400)


class RestoreForm(PlainForm):
    restore = forms.CharField(widget=forms.HiddenInput(), initial="yes")
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=400)


def title_of(source: Source) -> str:
    return source.en if (get_language() or "").startswith("en") else source.zh


@require_safe
@open_to(Permission.OFFICE_SET)
def all_templates(request: HttpRequest) -> HttpResponse:
    office = my_office()
    newest: dict[str, PaperTemplate] = {}
    for row in PaperTemplate.objects.filter(office=office).order_by("version"):
        newest[row.paper] = row
    rows = [
        {"paper": code, "title": title_of(source), "own": own if (own := newest.get(code)) and own.file_id else None}
        for code, source in papers().items()
    ]
    return render(request, "papers/templates.html", {"section": "settings", "tabs": tabs("templates"), "rows": rows})


@open_to(Permission.OFFICE_SET)
def one_template(request: HttpRequest, paper: str) -> HttpResponse:
    office, source = my_office(), _source(paper)
    faults: Sequence[Fault] = ()
    restoring = "restore" in request.POST
    form = TemplateForm(None if restoring else request.POST or None, None if restoring else request.FILES or None)
    restore = RestoreForm(request.POST if restoring else None, auto_id="restore_%s")
    sent = restore if restoring else form
    if request.method == "POST" and sent.is_valid():
        try:
            said = _act(office, paper, sent.cleaned_data)
        except UnfitTemplateError as unfit:
            faults = unfit.checked.faults
        except (CannotError, RefusedError) as error:
            sent.add_error(None, str(error))
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("papers:template", args=[paper]))
    rows = PaperTemplate.objects.filter(office=office, paper=paper).select_related("file").order_by("-version")
    context = {
        "section": "settings",
        "paper": paper,
        "title": title_of(source),
        "form": form,
        "restore": restore,
        "faults": faults,
        "own": in_force(office, paper),
        "names": [(name, named.zh, named.optional) for name, named in source.named().items()],
        "lists": [(name, rows.each, sorted(rows.fields.items())) for name, rows in source.rows.items()],
        "versions": [(row, localtime(row.set_at).strftime("%Y-%m-%d %H:%M")) for row in rows],
    }
    return render(request, "papers/template.html", context)


def _act(office: Office, paper: str, sent: dict[str, Any]) -> str:
    if "restore" in sent:
        restore_template(office, paper, reason=sent["reason"])
        return _("已改回随附模板；新办件起用")
    upload = sent["file"]
    row = replace_template(office, paper, name=upload.name, data=upload.read(), reason=sent["reason"])
    return _("已换成本办模板第 %(n)d 版；新办件起用，在办的仍用原来的") % {"n": row.version}


@require_safe
@open_to(Permission.OFFICE_SET)
def shipped(request: HttpRequest, paper: str) -> HttpResponse:  # noqa: ARG001
    """The shipped template, to change in Word and hand back."""
    source = _source(paper)
    response = HttpResponse(docx_template(source), content_type=DOCX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(source.zh)}.docx"
    return response


def _source(paper: str) -> Source:
    source = papers().get(paper)
    if source is None:
        raise Http404
    return source
