"""Draft a trip: begin, type, check while typing, take a remedy, start."""

import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.actions.ask_supplement import answer_supplement
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import WorkItem
from waiban.core.offices import errors as people_errors
from waiban.core.people.actions.add_outside_traveller import add_outside_traveller
from waiban.core.people.actions.save_traveller import Facts
from waiban.core.people.models import Post, Traveller, Unit
from waiban.core.people.queries import traveller_card
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.build_budget import build_budget
from waiban.domains.outbound.actions.confirm_rechecked import confirm_rechecked
from waiban.domains.outbound.actions.create_draft import copy_of, create_draft
from waiban.domains.outbound.actions.save_draft import Saved, save_draft
from waiban.domains.outbound.actions.start_trip import start_again, start_trip
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.actions.take_remedy import take_remedy
from waiban.domains.outbound.actions.undo_remedy import undo_remedy
from waiban.domains.outbound.check import check, plans_for
from waiban.domains.outbound.comparing import changes_of
from waiban.domains.outbound.drafting import draft_page, item_to_hand_over
from waiban.domains.outbound.errors import ChangedMeanwhileError
from waiban.domains.outbound.forms.pointers import Reading
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import Remedy, Trip
from waiban.domains.outbound.queries import earlier_trips_to_copy, trip_or_404
from waiban.dossiers.load import MAX_BYTES, load_trip, trip_to
from waiban.dossiers.patch import Edit
from waiban.kernel.errors import InputError

LISTS = ("/stops", "/programme", "/members", "/invitations", "/budget/lines", "/budget/host_provides", "/legs")
ACT = re.compile(r"^(add|remove|up):(/[a-z_/]+?)(?:/(\d{1,3}))?$")


