"""The dossier's notices, as the rows of the notices say."""

from typing import Any

from waiban.domains.outbound.models import InternalNotice, Trip


def notice_entries(trip: Trip) -> list[dict[str, Any]]:
    """Where, from when to when, with what contents and result; in the exchange format."""
    rows = InternalNotice.objects.filter(trip=trip, replaced=False).select_related("unit").order_by("since")
    entries = [
        {
            "unit": row.unit.name,
            "by": "organising" if row.unit_id == trip.unit_id else "sending",
            "places": row.places,
            "from": row.since.isoformat(),
            "to": row.until.isoformat(),
            "contents": sorted(name for name, value in row.shown.items() if value not in (None, [], "")),
            "objections": row.objections,
        }
        for row in rows
    ]
    return [{key: value for key, value in entry.items() if value is not None} for entry in entries]
