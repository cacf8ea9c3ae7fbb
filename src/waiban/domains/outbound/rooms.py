"""The pages of one trip, in the order in which a trip comes to need them: one row of tabs above each."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.sending import by_parts


@dataclass(frozen=True)
class Room:
    """`url_name` takes the trip's id. `shown` says whether this trip has such a page yet; who may open it is the
    page's own `@open_to`, and row security's, to say.
    """

    code: str
    label: Promise
    url_name: str
    shown: Callable[[Trip], bool]


def _always(_trip: Trip) -> bool:
    return True


OVER = (
    Trip.State.AWAY,
    Trip.State.RETURNED,
    Trip.State.CLOSED,
    Trip.State.REFUSED,
    Trip.State.WITHDRAWN,
)


def _under_way(trip: Trip) -> bool:
    """Nothing is counted back for a trip that has left or will not leave."""
    return trip.state not in OVER


def _has_case(trip: Trip) -> bool:
    return trip.case_id is not None


def _has_senders(trip: Trip) -> bool:
    return by_parts(trip)


def _for_inspectors(trip: Trip) -> bool:
    return trip.case_id is not None and current_principal().may(Permission.AUDIT_READ)


def _own(trip: Trip) -> bool:
    return not trip.imported


def _approved(trip: Trip) -> bool:
    return not trip.imported and trip.state in (
        Trip.State.APPROVED,
        Trip.State.AWAY,
        Trip.State.RETURNED,
        Trip.State.CLOSED,
    )


def _was_approved(trip: Trip) -> bool:
    """Also a trip that was called off afterwards."""
    return bool(trip.dossier.get("approval")) and not trip.imported


def _returned(trip: Trip) -> bool:
    return not trip.imported and trip.state in (Trip.State.RETURNED, Trip.State.CLOSED)


ROOMS: list[Room] = [
    Room("case", gettext_lazy("办件"), "outbound:case", _always),
    Room("notices", gettext_lazy("公示"), "outbound:trip_notices", _has_case),
    Room("senders", gettext_lazy("派员单位"), "outbound:senders", _has_senders),
    Room("materials", gettext_lazy("材料"), "outbound:materials", _own),
    Room("before", gettext_lazy("行前"), "outbound:before", _approved),
    Room("papers_visas", gettext_lazy("护照签证"), "outbound:papers_visas", _approved),
    Room("money", gettext_lazy("预算决算"), "outbound:money", _approved),
    Room("plan_back", gettext_lazy("倒排"), "outbound:plan_back", _under_way),
    Room("changes", gettext_lazy("变更"), "outbound:changes", _was_approved),
    Room("after", pgettext_lazy("返回页", "返回"), "outbound:after", _returned),
    Room("value", gettext_lazy("成效"), "outbound:value", _returned),
    Room("inspection", gettext_lazy("检查导出"), "outbound:inspection", _for_inspectors),
]


def rooms_of(trip: Trip) -> list[Room]:
    """Those that this trip has. To Hong Kong, Macao and Taiwan nobody takes a passport or a visa."""
    permits = trip.channel in (Trip.Channel.HK_MACAO, Trip.Channel.TAIWAN)
    return [
        replace(room, label=gettext_lazy("通行证")) if permits and room.code == "papers_visas" else room
        for room in ROOMS
        if room.shown(trip)
    ]