@open_to(Permission.TRIP_DRAFT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Three ways in: an empty form, a dossier file, a copy of an earlier trip."""
    context: dict[str, Any] = {"section": "trips", "earlier": earlier_trips_to_copy(), "problem": None}
    if request.method == "POST":
        unit = _own_unit()
        way = request.POST.get("way", "blank")
        if way == "classified":  # nothing is asked, nothing is kept
            return render(request, "outbound/new.html", {**context, "classified": True})
        try:
            if way == "file":
                trip = create_draft(unit, _read_file(request), source="file")
            elif way == "copy":
                earlier = trip_or_404(request.POST.get("trip", ""))
                trip = create_draft(unit, copy_of(earlier), source="copy")
            else:
                trip = create_draft(unit)
        except InputError as error:
            context["problem"] = error.problem
            return render(request, "outbound/new.html", context, status=422)
        return HttpResponseRedirect(reverse("outbound:draft", args=[trip.pk]))
    return render(request, "outbound/new.html", context)


@open_to(Permission.TRIP_DRAFT)
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip = trip_or_404(trip_id)
    if not policies.may_edit(current_principal(), trip):
        return HttpResponseRedirect(reverse("outbound:case", args=[trip.pk]))
    if request.method == "GET":
        return _page(request, trip)
    act = request.POST.get("do", "")
    try:
        with transaction.atomic():  # a person typed for a save that fails isn't kept either
            saved = _save(request, trip.pk, act)
    except ChangedMeanwhileError as error:
        return _page(request, trip_or_404(trip_id), trouble=error.message, status=409)
    except CannotError as error:
        return _page(request, trip_or_404(trip_id), trouble=error.message, status=422)
    return _page(request, saved.trip, saved.reading)


@open_to(Permission.TRIP_DRAFT)
@require_POST
def remedy(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """The edits come from the finding or the repair itself, looked up anew; the browser names it, nothing more."""
    trip = trip_or_404(trip_id)
    rule = request.POST.get("rule", "")
    judgement = check(trip)
    edits: Sequence[Edit] = ()
    if rule.startswith("repair:"):
        found = plans_for(trip)
        place = rule.removeprefix("repair:")
        edits = found[int(place)] if place.isdigit() and int(place) < len(found) else ()
    else:
        finding = judgement.finding(rule)
        edits = finding.remedy if finding else ()
    if not edits:
        return _page(request, trip, trouble=_("这条改法已经不适用，请看最新的检查"), status=409)
    try:
        revision = request.POST.get("revision", "")
        taken = take_remedy(trip.pk, rule, edits, revision=int(revision) if revision.isdigit() else 0)
    except (CannotError, InputError) as error:
        message = error.message if isinstance(error, CannotError) else str(error)
        return _page(request, trip_or_404(trip_id), trouble=message, status=409)
    return _page(request, trip_or_404(trip_id), taken=taken)


@open_to(Permission.TRIP_DRAFT)
@require_POST
def from_itinerary(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """The budget's lines from the itinerary; what was typed last comes with the click."""
    trip_or_404(trip_id)
    try:
        with transaction.atomic():
            saved = _save(request, trip_id, "")
            trip = build_budget(trip_id, revision=saved.trip.revision)
    except CannotError as error:
        return _page(request, trip_or_404(trip_id), trouble=error.message, status=422)
    return _page(request, trip)


@open_to(Permission.TRIP_DRAFT)
@require_POST
def undo(request: HttpRequest, trip_id: uuid.UUID, remedy_id: uuid.UUID) -> HttpResponse:
    try:
        undo_remedy(remedy_id)
    except Remedy.DoesNotExist:
        raise Http404 from None
    except CannotError as error:
        return _page(request, trip_or_404(trip_id), trouble=error.message, status=409)
    return _page(request, trip_or_404(trip_id))


@open_to(Permission.TRIP_DRAFT)
@require_POST
def rechecked(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    trip_or_404(trip_id)
    try:
        confirm_rechecked(trip_id, request.POST.get("paper", ""))
    except CannotError as error:
        return _page(request, trip_or_404(trip_id), trouble=error.message, status=409)
    return _page(request, trip_or_404(trip_id))


@open_to(Permission.TRIP_DRAFT)
@require_GET
def plans(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """The smallest sets of edits that clear every block; searched after the page stands, so typing never waits."""
    trip = trip_or_404(trip_id)
    found = [changes_of(trip, edits) for edits in plans_for(trip)]
    return render(request, "outbound/parts/plans.html", {"trip": trip, "plans": found})


@open_to(Permission.TRIP_DRAFT)
@require_POST
def start(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    return _save_and(request, trip_id, lambda trip: start_trip(trip.pk))


@open_to(Permission.TRIP_SUBMIT)
@require_POST
def hand_over(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """To the office; or back to it what it asked to be corrected; or, after a return to the beginning, on again."""

    def act(trip: Trip) -> None:
        item = item_to_hand_over(trip)
        resume = "resume" in request.POST
        if item and item.nature == WorkItem.Nature.SUPPLEMENT:
            answer_supplement(item.pk)
        elif item and item.step == "start":
            start_again(trip.pk, resume=resume)
        else:
            submit_trip(trip.pk, resume=resume)

    return _save_and(request, trip_id, act)


def _save_and(request: HttpRequest, trip_id: uuid.UUID, act: Callable[[Trip], object]) -> HttpResponse:
    """What was typed last comes with the click; it stays saved where the act is refused."""
    trip, reading = trip_or_404(trip_id), None
    try:
        if "revision" in request.POST:
            saved = _save(request, trip_id, "")
            trip, reading = saved.trip, saved.reading
        act(trip)
    except CannotError as error:
        return _page(request, trip_or_404(trip_id), reading, trouble=error.message, status=422)
    target = reverse("outbound:case", args=[trip.pk])
    return HttpResponseClientRedirect(target) if getattr(request, "htmx", False) else HttpResponseRedirect(target)


def _save(request: HttpRequest, trip_id: uuid.UUID, act: str) -> Saved:
    posted = [(name, request.POST.getlist(name)) for name in request.POST if name.startswith("/")]
    revision = request.POST.get("revision", "")
    if not revision.isdigit():
        raise CannotError(_("请刷新后再改"))
    try:
        return save_draft(trip_id, posted, revision=int(revision), edits=edits_of(act, request, trip_or_404(trip_id)))
    except KeyError as error:
        raise CannotError(_("有一栏不认识：%(name)s") % {"name": error.args[0]}) from error


def edits_of(act: str, request: HttpRequest, trip: Trip) -> list[dict[str, Any]]:
    """add:/stops, remove:/stops/1, up:/stops/1; a member is added with the traveller's card."""
    if not act:
        return []
    match = ACT.match(act)
    if not match or match[2] not in LISTS:
        raise CannotError(_("这一操作不认识，请刷新"))
    verb, pointer, place = match.groups()
    if verb == "remove" and place is not None:
        return [{"op": "remove", "path": f"{pointer}/{place}"}]
    if verb == "up" and place not in (None, "0"):
        return [{"op": "move", "from": f"{pointer}/{place}", "path": f"{pointer}/{int(place) - 1}"}]
    if verb != "add":
        raise CannotError(_("这一操作不认识，请刷新"))
    value: dict[str, Any] = {}
    if pointer == "/members" and request.POST.get("outside_name", "").strip():
        value = _outside_member(request, trip)
    elif pointer == "/members":
        chosen = request.POST.get("traveller", "")
        if not chosen:
            raise CannotError(_("请先选人"))
        if any(member.get("id") == chosen for member in trip.dossier.get("members") or []):
            raise CannotError(_("这个人已在团里"))
        traveller = Traveller.objects.filter(pk=chosen).first() if traveller_id({"id": chosen}) else None
        if traveller is None:
            raise CannotError(_("请从名单中选人"))
        value = traveller_card(traveller, trip.depart or today())
    elif pointer == "/budget/lines":
        value = {"currency": "CNY", "people": trip.head_count or None, "payer": "own_unit"}
        value = {key: kept for key, kept in value.items() if kept is not None}
    return [*_missing_parents(trip.dossier, pointer), {"op": "add", "path": f"{pointer}/-", "value": value}]


def _outside_member(request: HttpRequest, trip: Trip) -> dict[str, Any]:
    """A person of another unit, typed here: a row that both units see."""
    try:
        chosen = uuid.UUID(request.POST.get("outside_unit", ""))
    except ValueError:
        raise CannotError(_("请选派员的外单位")) from None
    unit = Unit.objects.filter(pk=chosen, office=trip.office_id).first()
    if unit is None:
        raise CannotError(_("请选派员的外单位"))
    day = trip.depart or today()
    facts = Facts(
        post=request.POST.get("outside_post", "").strip(),
        rank=request.POST.get("outside_rank", ""),
        category=request.POST.get("outside_category", ""),
        status="serving",
        managed_by=request.POST.get("outside_managed_by", ""),
    )
    try:
        traveller = add_outside_traveller(
            trip.unit, unit, name=request.POST["outside_name"], facts=facts, since=min(day, today())
        )
    except people_errors.CannotError as error:
        raise CannotError(str(error)) from error
    return traveller_card(traveller, day)


def _missing_parents(dossier: dict[str, Any], pointer: str) -> list[dict[str, Any]]:
    edits: list[dict[str, Any]] = []
    here: Any = dossier
    parts = pointer.strip("/").split("/")
    for depth, part in enumerate(parts):
        here = here.get(part) if isinstance(here, dict) else None
        if here is None:
            empty: Any = [] if depth == len(parts) - 1 else {}
            edits.append({"op": "add", "path": "/" + "/".join(parts[: depth + 1]), "value": empty})
    return edits


def _read_file(request: HttpRequest) -> dict[str, Any]:
    from waiban.kernel.errors import Problem

    upload = request.FILES.get("file")
    if upload is None:
        raise InputError(Problem("", _("一个案卷文件（JSON 或 YAML）"), _("没有选文件")))
    if (upload.size or 0) > MAX_BYTES:
        raise InputError(Problem("", _("不超过 4 MB 的文件"), f"{upload.size}"))
    name = (upload.name or "").lower()
    return trip_to(load_trip(upload.read(), yaml=name.endswith((".yaml", ".yml"))))


def _own_unit() -> Any:
    post = current_principal().post
    if post is None:
        raise PermissionDenied
    return Post.objects.select_related("unit").get(pk=post).unit


def _page(
    request: HttpRequest,
    trip: Trip,
    reading: Reading | None = None,
    *,
    trouble: str = "",
    taken: Remedy | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "trips",
        "trip": trip,
        "page": draft_page(trip, reading),
        "trouble": trouble,
        "taken": taken,
        "recheck": trip.recheck,
    }
    live = getattr(request, "htmx", False) and request.method == "POST"
    # A refusal swaps like any other answer: what was typed stays, the reason stands on top.
    return render(
        request,
        "outbound/parts/draft_form.html" if live else "outbound/draft.html",
        context,
        status=200 if live else status,
    )
