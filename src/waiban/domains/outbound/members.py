"""The dossier's members as rows: for history, per-member decisions and search by name."""

import uuid

from waiban.core.people.actions.let_see import let_see
from waiban.core.people.models import Traveller
from waiban.domains.outbound.models import Trip, TripMember


def project_members(trip: Trip) -> None:
    """Make the member rows say what the dossier says. Members whose id is no traveller of ours stay in the dossier only."""
    wanted: dict[uuid.UUID, tuple[int, dict[str, object]]] = {}
    for place, member in enumerate(trip.dossier.get("members") or []):
        traveller = traveller_id(member)
        if traveller and traveller not in wanted:
            wanted[traveller] = (place, member)
    known = set(Traveller.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    if trip.case_id:
        let_see(known, trip.readers)
    rows = {row.traveller_id: row for row in TripMember.objects.filter(trip=trip)}
    for traveller, row in rows.items():
        if traveller not in known:
            row.delete()
    fresh: list[TripMember] = []
    changed: list[TripMember] = []
    for traveller in known:
        place, member = wanted[traveller]
        row = rows.get(traveller) or TripMember(trip=trip, traveller_id=traveller)
        row.place = place
        row.rank = str(member.get("rank") or "")
        row.role = str(member.get("role") or "")
        row.category = str(member.get("category") or "")
        row.depart, row.return_on, row.countries = trip.depart, trip.return_on, trip.countries
        row.readers = trip.readers
        (changed if traveller in rows else fresh).append(row)
    TripMember.objects.bulk_create(fresh)
    TripMember.objects.bulk_update(
        changed, ["place", "rank", "role", "category", "depart", "return_on", "countries", "readers"]
    )


def traveller_id(member: dict[str, object]) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(member.get("id")))
    except ValueError:
        return None
