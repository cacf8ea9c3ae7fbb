"""Acts of a post on its own item beside the step itself: pass on, ask others, take a question back, answer one."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework import policies, queries
from waiban.core.casework.actions.add_desk import countersign, withdraw_question
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.pass_on import pass_on, take_back
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import WorkItem
from waiban.core.casework.subjects import url_of
from waiban.core.people.models import Post
from waiban.core.ui.format import joined

ASKED_AT_ONCE = 3
"""Posts that one question goes to; more are asked by asking again."""


@open_to(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def hand_on(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    item = _mine(item_id)
    posts = queries.receivers(item)
    trouble = ""
    if request.method == "POST":
        try:
            post = _post(posts, request.POST.get("post", ""))
            passed = pass_on(item.pk, post.pk, reason=request.POST.get("reason", ""))
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            said = _("已转给%(post)s") % {"post": _name(post, item)}
            request.session["undo"] = [said, reverse("acts:take_back", args=[passed.pk])]
            return HttpResponseRedirect(reverse("inbox"))
    context = {"choices": [(str(post.pk), _name(post, item)) for post in posts]}
    return _page(request, "acts/pass_on.html", item, trouble, context)


@open_to(Permission.CASE_READ)
@require_POST
def undo_pass_on(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    if not WorkItem.objects.filter(pk=item_id).exists():
        raise Http404
    try:
        item = take_back(item_id)
    except NotAllowedError as error:
        raise PermissionDenied(error.message) from error
    except CannotError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已收回：%(verb)s") % {"verb": queries.verb_of(item)})
    return HttpResponseRedirect(reverse("inbox"))


@open_to(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """加签 asks one post, 会签 several at once; the step waits until they have answered or are no longer asked."""
    item = _mine(item_id)
    if item.nature != WorkItem.Nature.STEP:
        raise Http404
    posts = queries.askable(item)
    trouble = ""
    if request.method == "POST":
        try:
            chosen = [_post(posts, text) for text in request.POST.getlist("post") if text]
            if not chosen:
                raise CannotError(_("选一个岗位"))
            countersign(
                item.pk,
                [post.pk for post in chosen],
                question=request.POST.get("question", ""),
                workdays=_workdays(request.POST.get("workdays", "")),
            )
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            asked = joined(_name(post, item) for post in chosen)
            messages.success(request, _("已请%(posts)s提意见") % {"posts": asked})
            return HttpResponseRedirect(_case_url(item))
    asked_now = WorkItem.objects.filter(asked_by=item, nature=WorkItem.Nature.OPINION, state=WorkItem.State.OPEN)
    context = {
        "choices": [(str(post.pk), _name(post, item)) for post in posts],
        "places": range(1, ASKED_AT_ONCE + 1),
        "chosen": request.POST.getlist("post"),
        "asked": list(asked_now.select_related("post").order_by("id")),
    }
    return _page(request, "acts/ask.html", item, trouble, context)


@open_to(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def take_question_back(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    question = _item(item_id)
    asker = question.asked_by
    if question.nature != WorkItem.Nature.OPINION or asker is None:
        raise Http404
    asker.case = question.case
    if not policies.may_act(current_principal(), asker):
        raise PermissionDenied
    trouble = ""
    if request.method == "POST":
        try:
            withdraw_question(question.pk)
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            messages.success(request, _("已收回问%(post)s的意见") % {"post": question.post.name})
            return HttpResponseRedirect(_case_url(question))
    return _page(request, "acts/withdraw_question.html", question, trouble, {})


@open_to(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """The asked post's opinion. It never moves the case; whoever asked reads it before deciding."""
    item = _mine(item_id)
    if item.nature != WorkItem.Nature.OPINION:
        raise Http404
    trouble = ""
    if request.method == "POST":
        outcome = request.POST.get("outcome", "")
        try:
            if outcome not in queries.outcomes(item):
                raise CannotError(_("请选您的决定"))
            decide(item.pk, outcome, opinion=request.POST.get("words", ""))
        except (CannotError, NotAllowedError) as error:
            trouble = error.message
        else:
            messages.success(
                request, _("意见已交给%(post)s") % {"post": item.asked_by.post.name if item.asked_by else ""}
            )
            return HttpResponseRedirect(reverse("inbox"))
    return _page(request, "acts/answer.html", item, trouble, {"asker": item.asked_by.post if item.asked_by else None})


def _page(request: HttpRequest, name: str, item: WorkItem, trouble: str, context: dict[str, Any]) -> HttpResponse:
    shown = {
        "section": "inbox",
        "item": item,
        "case": item.case,
        "verb": queries.verb_of(item),
        "case_url": _case_url(item),
        "trouble": trouble,
        "posted": request.POST,
    }
    return render(request, name, shown | context, status=422 if trouble else 200)


def _item(item_id: uuid.UUID) -> WorkItem:
    """An open item that the reader sees; what is done already isn't there any more."""
    found = WorkItem.objects.select_related("case__unit", "post__unit", "asked_by__post")
    item = found.filter(pk=item_id, state=WorkItem.State.OPEN, case__result="").first()
    if item is None:
        raise Http404(_("这一步刚才已经办了"))
    return item


def _mine(item_id: uuid.UUID) -> WorkItem:
    item = _item(item_id)
    if not policies.may_act(current_principal(), item):
        raise PermissionDenied
    return item


def _post(posts: list[Post], text: str) -> Post:
    for post in posts:
        if str(post.pk) == text:
            return post
    raise CannotError(_("选一个岗位"))


def _name(post: Post, item: WorkItem) -> str:
    """The unit's name only where it isn't the reader's own."""
    return post.name if post.unit_id == item.post.unit_id else f"{post.unit.short_name or post.unit.name} {post.name}"


def _workdays(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        days = int(text)
    except ValueError:
        raise CannotError(_("几个工作日内答复，写数字")) from None
    if not 1 <= days <= 60:
        raise CannotError(_("答复时限 1 至 60 个工作日"))
    return days


def _case_url(item: WorkItem) -> str:
    return url_of(item.case) or reverse("inbox")
