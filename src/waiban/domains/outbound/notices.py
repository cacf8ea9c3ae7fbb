"""The dossier's notices, as the rows of the notices say."""

from typing import Any

from waiban.domains.outbound.models import InternalNotice, SendingPart, Trip

CONTENTS = (
    "members", "units", "posts", "countries", "task", "programme", "route", "invitation", "host_profile", "funding",
    "budget",
)  # fmt: skip
"""What a notice must say, by the names of the exchange format."""


def with_notices(trip: Trip) -> dict[str, Any]:
    """The dossier with the notices as their rows say: a sending unit shows its own without seeing the dossier."""
    if not SendingPart.objects.filter(trip=trip).exists():
        return dict(trip.dossier)
    return {**trip.dossier, "notices": notice_entries(trip)}


def notice_entries(trip: Trip) -> list[dict[str, Any]]:
    """Where, from when to when, with what contents and result; in the exchange format."""
    rows = (
        InternalNotice.objects.filter(trip=trip, phase="before", replaced=False)
        .select_related("unit")
        .order_by("since")
    )
    entries = [
        {
            "unit": row.unit.name,
            "by": "organising" if row.unit_id == trip.unit_id else "sending",
            "places": row.places,
            "from": row.since.isoformat(),
            "to": row.until.isoformat(),
            "contents": sorted(name for name in CONTENTS if row.shown.get(name) not in (None, [], "")),
            "objections": row.objections,
        }
        for row in rows
    ]
    return [{key: value for key, value in entry.items() if value is not None} for entry in entries]
