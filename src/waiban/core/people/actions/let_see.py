"""Whoever sees a case sees who travels in it: a post outside unit and office that is asked, or is shown the case."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from waiban.core.people.models import Traveller, TravellerRecord


@transaction.atomic
def let_see(travellers: Iterable[uuid.UUID], keys: Sequence[int]) -> None:
    """Add the case's reader keys to travellers whom the principal sees. The case's own act is what the register keeps."""
    for traveller in Traveller.objects.select_for_update().filter(pk__in=list(travellers)).order_by("pk"):
        if not set(keys) <= set(traveller.readers):
            shown = sorted({*traveller.readers, *keys})
            Traveller.objects.filter(pk=traveller.pk).update(readers=shown)
            TravellerRecord.objects.filter(traveller=traveller).update(readers=shown)
