"""What trips say about the people in them: how long each is still needed, and who still has to see whom."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from waiban.core.people.retention import Hold
from waiban.domains.outbound.models import TripMember
from waiban.domains.outbound.texts import case_number
from waiban.domains.partners import api as partners


def holds(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Hold]]:
    """An open case needs its people; an ended one until its end, a draft until it was last saved."""
    found: dict[uuid.UUID, list[Hold]] = {}
    members = TripMember.objects.filter(traveller__in=list(ids)).select_related("trip__case", "trip__office")
    rows = list(members.defer("trip__dossier", "trip__unread", "trip__case__marking"))
    promised = _open_promises({row.trip_id for row in rows})
    for row in rows:
        trip, case = row.trip, row.trip.case
        name = trip.outside_number or case_number(trip)
        if case is None:
            last = trip.return_on if trip.imported and trip.return_on else localdate(trip.saved_at)
            hold = Hold(_("%(number)s 的草稿或旧档") % {"number": name}, last)
        elif case.result:
            hold = Hold(_("%(number)s 已办结") % {"number": name}, case.ended_on)
        else:
            hold = Hold(_("%(number)s 还没办结") % {"number": name})
        found.setdefault(row.traveller_id, []).append(hold)
        if row.trip_id in promised:
            kept = Hold(_("出访承诺 %(number)s 还没了结") % {"number": promised[row.trip_id]})
            found[row.traveller_id].append(kept)
    return found


def _open_promises(trips: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Trip → the number of a promise made on it that isn't kept, broken or overtaken yet."""
    promises = partners.promises_of("trip", trips) if trips else []
    return {one.origin_id: one.number for one in promises if one.state in ("open", "answered")}


def sights(ids: Collection[uuid.UUID], on: date, days: int) -> Mapping[uuid.UUID, set[int]]:
    """The keys of drafts, of open cases, and of those that ended no more than `days` ago."""
    open_or_fresh = (
        Q(trip__case=None) | Q(trip__case__result="") | Q(trip__case__ended_on__gt=on - timedelta(days=days))
    )
    rows = TripMember.objects.filter(open_or_fresh, traveller__in=list(ids), trip__imported=False)
    found: dict[uuid.UUID, set[int]] = {}
    for traveller, keys in rows.values_list("traveller_id", "trip__readers"):
        found.setdefault(traveller, set()).update(keys)
    return found
