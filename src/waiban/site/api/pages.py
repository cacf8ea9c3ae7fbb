"""接口: tokens, addresses that are told, what was sent, and what the API offers; the office head's page."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.notify.models import WebhookDelivery, WebhookTarget
from waiban.core.notify.webhooks import enqueue_hooks
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.people.actions.allow_webhook import allow_webhook, stop_webhook
from waiban.core.people.actions.make_token import end_token, make_token
from waiban.core.people.models import ApiToken, Post, Role
from waiban.core.ui.format import day_text, moment_text

SENTENCES = {
    "The trips that the token's post sees": gettext_lazy("口令所在岗位看得到的团组"),
    "Newest first; `next` is given back as `after` for the page that follows.": gettext_lazy(
        "新的在前；取下一页时把 next 作为 after 传回。"
    ),
    "Hand in a dossier as a draft": gettext_lazy("报送一份案卷，存为草稿"),
    "A trip with its dossier": gettext_lazy("一个团组和它的案卷"),
    "Replace a draft's dossier": gettext_lazy("换掉草稿的案卷"),
    "Where a trip stands": gettext_lazy("团组办到哪一步"),
    "What the law says of a trip": gettext_lazy("对一个团组的检查结果"),
    "Check a dossier that stays where it is": gettext_lazy("只检查一份案卷，不存"),
    "By the law of the token's office; nothing is kept.": gettext_lazy("按口令所在外办的规则检查；什么都不留。"),
    "Start a draft inside the unit": gettext_lazy("在单位内发起草稿"),
    "Hand a trip to the office": gettext_lazy("把团组报送外办"),
    "What other systems said": gettext_lazy("外部系统报过的情况"),
    "Report an outside status": gettext_lazy("报一次外部状态"),
    "A mirrored approval approves nothing: it asks the desk to record the paper.": gettext_lazy(
        "外部系统的批准不算批准：只请经办岗据纸质件录入。"
    ),
    "The year's plan, as the post sees it": gettext_lazy("口令所在岗位看得到的年度计划"),
}
"""Of what each operation says in openapi.json."""


@open_to(Permission.PEOPLE_SET)
@require_http_methods(["GET", "POST"])
def connections(request: HttpRequest) -> HttpResponse:
    """POST makes a token or allows an address; the secret stands on the answering page, once."""
    if request.method != "POST":
        return _page(request)
    try:
        if request.POST.get("what") == "webhook":
            office = Office.objects.get(pk=str(current_principal().office))
            _target, secret = allow_webhook(
                office, url=request.POST.get("url", "").strip(), name=request.POST.get("name", ""),
                private_allowed="private_allowed" in request.POST,
            )  # fmt: skip
        else:
            secret = _token(request)
    except CannotError as error:
        return _page(request, trouble=str(error))
    return _page(request, secret=secret)


def _token(request: HttpRequest) -> str:
    try:
        day = parse_date(request.POST.get("expires_on", ""))
        post = uuid.UUID(request.POST.get("post", ""))
    except ValueError:
        raise CannotError(_("请选岗位，到期日写成 2027-04-12 这样")) from None
    if day is None:
        raise CannotError(_("到期日写成 2027-04-12 这样"))
    if not Post.objects.filter(pk=post).exists():
        raise CannotError(_("请选岗位"))
    _row, secret = make_token(
        post, name=request.POST.get("name", ""), scopes=request.POST.getlist("scopes"), expires_on=day
    )
    return secret


@open_to(Permission.PEOPLE_SET)
@require_POST
def end_one_token(_request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    try:
        end_token(token_id)
    except ApiToken.DoesNotExist:
        raise Http404 from None
    return HttpResponseRedirect(reverse("connections"))


@open_to(Permission.PEOPLE_SET)
@require_POST
def end_one_webhook(_request: HttpRequest, webhook_id: uuid.UUID) -> HttpResponse:
    try:
        stop_webhook(webhook_id)
    except WebhookTarget.DoesNotExist:
        raise Http404 from None
    return HttpResponseRedirect(reverse("connections"))


@open_to(Permission.PEOPLE_SET)
@require_POST
def send_test(_request: HttpRequest) -> HttpResponse:
    """A message without content to every address that stands; the worker sends it in a moment."""
    office = current_principal().office
    if office is None:
        raise Http404
    enqueue_hooks("test", office=office, payload={})
    return HttpResponseRedirect(reverse("connections") + "#sent")


@open_to(Permission.PEOPLE_SET)
@require_GET
def described(request: HttpRequest) -> HttpResponse:
    """Every operation, for whoever connects another system; the same at /api/v1/openapi.json."""
    from waiban.site.api.main import api

    schema = api.get_openapi_schema()
    rows = [
        (method.upper(), path, _said(said.get("summary", "")), _said(said.get("description", "")))
        for path, methods in schema["paths"].items()
        for method, said in methods.items()
    ]
    return render(request, "api/described.html", {"section": "connections", "rows": rows, "version": schema["openapi"]})


def _said(text: str) -> str:
    """openapi.json is in English; the page says the same in the reader's language. A sentence without one stays."""
    return str(SENTENCES.get(" ".join(text.split()), text))


def _page(request: HttpRequest, *, trouble: str = "", secret: str = "") -> HttpResponse:
    posts = Post.objects.filter(closed_on=None, role__in=(Role.DESIGNATED_OFFICER, Role.DESK_OFFICER)).select_related(
        "unit"
    )
    context: dict[str, Any] = {
        "section": "connections",
        "trouble": trouble,
        "secret": secret,
        "posts": [(post.pk, f"{post.unit.name} {post.name}") for post in posts.order_by("unit__name", "name")],
        "scopes": ApiToken.Scope.choices,
        "tokens": [
            (
                row,
                [str(dict(ApiToken.Scope.choices)[one]) for one in row.scopes],
                day_text(row.expires_on),
                day_text(row.last_used_on),
            )
            for row in ApiToken.objects.select_related("post__unit").order_by("revoked_at", "-made_at")[:100]
        ],
        "webhooks": WebhookTarget.objects.order_by("ended_at", "-made_at")[:50],
        "sent": [
            (row, moment_text(row.sent_at or row.due_at))
            for row in WebhookDelivery.objects.select_related("target", "message").order_by("-id")[:50]
        ],
        "typed": request.POST,
    }
    return render(request, "api/connections.html", context, status=422 if trouble else 200)
