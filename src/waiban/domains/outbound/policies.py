"""Questions about trips. Row security has already said what is seen; these say what may be done with it."""

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal
from waiban.domains.outbound.models import Trip


def may_draft(principal: Principal) -> bool:
    return principal.may(Permission.TRIP_DRAFT)


def may_edit(principal: Principal, trip: Trip) -> bool:
    """The unit's designated officer, while the dossier is the unit's: a draft, at submission, or in correction."""
    return principal.may(Permission.TRIP_DRAFT) and trip.editable


def may_start(principal: Principal, trip: Trip) -> bool:
    return principal.may(Permission.TRIP_DRAFT) and trip.state == Trip.State.DRAFT
