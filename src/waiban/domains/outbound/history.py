"""What earlier trips say, for the rules that look back: frequency, repeats, splitting, leaders.

Read through one SECURITY DEFINER function a fact (migration 0002), which returns no more
than the rule needs, so that the same dossier gets the same answers whoever asks. Where an
entry's trip is not the reader's to open, values are printed as held by the office.
"""

from typing import Any

from django.db import connection
from django.utils import timezone

from waiban.domains.outbound.models import Trip
from waiban.dossiers.trip import EarlierTrip, UnitTrip
from waiban.dossiers.trip import Trip as TripValue
from waiban.kernel.ids import as_uuid


def history_of(trip: Trip, value: TripValue) -> dict[str, Any]:
    """As `dossiers.check` takes it: `members` by id, `unit_trips`, `masked`. The trip itself is left out."""
    travellers = [found for member in value.members or [] if (found := as_uuid(member.id))]
    on = value.depart or timezone.localdate()
    members: dict[str, list[EarlierTrip]] = {str(traveller): [] for traveller in travellers}
    masked = False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT traveller_id, depart, return_on, countries, role, kind, category, organising, unit, approval_no, "
            "seen FROM outbound_earlier_trips(%s::uuid[], %s, %s) ORDER BY depart DESC",
            [travellers, trip.pk, on],
        )
        names = ("depart", "return_", "countries", "role", "kind", "category", "organising", "unit", "approval_no")
        for traveller, *values, seen in cursor:
            masked |= not seen
            members[str(traveller)].append(EarlierTrip(**_stated(names, values)))
        cursor.execute(
            "SELECT reference, unit, depart, return_on, countries, inviter, leader, leader_heads_unit, leadership_of, "
            "seen FROM outbound_unit_trips(%s, %s, %s) ORDER BY depart DESC",
            [trip.unit_id, trip.pk, on],
        )
        names = ("reference", "unit", "depart", "return_", "countries", "inviter", "leader", "leader_heads_unit",
                 "leadership_of")  # fmt: skip
        others: list[UnitTrip] = []
        for *values, seen in cursor:
            masked |= not seen
            others.append(UnitTrip(**_stated(names, values)))
    return {"members": members, "unit_trips": others, "masked": masked}


def _stated(names: tuple[str, ...], values: list[Any]) -> dict[str, Any]:
    return {name: value if value != "" else None for name, value in zip(names, values, strict=True)}
