"""Trips, checks, plans and outside status for programs. What a person must do, no token does."""

import uuid
from datetime import date
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja import Status as Said

from waiban.core.casework.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.people.models import Post
from waiban.domains.outbound.actions.create_draft import create_draft
from waiban.domains.outbound.actions.report_status import report_status
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.check import check
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import OutsideRecord, PlanItem, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.outside import picture
from waiban.domains.outbound.policies import may_edit
from waiban.domains.outbound.queries import trip_or_404
from waiban.dossiers.check import check_trip
from waiban.dossiers.load import trip_from, trip_to
from waiban.kernel.errors import InputError
from waiban.site.api.answers import Problem, ProblemError
from waiban.site.api.auth import needs
from waiban.site.api.once import etag, if_match, once

router = Router(tags=["trips"])
MOST = 100
REFUSALS = {frozenset({400, 401, 403, 404, 409, 412, 422, 428, 429}): Problem}
Json = dict[str, Any]


class TripLine(Schema):
    id: uuid.UUID
    number: str
    title: str
    state: str
    depart: date | None = None
    return_on: date | None = Field(default=None, serialization_alias="return")
    revision: int


class TripPage(Schema):
    trips: list[TripLine]
    next: str = ""


class TripWhole(TripLine):
    dossier: Json


class Dossier(Schema):
    dossier: Json


class Status(Schema):
    id: uuid.UUID
    state: str
    stage: str = ""
    due: date | None = None
    outside: list[Json]


class Judged(Schema):
    verdict: str
    law: str
    findings: list[Json]


class NewStatus(Schema):
    system: str = Field(min_length=1, max_length=60)
    kind: OutsideRecord.Kind
    status: str = Field(min_length=1, max_length=120)
    happened_on: date
    number: str = Field(default="", max_length=80)
    source: str = Field(default="", max_length=120)


class OutsideLine(Schema):
    id: uuid.UUID
    system: str
    kind: str
    number: str
    status: str
    mapped: str
    happened_on: date
    source: str


class PlanLine(Schema):
    unit: str
    year: int
    number: int
    kind: str
    title: str
    month: int | None = None
    countries: list[str]
    head_count: int | None = None
    total_cny: str | None = None
    state: str


class Asked(Schema):
    state: str = Field(default="", max_length=12)
    after: str = Field(default="", max_length=40)
    limit: int = Field(default=25, ge=1, le=MOST)


@router.get("/trips", response={200: TripPage, **REFUSALS}, summary="The trips that the token's post sees")
@needs("trips:read")
def list_trips(request: HttpRequest, asked: Query[Asked]) -> Json:  # noqa: ARG001
    """Newest first; `next` is given back as `after` for the page that follows."""
    rows = Trip.objects.order_by("-id")
    if asked.state:
        if asked.state not in Trip.State.values:
            raise ProblemError(422, "no such state", asked.state, "/state")
        rows = rows.filter(state=asked.state)
    if asked.after:
        rows = rows.filter(id__lt=_id(asked.after, "/after"))
    found = list(rows[: asked.limit + 1])
    more = found[asked.limit - 1].pk if len(found) > asked.limit else ""
    return {"trips": [_line(trip) for trip in found[: asked.limit]], "next": str(more)}


@router.post("/trips", response={201: TripWhole, **REFUSALS}, summary="Hand in a dossier as a draft")
@needs("trips:write")
def add_trip(request: HttpRequest, given: Dossier) -> Said[Json]:
    def act() -> tuple[int, Json]:
        dossier = _read(given.dossier)
        post = Post.objects.select_related("unit").get(pk=_principal(request).post)
        return 201, _whole(create_draft(post.unit, dossier, source="api"))

    return Said(*once(request, act))


@router.get("/trips/{trip_id}", response={200: TripWhole, **REFUSALS}, summary="A trip with its dossier")
@needs("trips:read")
def read_trip(request: HttpRequest, response: HttpResponse, trip_id: uuid.UUID) -> Json:  # noqa: ARG001
    trip = trip_or_404(trip_id)
    response["ETag"] = etag(trip)
    return _whole(trip)


@router.put("/trips/{trip_id}", response={200: TripWhole, **REFUSALS}, summary="Replace a draft's dossier")
@needs("trips:write")
def replace_trip(request: HttpRequest, response: HttpResponse, trip_id: uuid.UUID, given: Dossier) -> Json:
    trip_or_404(trip_id)
    trip = locked(trip_id)
    if_match(request, trip)
    if not may_edit(_principal(request), trip):
        raise ProblemError(409, "the dossier isn't the unit's to change now")
    kept = {key: trip.dossier[key] for key in ("submitted", "approval", "after") if key in trip.dossier}
    write(trip, {**_read(given.dossier), **kept}, {})
    response["ETag"] = etag(trip)
    return _whole(trip)


@router.get("/trips/{trip_id}/status", response={200: Status, **REFUSALS}, summary="Where a trip stands")
@needs("trips:read")
def trip_status(request: HttpRequest, trip_id: uuid.UUID) -> Json:  # noqa: ARG001
    trip = trip_or_404(trip_id)
    return {
        "id": trip.pk,
        "state": trip.state,
        "stage": trip.case.stage if trip.case else "",
        "due": trip.case.due if trip.case else None,
        "outside": [msgspec.to_builtins(_outside(row)) for row in picture(trip).values()],
    }


@router.get("/trips/{trip_id}/check", response={200: Judged, **REFUSALS}, summary="What the law says of a trip")
@needs("check")
def check_one(request: HttpRequest, trip_id: uuid.UUID) -> Json:  # noqa: ARG001
    judged = check(trip_or_404(trip_id))
    return _judged(judged)


