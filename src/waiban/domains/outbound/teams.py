"""Whose people go: the units that must show a notice, and the bodies with cadre authority.

On the road of several units each sending unit does both in a part of its own (sending.py), and the trip's own case
keeps to the organising unit.
"""

import uuid

from waiban.core.people.models import Post, Role, Unit
from waiban.core.people.queries import personnel_post_for
from waiban.domains.outbound.models import Trip, TripMember
from waiban.domains.outbound.sending import by_parts, units_of_members


def notice_units(trip: Trip) -> list[Unit]:
    """The organising unit first, then each unit that sends somebody (facts: pre_trip_publicity_days)."""
    if by_parts(trip):
        return [trip.unit]
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


def filing_bodies(trip: Trip) -> dict[str, list[str]]:
    """Those whom the trip's own case asks. An organising unit that sends nobody has its own body file the group."""
    found = members_by_body(trip)
    if not by_parts(trip):
        return found
    units = units_of_members(trip)
    own = {body: [m for m in ids if units[m].pk == trip.unit_id] for body, ids in found.items()}
    own = {body: ids for body, ids in own.items() if ids}
    fallback = None if own else personnel_post_for(trip.unit, "")
    return {str(fallback.pk): []} if fallback else own


def officer_of(unit_id: uuid.UUID) -> Post | None:
    return Post.objects.filter(unit_id=unit_id, role=Role.DESIGNATED_OFFICER).order_by("id").first()
