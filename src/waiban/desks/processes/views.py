"""The office head puts the steps of a process into the office's own order, and sees at once whether that is lawful."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.actions.publish_release import reorder_steps, try_order
from waiban.core.casework.engine.model import Node, Process
from waiban.core.casework.engine.reorder import chains
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import ProcessRelease
from waiban.core.casework.processes import parsed
from waiban.core.people.models import Post, Role
from waiban.core.ui.format import moment_text


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    name: str
    post: str
    limit: str
    first: bool
    last: bool


@open_to(Permission.PROCESS_RELEASE)
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """GET shows the order in force. POST `move` tries another one; POST `publish` publishes it."""
    releases = list(_releases())
    if not releases:
        return render(request, "processes/none.html", {"section": "processes"})
    first = next((release.process for release in releases if release.process == "trip"), releases[0].process)
    chosen = request.GET.get("process") or request.POST.get("process") or first
    history = [release for release in releases if release.process == chosen]
    if not history:
        return HttpResponseRedirect(reverse("processes:order"))
    release = history[0]
    process = parsed(release.bpmn)
    wanted = _wanted(request, process)
    fault = ""
    if request.method == "POST" and "publish" in request.POST:
        try:
            with transaction.atomic():
                reorder_steps(release.pk, _flat(wanted), reason=request.POST.get("reason", ""))
        except CannotError as refusal:
            fault = refusal.message
        else:
            return HttpResponseRedirect(f"{reverse('processes:order')}?process={release.process}")
    elif wanted != _chains(process):
        fault = try_order(release, _flat(wanted))
    context = {
        "section": "processes",
        "release": release,
        "choices": _choices(releases),
        "groups": [_steps(process, group) for group in wanted],
        "changed": wanted != _chains(process),
        "fault": fault.split("\n") if fault else [],
        "reason": request.POST.get("reason", ""),
        "history": _history(history),
    }
    return render(request, "processes/order.html", context, status=422 if fault and "publish" in request.POST else 200)


@open_to(Permission.PROCESS_RELEASE)
@require_safe
def bpmn(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001 - a view takes its request
    release = get_object_or_404(ProcessRelease, pk=release_id)
    return HttpResponse(release.bpmn, content_type="application/xml")


def _releases() -> QuerySet[ProcessRelease]:
    office = current_principal().office
    assert office is not None  # who may release holds a post, and a post belongs to an office
    return ProcessRelease.objects.filter(office_id=office).order_by("process", "-number")


def _flat(groups: Sequence[Sequence[str]]) -> list[str]:
    return [task for group in groups for task in group]


def _chains(process: Process) -> list[list[str]]:
    return [list(chain) for chain in chains(process)]


def _wanted(request: HttpRequest, process: Process) -> list[list[str]]:
    """The order on the page, with the move that was asked for; what doesn't fit the process falls back to it."""
    groups = _chains(process)
    if request.method != "POST":
        return groups
    posted = request.POST.getlist("order")
    direction, _colon, moved = request.POST.get("move", "").partition(":")
    wanted = []
    for group in groups:
        mine = [task for task in posted if task in group]
        kept = mine if sorted(mine) == sorted(group) else group
        wanted.append(_move(kept, moved, -1 if direction == "up" else 1) if moved in kept else kept)
    return wanted


def _move(group: list[str], task: str, step: int) -> list[str]:
    at = group.index(task)
    to = at + step
    if 0 <= to < len(group):
        group[at], group[to] = group[to], group[at]
    return group


def _steps(process: Process, group: Sequence[str]) -> list[Step]:
    roles = {role.value: str(role.label) for role in Role}
    return [
        _step(process.tasks[task], roles, first=place == 0, last=place == len(group) - 1)
        for place, task in enumerate(group)
    ]


def _step(node: Node, roles: Mapping[str, str], *, first: bool, last: bool) -> Step:
    assert node.step is not None
    chinese = (get_language() or "zh").startswith("zh")
    limit = _("%(count)s 个工作日") % {"count": node.step.workdays} if node.step.workdays else ""
    return Step(
        node.id,
        node.name if chinese else node.step.name_en or node.name,
        str(roles.get(node.step.post, _("按审批权限"))),
        limit,
        first,
        last,
    )


def _choices(releases: Sequence[ProcessRelease]) -> list[tuple[str, str]]:
    """(process, name), the newest name of each."""
    newest: dict[str, str] = {}
    for release in releases:
        newest.setdefault(release.process, release.name)
    return list(newest.items())


def _history(history: Sequence[ProcessRelease]) -> list[dict[str, object]]:
    posts = Post.objects.in_bulk({r.published_by_post_id for r in history if r.published_by_post_id})
    return [
        {
            "number": release.number,
            "origin": release.get_origin_display(),
            "reason": release.reason,
            "at": moment_text(release.published_at),
            "post": posts[release.published_by_post_id].name if release.published_by_post_id in posts else "",
            "url": reverse("processes:bpmn", args=[release.pk]),
        }
        for release in history
    ]
