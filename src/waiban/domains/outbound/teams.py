"""Whose people go: the units that must show a notice, and the bodies with cadre authority."""

import uuid

from waiban.core.people.models import Post, Role, Unit
from waiban.core.people.queries import personnel_post_for
from waiban.domains.outbound.models import Trip, TripMember


def notice_units(trip: Trip) -> list[Unit]:
    """The organising unit first, then each unit that sends somebody (facts: pre_trip_publicity_days)."""
    sending = Unit.objects.filter(travellers__in=TripMember.objects.filter(trip=trip).values("traveller")).distinct()
    return [trip.unit, *(unit for unit in sending.order_by("name") if unit.pk != trip.unit_id)]


def members_by_body(trip: Trip) -> dict[str, list[str]]:
    """Member ids by the id of the personnel post that is competent for them, one filing a body."""
    managed = {
        str(member.get("id")): str(member.get("managed_by") or "") for member in trip.dossier.get("members") or []
    }
    found: dict[str, list[str]] = {}
    for row in TripMember.objects.filter(trip=trip).select_related("traveller__unit").order_by("place"):
        member = str(row.traveller_id)
        post = personnel_post_for(row.traveller.unit, managed.get(member, ""))
        if post is not None:
            found.setdefault(str(post.pk), []).append(member)
    return found


def officer_of(unit_id: uuid.UUID) -> Post | None:
    return Post.objects.filter(unit_id=unit_id, role=Role.DESIGNATED_OFFICER).order_by("id").first()
