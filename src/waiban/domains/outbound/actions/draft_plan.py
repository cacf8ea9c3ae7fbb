"""Begin the next version of a year's plan: the first is empty, a later one begins as what is in force."""

import uuid

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.people.models import Post
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Allotment, AnnualPlan, PlanItem

YEARS_AHEAD = 2


@transaction.atomic
def draft_plan(year: int, *, whole_office: bool = False) -> AnnualPlan:
    """The unit's plan by its own officer; the office's own (`whole_office`) by the post that balances."""
    principal = current_principal()
    wanted = Permission.PLAN_BALANCE if whole_office else Permission.TRIP_DRAFT
    if not principal.may(wanted) or principal.post is None:
        raise PermissionError(str(wanted))
    if not today().year - 1 <= year <= today().year + YEARS_AHEAD:
        raise CannotError(_("只编去年到后年的计划"), "year")
    unit = Post.objects.select_related("unit").get(pk=principal.post).unit
    own = AnnualPlan.objects.filter(unit=unit, year=year, whole_office=whole_office)
    if own.filter(state__in=AnnualPlan.WORKED_ON).exists():
        raise CannotError(_("%(year)d 年计划已有一版在办") % {"year": year})
    base = own.filter(state=AnnualPlan.State.APPROVED).first()
    plan = AnnualPlan(
        office_id=unit.office_id,
        unit=unit,
        whole_office=whole_office,
        year=year,
        version=(own.aggregate(last=Max("version"))["last"] or 0) + 1,
        created_by_post_id=principal.post,
        readers=readers(unit.office_id, office=whole_office, units=() if whole_office else (unit.pk,)),
    )
    if base is not None and whole_office:
        plan.basis_number, plan.basis_on = base.basis_number, base.basis_on
    try:
        plan.save(force_insert=True)
    except IntegrityError as error:
        raise CannotError(_("%(year)d 年计划已有一版在办") % {"year": year}) from error
    if base is not None:
        _copy(base, plan)
    record(
        "plan.add", principal, subject=("plan", plan.pk), office=unit.office_id, readers=plan.readers,
        data={"year": year, "version": plan.version, "unit": str(unit.pk)},
    )  # fmt: skip
    return plan


def _copy(base: AnnualPlan, plan: AnnualPlan) -> None:
    """Items keep key and number; which trip took one is known only of the version in force."""
    PlanItem.objects.bulk_create(
        PlanItem(
            plan=plan, unit_id=item.unit_id, year=item.year, key=item.key, number=item.number, kind=item.kind,
            title=item.title, leader_rank=item.leader_rank, month=item.month, countries=item.countries,
            head_count=item.head_count, total_cny=item.total_cny, purpose=item.purpose, invited_by=item.invited_by,
            state=PlanItem.State.DROPPED if item.state == PlanItem.State.DROPPED else PlanItem.State.PLANNED,
            readers=plan.readers,
        )
        for item in PlanItem.objects.filter(plan=base)
    )  # fmt: skip
    Allotment.objects.bulk_create(
        Allotment(
            plan=plan, unit_id=row.unit_id, rank=row.rank, groups=row.groups, people=row.people, readers=plan.readers
        )
        for row in Allotment.objects.filter(plan=base)
    )


def locked(plan_id: uuid.UUID) -> AnnualPlan:
    return AnnualPlan.objects.select_for_update(of=("self",)).select_related("unit", "office").get(pk=plan_id)