@router.post("/checks", response={200: Judged, **REFUSALS}, summary="Check a dossier that stays where it is")
@needs("check")
def check_dossier(request: HttpRequest, given: Dossier) -> Json:
    """By the law of the token's office; nothing is kept."""
    office = Office.objects.get(pk=_principal(request).office)
    value = value_of(_read(given.dossier))
    return _judged(check_trip(value, law_of(office), stage="submit"))


@router.post("/trips/{trip_id}/start", response={200: TripLine, **REFUSALS}, summary="Start a draft inside the unit")
@needs("trips:submit")
def start_one(request: HttpRequest, trip_id: uuid.UUID) -> Said[Json]:
    return Said(*once(request, lambda: _hand_on(request, trip_id, start_trip)))


@router.post("/trips/{trip_id}/submit", response={200: TripLine, **REFUSALS}, summary="Hand a trip to the office")
@needs("trips:submit")
def submit_one(request: HttpRequest, trip_id: uuid.UUID) -> Said[Json]:
    return Said(*once(request, lambda: _hand_on(request, trip_id, submit_trip)))


@router.get(
    "/trips/{trip_id}/outside-records", response={200: list[OutsideLine], **REFUSALS}, summary="What other systems said"
)
@needs("trips:read")
def outside_records(request: HttpRequest, trip_id: uuid.UUID) -> list[Json]:  # noqa: ARG001
    trip = trip_or_404(trip_id)
    return [
        _outside(row) for row in OutsideRecord.objects.filter(trip=trip).order_by("-happened_on", "-seen_at")[:MOST]
    ]


@router.post(
    "/trips/{trip_id}/outside-records", response={201: OutsideLine, **REFUSALS}, summary="Report an outside status"
)
@needs("status:report")
def report(request: HttpRequest, trip_id: uuid.UUID, given: NewStatus) -> Said[Json]:
    """A mirrored approval approves nothing: it asks the desk to record the paper."""

    def act() -> tuple[int, Json]:
        trip_or_404(trip_id)
        with refusals():
            row = report_status(
                trip_id, system=given.system, kind=str(given.kind), raw=given.status, happened_on=given.happened_on,
                number=given.number, source=given.source,
            )  # fmt: skip
        return 201, msgspec.to_builtins(_outside(row))

    return Said(*once(request, act))


@router.get("/plans/{year}", response={200: list[PlanLine], **REFUSALS}, summary="The year's plan, as the post sees it")
@needs("plans:read")
def year_plan(request: HttpRequest, year: int) -> list[Json]:  # noqa: ARG001
    if not 2000 <= year <= 2100:
        raise ProblemError(422, "no such year", pointer="/year")
    rows = (
        PlanItem.objects.filter(year=year, plan__state="approved")
        .select_related("unit")
        .order_by("unit__name", "number")
    )
    return [
        {
            "unit": row.unit.name, "year": row.year, "number": row.number, "kind": row.kind, "title": row.title,
            "month": row.month, "countries": row.countries, "head_count": row.head_count,
            "total_cny": str(row.total_cny) if row.total_cny is not None else None, "state": row.state,
        }
        for row in rows[:1000]
    ]  # fmt: skip


class refusals:  # noqa: N801 - reads as a block
    """What an action refuses becomes a problem with its field; what a post may not do is 403."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, CannotError):
            raise ProblemError(409, error.message, pointer=getattr(error, "pointer", "")) from error
        if isinstance(error, PermissionDenied | PermissionError):
            raise ProblemError(403, "not for this post") from error


def _hand_on(request: HttpRequest, trip_id: uuid.UUID, act: Any) -> tuple[int, Json]:
    trip = trip_or_404(trip_id)
    if_match(request, trip)
    with refusals():
        return 200, _line(act(trip.pk))


def _principal(request: HttpRequest) -> Any:  # noqa: ARG001
    from waiban.core.access.principals import current_principal

    return current_principal()


def _read(dossier: Json) -> Json:
    """As a draft may be: keys may be missing, none may be unknown or of another kind."""
    try:
        value = trip_from({"schema": "waiban/trip/1", **dossier}, draft=True)
    except InputError as error:
        one = error.problem
        raise ProblemError(422, f"expected {one.expected}", str(one.found or ""), f"/dossier{one.path}") from error
    return {
        key: kept for key, kept in trip_to(value).items() if key not in ("schema", "submitted", "approval", "after")
    }


def _id(text: str, pointer: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ProblemError(422, "not an id", text, pointer) from None


def _line(trip: Trip) -> Json:
    return {
        "id": str(trip.pk), "number": f"{trip.year}-{trip.number:04d}", "title": trip.title, "state": trip.state,
        "depart": trip.depart.isoformat() if trip.depart else None,
        "return": trip.return_on.isoformat() if trip.return_on else None, "return_on": trip.return_on.isoformat() if trip.return_on else None,
        "revision": trip.revision,
    }  # fmt: skip


def _whole(trip: Trip) -> Json:
    return {**_line(trip), "dossier": trip.dossier}


def _judged(judged: Any) -> Json:
    return {
        "verdict": judged.verdict, "law": judged.law.sha256, "findings": [finding.to_dict() for finding in judged.findings],
    }  # fmt: skip


def _outside(row: OutsideRecord) -> Json:
    return {
        "id": str(row.pk), "system": row.system, "kind": row.kind, "number": row.number, "status": row.raw,
        "mapped": row.mapped, "happened_on": row.happened_on.isoformat(), "source": row.source,
    }  # fmt: skip
