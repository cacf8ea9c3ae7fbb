"""Void a paper: it loses its effect, and its number is never given again."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.casework.models import Case
from waiban.core.casework.subjects import url_of
from waiban.core.papers import policies
from waiban.core.papers.actions.void_paper import void_paper
from waiban.core.papers.models import Paper
from waiban.core.papers.source import PaperError
from waiban.core.ui.format import day_text


@open_to(Permission.PAPER_VOID)
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, paper_id: uuid.UUID) -> HttpResponse:
    paper = Paper.objects.filter(pk=paper_id).first()
    if paper is None:
        raise Http404
    if paper.state != Paper.State.VOID and not policies.may_void(current_principal(), paper):
        raise PermissionDenied
    case = Case.objects.filter(pk=paper.case_id).first() if paper.case_id else None
    back = (url_of(case) if case else "") or reverse("inbox")
    trouble = ""
    if request.method == "POST":
        try:
            void_paper(paper.pk, reason=request.POST.get("reason", ""), on=today())
        except PaperError as error:
            trouble = str(error)
        else:
            messages.success(request, _("%(number)s已作废，文号不再使用") % {"number": paper})
            return HttpResponseRedirect(back)
    context = {
        "section": "trips",
        "paper": paper,
        "case": case,
        "case_url": back,
        "day": day_text(paper.day),
        "voided": day_text(paper.voided_on) if paper.voided_on else "",
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "acts/void.html", context, status=422 if trouble else 200)
