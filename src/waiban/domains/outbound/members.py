"""The dossier's members as rows: for history, per-member decisions and search by name."""

import uuid

from waiban.core.people.actions.let_see import let_see
from waiban.core.people.models import Traveller
from waiban.domains.outbound.models import Trip, TripMember

PROJECTED = ("place", "rank", "role", "category", "depart", "return_on", "countries", "readers")


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
        says: dict[str, object] = {
            "place": place,
            **{key: str(member.get(key) or "") for key in ("rank", "role", "category")},
            **{key: getattr(trip, key) for key in ("depart", "return_on", "countries", "readers")},
        }
        if traveller not in rows:
            fresh.append(TripMember(trip=trip, traveller_id=traveller, **says))
        elif any(getattr(rows[traveller], key) != value for key, value in says.items()):
            for key, value in says.items():
                setattr(rows[traveller], key, value)
            changed.append(rows[traveller])
    TripMember.objects.bulk_create(fresh)
    TripMember.objects.bulk_update(changed, PROJECTED)


def traveller_id(member: dict[str, object]) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(member.get("id")))
    except ValueError:
        return None
