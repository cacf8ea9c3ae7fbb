"""Take a batch back whole, while nothing stands on it."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from waiban.core.people.models import Traveller
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.importing.saving import readers_of, rebuild
from waiban.domains.outbound.models import ImportBatch, ImportedRow, Trip, TripMember

OURS = (TripMember, ImportedRow)
AT_ONCE = 5_000


def stands_on(batch: ImportBatch) -> str:
    """What stands on the batch, in words; empty where it can be undone."""
    rows = ImportedRow.objects.filter(batch=batch)
    if rows.filter(current=False).exists():
        return _("后面的批次改过这一批的行，请先撤销后面的批次")
    trips = list(rows.filter(replaces=None).values_list("trip", flat=True).distinct())
    for model, name in _pointing_to(Trip):
        if model in OURS:
            continue
        for start in range(0, len(trips), AT_ONCE):
            if model._default_manager.filter(**{f"{name}__in": trips[start : start + AT_ONCE]}).exists():
                return _("已有“%(what)s”用到这一批的团组") % {"what": model._meta.verbose_name}
    return ""


def undo(batch: ImportBatch, *, told: Any) -> dict[str, int]:
    """Raises CannotError with what stands on it. People who are needed elsewhere by now stay."""
    if reason := stands_on(batch):
        raise CannotError(reason)
    rows = list(
        ImportedRow.objects.filter(batch=batch).values_list("pk", "trip", "traveller", "new_traveller", "replaces")
    )
    touched = {trip for _pk, trip, _traveller, _new, _replaces in rows}
    ImportedRow.objects.filter(batch=batch).delete()
    ImportedRow.objects.filter(pk__in=[replaces for *_rest, replaces in rows if replaces]).update(current=True)
    kept = set(ImportedRow.objects.filter(trip__in=touched, current=True).values_list("trip", flat=True).distinct())
    gone = list(touched - kept)
    told(1, 3)
    for start in range(0, len(gone), AT_ONCE):
        part = gone[start : start + AT_ONCE]
        TripMember.objects.filter(trip__in=part).delete()
        if len(_remove(Trip, part)) < len(part):  # the undoer needn't see what points to a trip; the database does
            raise CannotError(_("已有别的记录用到这一批的团组"))
    told(2, 3)
    units = {unit.pk: unit.name for unit in _units(batch)}
    rebuild(list(kept), readers_of(batch.office_id), units)
    people = _remove_people([traveller for _pk, _trip, traveller, new, _replaces in rows if new])
    told(3, 3)
    return {"trips": len(gone), "rows": len(rows), "people": people}


def _units(batch: ImportBatch) -> Any:
    from waiban.core.people.models import Unit

    return Unit.objects.filter(office_id=batch.office_id)


def _remove_people(ids: Sequence[uuid.UUID]) -> int:
    """Those that came with the batch and that nothing else speaks of, also nothing that the undoer doesn't see."""
    return sum(len(_remove(Traveller, ids[start : start + AT_ONCE])) for start in range(0, len(ids), AT_ONCE))


def _remove(model: type[models.Model], ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Delete what no row points to, found by halves; the database's own keys say what does."""
    if not ids:
        return ()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            rows = model._default_manager.filter(pk__in=ids)
            rows._raw_delete(rows.db)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return ids
    except IntegrityError:
        half = len(ids) // 2
        return [*_remove(model, ids[:half]), *_remove(model, ids[half:])] if half else ()


def _pointing_to(target: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    return [
        (related.related_model, related.field.name)
        for related in target._meta.get_fields(include_hidden=True)
        if isinstance(related, models.ManyToOneRel) and isinstance(related.related_model, type)
    ]
