"""Take a remedy: apply its edits, mark every paper that depends on them, remember how to undo."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.arithmetic import fill_amounts
from waiban.domains.outbound.errors import CannotError, ChangedMeanwhileError
from waiban.domains.outbound.models import Remedy, Trip
from waiban.dossiers.patch import Edit, apply_edits, value_at
from waiban.kernel.errors import InputError

DEPENDENT = ("budget", "invitation", "notice", "programme", "ticket")
"""Papers that may now say something else than the dossier; submission waits until each was looked at again."""


@transaction.atomic
def take_remedy(trip_id: uuid.UUID, rule: str, edits: Sequence[Edit], *, revision: int) -> Remedy:
    """`edits` come from the rulebook's own finding or repair of this revision, never from the browser."""
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_edit(principal, trip) or principal.post is None:
        raise CannotError(_("案卷已交出，要改须先撤回或等退回"))
    if trip.revision != revision:
        raise ChangedMeanwhileError(_("这份案卷刚被别人改过，请刷新后再采用"))
    before = {"schema": "waiban/trip/1", **trip.dossier}
    after = apply_edits(before, edits)
    after.pop("schema")
    fill_amounts(after)
    undo = _undo(trip.dossier, edits)
    trip.recheck = sorted({*trip.recheck, *papers_that_depend(trip)})
    write(trip, after)
    taken = Remedy.objects.create(
        trip=trip,
        rule=rule,
        edits=list(edits),
        undo=undo,
        revision=trip.revision,
        taken_by_post_id=principal.post,
        readers=trip.readers,
    )
    record(
        "trip.take_remedy",
        principal,
        subject=("trip", trip.pk),
        readers=trip.readers,
        data={"rule": rule, "edits": list(edits), "before": undo},
    )
    return taken


def papers_that_depend(trip: Trip) -> set[str]:
    """Those that exist already: a paper that isn't there yet will be made from the new dates."""
    dossier = trip.dossier
    there = {
        "budget": bool((dossier.get("budget") or {}).get("lines")),
        "invitation": bool(dossier.get("invitations")),
        "notice": bool(dossier.get("notices")),
        "programme": bool(dossier.get("programme")),
        "ticket": bool(dossier.get("legs")),
    }
    return {paper for paper in DEPENDENT if there[paper]}


def _undo(dossier: dict[str, Any], edits: Sequence[Edit]) -> list[dict[str, Any]]:
    """Edits that bring back the values that `edits` take away, in reverse order."""
    undo: list[dict[str, Any]] = []
    now: Any = dossier
    for edit in edits:
        path = edit["path"]
        try:
            old = value_at(now, path)
        except InputError:
            undo.insert(0, {"op": "remove", "path": path})
        else:
            back = "add" if edit["op"] == "remove" else "replace"
            undo.insert(0, {"op": back, "path": path, "value": old})
        now = apply_edits(now, [edit])
    return undo
