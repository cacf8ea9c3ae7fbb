"""Let the readers of a case see who travels: part of the act that widened the case, which has its own event."""

import uuid
from collections.abc import Iterable, Sequence

from waiban.core.people.models import Traveller, TravellerRecord


def show_travellers(travellers: Iterable[uuid.UUID], readers: Sequence[int]) -> None:
    """Readers are added, never taken away: another case may need them."""
    for traveller in Traveller.objects.filter(pk__in=list(travellers)):
        wanted = sorted({*traveller.readers, *readers})
        if wanted != traveller.readers:
            Traveller.objects.filter(pk=traveller.pk).update(readers=wanted)
            TravellerRecord.objects.filter(traveller=traveller).update(readers=wanted)
