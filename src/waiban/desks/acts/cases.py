"""Acts on a case as a whole: end it (撤团), say that an outside body has it, say that it is back."""

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
from waiban.core.casework import policies, queries
from waiban.core.casework.actions.hold_by_outside import back_from_outside, hold_by_outside
from waiban.core.casework.actions.withdraw import cancel_case, is_decided
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import Case, Pause
from waiban.core.casework.subjects import subject_of, url_of
from waiban.core.ui.format import day_text


@open_to(Permission.CASE_WITHDRAW)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Before the authority has decided; afterwards it is a change, which somebody has to grant."""
    case = _running(case_id)
    label = str(subject_of(case).cancel_label)
    if not label or not policies.may_withdraw(current_principal(), case):
        raise PermissionDenied
    if is_decided(case):
        raise Http404(_("已经审批，撤团请在“变更”里办"))
    trouble = ""
    if request.method == "POST":
        try:
            cancel_case(case.pk, reason=request.POST.get("reason", ""))
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            messages.success(request, _("已办：%(verb)s") % {"verb": label})
            return HttpResponseRedirect(url_of(case) or reverse("inbox"))
    context = {
        "section": "inbox",
        "case": case,
        "label": label,
        "case_url": url_of(case) or reverse("inbox"),
        "waiting": [(item.post.name, queries.verb_of(item)) for item in queries.waiting(case)],
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, "acts/cancel.html", context, status=422 if trouble else 200)


@open_to(Permission.CASE_ACCEPT)
@require_http_methods(["GET", "POST"])
def outside(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _running(case_id)
    if not policies.may_hold(current_principal(), case):
        raise PermissionDenied
    trouble = ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "back":
                back_from_outside(case.pk)
                messages.success(request, _("已登记办回，时限接着算"))
            else:
                hold_by_outside(
                    case.pk,
                    holder=request.POST.get("holder", ""),
                    outside_number=request.POST.get("number", "").strip(),
                )
                messages.success(request, _("时限已暂停"))
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            return HttpResponseRedirect(url_of(case) or reverse("inbox"))
    running = Pause.objects.filter(case=case, reason=Pause.Reason.OUTSIDE, until=None).first()
    context = {
        "section": "inbox",
        "case": case,
        "case_url": url_of(case) or reverse("inbox"),
        "running": running,
        "since": day_text(running.since) if running else "",
        "holder": request.POST.get("holder", running.holder if running else ""),
        "number": request.POST.get("number", running.outside_number if running else ""),
        "trouble": trouble,
    }
    return render(request, "acts/outside.html", context, status=422 if trouble else 200)


def _running(case_id: uuid.UUID) -> Case:
    case = Case.objects.select_related("unit", "office").filter(pk=case_id).first()
    if case is None or case.result:
        raise Http404(_("办件已经办结"))
    return case
