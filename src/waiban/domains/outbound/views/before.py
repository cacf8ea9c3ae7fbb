"""行前: who has signed the briefing, and each member's trip card; and the card itself, opened by its link."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import ANYBODY, open_to
from waiban.core.casework.errors import CannotError
from waiban.core.people.models import Traveller
from waiban.core.ui.format import day_text, moment_text
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.make_card import make_card, revoke_card
from waiban.domains.outbound.briefing import briefing_signed
from waiban.domains.outbound.cards import bind_card, content_of, read_card
from waiban.domains.outbound.models import Trip, TripCard
from waiban.domains.outbound.queries import trip_or_404
from waiban.domains.outbound.tasks import RUNNING, going

COOKIE = "waiban_card"


@open_to(Permission.TRIP_READ)
@require_GET
def before(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    return _page(request, trip_or_404(trip_id))


@open_to(Permission.TRIP_DRAFT)
@require_POST
def make(request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """The link is shown on the answering page, once."""
    trip = trip_or_404(trip_id)
    try:
        chosen = uuid.UUID(request.POST.get("traveller", ""))
    except ValueError:
        raise Http404 from None
    try:
        _card, token = make_card(trip.pk, chosen)
    except CannotError as error:
        return _page(request, trip, trouble=error.message)
    address = request.build_absolute_uri(reverse("trip_card", args=[token]))
    return _page(request, trip, links={str(chosen): address})


@open_to(Permission.TRIP_DRAFT)
@require_POST
def revoke(_request: HttpRequest, card_id: uuid.UUID) -> HttpResponse:
    try:
        trip = revoke_card(card_id)
    except TripCard.DoesNotExist:
        raise Http404 from None
    return HttpResponseRedirect(reverse("outbound:before", args=[trip.pk]))


@open_to(Permission.TRIP_READ)
@require_GET
def card_file(_request: HttpRequest, trip_id: uuid.UUID) -> HttpResponse:
    """The same card as one file that needs no server: for networks that reach nothing of ours, and for paper."""
    trip = trip_or_404(trip_id)
    content = content_of(trip)
    if not content:
        raise Http404(_("批准以后才有行程卡"))
    page = render_to_string("outbound/card_file.html", {"card": _shown(content)})
    answer = HttpResponse(page, content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="trip-card-{trip.year}-{trip.number}.html"'
    return answer


@open_to(ANYBODY)
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows it on the phone that opened it first; POST opens it there. A preview robot's GET uses nothing up."""
    device = request.COOKIES.get(COOKIE, "")
    if request.method == "POST":
        device = device or secrets.token_urlsafe(24)
        if not bind_card(token, device):
            return _gone(request)
        answer: HttpResponse = HttpResponseRedirect(reverse("trip_card", args=[token]))
        answer.set_cookie(
            COOKIE,
            device,
            max_age=180 * 86400,
            path="/card/",
            httponly=True,
            secure=request.is_secure(),
            samesite="Lax",
        )
        return answer
    state, content, until = read_card(token, device)
    if state == "fresh":
        return _private(render(request, "outbound/card_open.html"))
    if state != "open" or until is None:
        return _gone(request)
    answer = _private(render(request, "outbound/card.html", {"card": _shown(content), "until": until.isoformat()}))
    answer["X-Waiban-Until"] = str(int(_end_of(until).timestamp() * 1000))
    return answer


def _end_of(day: date) -> datetime:
    """The day after the last, as the phone's clock counts it at the far end: half a day of grace for time zones."""
    return datetime.combine(day + timedelta(days=1), time(12), tzinfo=UTC)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _gone(request: HttpRequest) -> HttpResponse:
    """One answer for a card that ended, one opened elsewhere and one that never was."""
    return _private(render(request, "outbound/card_gone.html", status=410))


@open_to(ANYBODY)
@require_GET
def card_worker(request: HttpRequest) -> HttpResponse:
    answer = render(request, "outbound/card_worker.js", content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/card/"
    answer["Cache-Control"] = "no-cache"
    return answer


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    """Days with their weekday, the programme by day, half-days in words."""
    parts = {"morning": _("上午"), "afternoon": _("下午"), "evening": _("晚上"), "day": _("全天")}
    days: dict[str, list[dict[str, str]]] = {}
    for item in content.get("programme", []):
        days.setdefault(item["date"], []).append({**item, "part": parts.get(item["part"], "")})
    return {
        **content,
        "span": " — ".join(
            day_text(date.fromisoformat(content[key])) for key in ("depart", "return") if content.get(key)
        ),
        "legs": [
            {**leg, "departs": _clock(leg["departs"]), "arrives": _clock(leg["arrives"])}
            for leg in content.get("legs", [])
        ],
        "days": [(day_text(date.fromisoformat(day)) if day else "", items) for day, items in sorted(days.items())],
    }


def _clock(text: str) -> str:
    """The local time of an airport or station as it was typed, without the T of a machine's form."""
    return text.replace("T", " ")


def _page(request: HttpRequest, trip: Trip, *, trouble: str = "", links: dict[str, str] | None = None) -> HttpResponse:
    cards = {str(one.holder_id): one for one in TripCard.objects.filter(trip=trip, revoked_at=None)}
    ids = going(trip)
    names = Traveller.objects.filter(pk__in=list(ids)).order_by("name").values_list("pk", "name")
    context = {
        "section": "trips",
        "trip": trip,
        "trouble": trouble,
        "may_make": policies.may_draft(current_principal()) and trip.state in RUNNING,
        "people": list(_rows(trip, names, cards, links or {})),
        "card": _shown(content_of(trip)) if ids else None,
    }
    return render(request, "outbound/before.html", context, status=422 if trouble else 200)


def _rows(
    trip: Trip, names: Iterable[tuple[uuid.UUID, str]], cards: dict[str, TripCard], links: dict[str, str]
) -> Iterable[dict[str, Any]]:
    for pk, name in names:
        signed, made = briefing_signed(trip, str(pk)), cards.get(str(pk))
        state = _("没有制卡")
        if made is not None:
            opened = _("%(when)s 打开") % {"when": moment_text(made.opened_at)}
            state = opened if made.opened_at else _("链接还没有打开")
        yield {
            "id": pk, "name": name, "signed": day_text(signed) if signed else "", "card": made, "state": state,
            "link": links.get(str(pk), ""),
        }  # fmt: skip
