"""How a list is looked at: its columns and its saved views. Each answers with the list again."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from waiban.core.access.principals import current_principal
from waiban.core.access.routes import SIGNED_IN, open_to
from waiban.core.ui.actions.choose_columns import choose_columns, open_with
from waiban.core.ui.actions.delete_view import delete_view
from waiban.core.ui.actions.save_view import change_view, save_view
from waiban.core.ui.errors import CannotError
from waiban.core.ui.lists import SAVED, List, list_of
from waiban.core.ui.models import SavedView


@open_to(SIGNED_IN)
@require_POST
def columns(request: HttpRequest, list_code: str) -> HttpResponse:
    """`act`: use, usual (back to the usual ones) or into (written into the view in use)."""
    wanted = _list(list_code)
    given = QueryDict(request.POST.get("query", ""))
    chosen = [] if request.POST.get("act") == "usual" else wanted.known(request.POST.getlist("column"))
    try:
        if request.POST.get("act") == "into" and given.get(SAVED):
            change_view(_id(given[SAVED]), columns=chosen, query=wanted.kept(given))
        elif given.get(SAVED) and request.POST.get("act") == "usual":
            change_view(_id(given[SAVED]), columns=[])
        else:
            choose_columns(wanted, chosen)
    except CannotError as error:
        messages.warning(request, error.message)
    except SavedView.DoesNotExist as error:
        raise Http404 from error
    return _back(wanted, given)


@open_to(SIGNED_IN)
@require_POST
def new_view(request: HttpRequest, list_code: str) -> HttpResponse:
    wanted = _list(list_code)
    given = QueryDict(request.POST.get("query", ""))
    try:
        view = save_view(
            wanted,
            name=request.POST.get("name", ""),
            query=wanted.kept(given),
            columns=wanted.known(request.POST.getlist("column")),
            shared="shared" in request.POST,
        )
    except CannotError as error:
        messages.warning(request, error.message)
        return _back(wanted, given)
    return _back(wanted, given, str(view.pk))


@open_to(SIGNED_IN)
@require_POST
def saved_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """`act`: save (name, shared), keep (the conditions on the page), first, not_first or delete."""
    view = SavedView.objects.filter(pk=view_id).first()
    if view is None:
        raise Http404
    wanted = _list(view.list_code)
    given = QueryDict(request.POST.get("query", ""))
    act = request.POST.get("act", "")
    try:
        match act:
            case "save":
                change_view(view_id, name=request.POST.get("name", ""), shared="shared" in request.POST)
            case "keep":
                change_view(view_id, query=wanted.kept(given))
            case "first" | "not_first":
                open_with(wanted, view_id if act == "first" else None)
            case "delete":
                delete_view(view_id)
                messages.success(request, _("已删除视图“%(name)s”") % {"name": view.name})
                return HttpResponseRedirect(wanted.address(wanted.kept(given)) or wanted.address(""))
            case _:
                raise Http404
    except CannotError as error:
        messages.warning(request, error.message)
    except SavedView.DoesNotExist as error:
        raise Http404 from error
    return _back(wanted, given, str(view_id))


def _list(code: str) -> List:
    try:
        wanted = list_of(code)
    except KeyError as error:
        raise Http404 from error
    if not current_principal().may(wanted.permission):
        raise PermissionDenied(str(wanted.permission))
    return wanted


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _back(wanted: List, given: QueryDict, saved: str = "") -> HttpResponse:
    query = wanted.kept(given)
    named = saved or given.get(SAVED, "")
    parts = [part for part in (query, f"{SAVED}={named}" if named else "") if part]
    return HttpResponseRedirect(wanted.address("&".join(parts)))
