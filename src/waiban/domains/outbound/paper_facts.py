"""What the dossier says of a member's travel papers, written by the hand-over itself: the law reads it from there."""

import uuid
from datetime import date
from typing import Any

from waiban.core.access.principals import acting_as
from waiban.core.people.principals import system
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.models import TravelDocument


def note_paper(document: TravelDocument, trip_id: uuid.UUID, *, returned_on: date | None = None) -> None:
    """By the platform: the unit that holds the paper may not see the organiser's dossier."""
    with acting_as(system(document.office_id, "documents")):
        trip = locked(trip_id)
        paper: dict[str, Any] = {"kind": document.kind}
        if document.expires_on:
            paper["expires"] = document.expires_on.isoformat()
        if returned_on:
            paper["returned_on"] = returned_on.isoformat()
        members = [
            _with(member, paper) if str(member.get("id")) == str(document.holder_id) else member
            for member in trip.dossier.get("members") or []
        ]
        if members != trip.dossier.get("members"):
            write(trip, {**trip.dossier, "members": members})


def _with(member: dict[str, Any], paper: dict[str, Any]) -> dict[str, Any]:
    first, more = member.get("passport") or {}, list(member.get("more_papers") or [])
    if not first or first.get("kind") in (None, paper["kind"]):
        return {**member, "passport": paper}
    others = [one for one in more if one.get("kind") != paper["kind"]]
    return {**member, "more_papers": [*others, paper]}
