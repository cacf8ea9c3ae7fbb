"""What follows when the leader approves the office's plan: the units' plans are in force, and the quota is allotted."""

import uuid
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import acting_as, current_principal
from waiban.core.audit.record import record
from waiban.core.people.principals import system
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Allotment, AnnualPlan, PlanItem, Quota, QuotaEntry
from waiban.domains.outbound.plans import catch_up

State = AnnualPlan.State


@transaction.atomic
def put_in_force(plan: AnnualPlan, *, decision: uuid.UUID, on: date) -> None:
    """`plan` is the office's, just approved. Written as the platform: its rows belong to many units.

    Raises CannotError where a unit would be left with less than its trips have taken already.
    """
    principal = current_principal()
    with acting_as(system(plan.office_id, "quota ledger")):
        wanted = AnnualPlan.objects.filter(office=plan.office_id, year=plan.year, whole_office=False)
        adopted = wanted.filter(state=State.ADOPTED).select_for_update(of=("self",)).select_related("unit")
        for one in adopted.order_by("pk"):
            _take_over(one, on)
        _replace(plan)
        lines = _allot(plan, decision=decision, on=on)
    plan.state, plan.approved_on = State.APPROVED, on
    plan.save(update_fields=["state", "approved_on", "saved_at"])
    record(
        "quota.allot", principal, subject=("plan", plan.pk), case=plan.case_id, readers=plan.readers,
        happened_on=on, data={"lines": lines, "document": plan.basis_number},
    )  # fmt: skip
    catch_up(plan.office_id, plan.year, on=on)


def _replace(plan: AnnualPlan) -> AnnualPlan | None:
    """The version that was in force till now."""
    others = AnnualPlan.objects.filter(
        unit=plan.unit_id, year=plan.year, whole_office=plan.whole_office, state=State.APPROVED
    )
    before = others.exclude(pk=plan.pk).select_for_update().first()
    if before is not None:
        before.state = State.REPLACED
        before.save(update_fields=["state", "saved_at"])
    return before


def _take_over(plan: AnnualPlan, on: date) -> None:
    """A unit's new version comes into force, with the trips that its items have."""
    before = _replace(plan)
    if before is not None:
        items = {item.key: item for item in PlanItem.objects.filter(plan=plan)}
        for old in PlanItem.objects.select_for_update().filter(plan=before, trip__isnull=False):
            new = items.get(old.key)
            if new is None or new.state == PlanItem.State.DROPPED:
                raise CannotError(
                    _("%(unit)s新版计划删去了第 %(n)d 项，但已有团组使用，请退回单位改")
                    % {"unit": plan.unit.name, "n": old.number}
                )
            new.trip_id, new.state = old.trip_id, old.state
            old.trip_id, old.state = None, PlanItem.State.PLANNED
            old.save(update_fields=["trip", "state"])
            new.save(update_fields=["trip", "state"])
    plan.state, plan.approved_on = State.APPROVED, on
    plan.save(update_fields=["state", "approved_on", "saved_at"])


def _allot(plan: AnnualPlan, *, decision: uuid.UUID, on: date) -> list[str]:
    """One ledger line for each quota row that changes; what the plan no longer names is taken back."""
    wanted = {(row.unit_id, row.rank): row for row in Allotment.objects.filter(plan=plan).select_related("unit")}
    for (unit, rank), row in wanted.items():
        Quota.objects.get_or_create(
            unit_id=unit, year=plan.year, rank=rank,
            defaults={"office_id": plan.office_id, "people_limited": row.people is not None,
                      "readers": readers(plan.office_id, office=True, units=(unit,))},
        )  # fmt: skip
    said = []
    rows = Quota.objects.select_for_update(of=("self",)).filter(office=plan.office_id, year=plan.year)
    for quota in rows.select_related("unit").order_by("pk"):
        share = wanted.get((quota.unit_id, quota.rank))
        groups = (share.groups if share else 0) - quota.groups_allotted
        people = ((share.people or 0) if share else 0) - quota.people_allotted
        limited = share is None or share.people is not None
        _require(quota, share, limited=limited)
        if quota.people_limited and not limited:
            Quota.objects.filter(pk=quota.pk).update(people_limited=False)
        if groups or people:
            try:
                with transaction.atomic():
                    QuotaEntry.objects.create(
                        quota=quota, kind=QuotaEntry.Kind.ALLOTTED, cause=QuotaEntry.Cause.PLAN, groups=groups,
                        people=people, plan=plan, decision_id=decision, document=plan.basis_number, happened_on=on,
                        readers=quota.readers,
                    )  # fmt: skip
            except IntegrityError as error:
                raise _too_little(quota) from error
            said.append(f"{quota.unit.name} {groups:+d}/{people:+d}")
        if limited and not quota.people_limited:
            Quota.objects.filter(pk=quota.pk).update(people_limited=True)
    return said


def _require(quota: Quota, share: Allotment | None, *, limited: bool) -> None:
    groups, people = (share.groups, share.people or 0) if share else (0, 0)
    short = groups < quota.groups_reserved + quota.groups_used
    if short or (limited and people < quota.people_reserved + quota.people_used):
        raise _too_little(quota)


def _too_little(quota: Quota) -> CannotError:
    return CannotError(
        _("%(unit)s %(year)d 年已占 %(groups)d 个团组、%(people)d 人次，控制数不能更少")
        % {
            "unit": quota.unit.name,
            "year": quota.year,
            "groups": quota.groups_reserved + quota.groups_used,
            "people": quota.people_reserved + quota.people_used,
        }
    )


def adopted_items(plan: AnnualPlan, also: tuple[str, ...] = ()) -> "QuerySet[PlanItem]":
    """What the office's plan stands for: the items of every unit, of the version it would put in force.

    `also`: further states of a unit's plan to take in.
    """
    units = AnnualPlan.objects.filter(office=plan.office_id, year=plan.year, whole_office=False)
    newest: dict[uuid.UUID, AnnualPlan] = {}
    for one in units.filter(state__in=(State.APPROVED, State.ADOPTED, *also)).order_by("version"):
        newest[one.unit_id] = one
    return (
        PlanItem.objects.filter(plan__in=newest.values()).exclude(state=PlanItem.State.DROPPED)
        .select_related("unit", "plan", "trip").order_by("unit__name", "number")
    )  # fmt: skip
