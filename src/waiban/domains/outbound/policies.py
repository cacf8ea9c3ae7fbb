"""Questions about trips. Row security has already said what is seen; these say what may be done with it."""

from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.people.models import Post, Role
from waiban.domains.outbound.models import AnnualPlan, Trip


def may_draft(principal: Principal) -> bool:
    return principal.may(Permission.TRIP_DRAFT)


def may_edit(principal: Principal, trip: Trip) -> bool:
    """The unit's designated officer, while the dossier is the unit's: a draft, at submission, or in correction."""
    return principal.may(Permission.TRIP_DRAFT) and trip.editable


def may_start(principal: Principal, trip: Trip) -> bool:
    return principal.may(Permission.TRIP_DRAFT) and trip.state == Trip.State.DRAFT


def may_edit_plan(principal: Principal, plan: AnnualPlan) -> bool:
    """A unit's plan by its officer, the office's by the post that balances, while it is theirs: not sent, or returned."""
    wanted = Permission.PLAN_BALANCE if plan.whole_office else Permission.TRIP_DRAFT
    return principal.may(wanted) and plan.state == AnnualPlan.State.DRAFT


def may_keep_books(principal: Principal) -> bool:
    """Advances are recorded by the unit's officer or by its finance post, where row security shows them the trip."""
    if principal.may(Permission.TRIP_DRAFT):
        return True
    held = principal.posts | principal.standing_in
    return Post.objects.filter(pk__in=held, role=Role.UNIT_FINANCE).exists()


def refuse(act: str, principal: Principal, trip: Trip) -> NoReturn:
    """On record, on the register's own connection, since the act's transaction goes."""
    record_apart(
        act, principal, kind=Event.Kind.REFUSAL, subject=("trip", trip.pk), case=trip.case_id, readers=trip.readers
    )
    raise PermissionDenied(_("这件事不由您的岗位办"))
