"""派员单位: what a unit that sends people into another unit's delegation sees of it, and does for it.

The trip itself stays closed to that unit: it carries every member of every unit. Each sending
unit gets a row of its own, with its own case, that shows its own people whole and the others
as units and head counts (docs/adr/0004 on stored projections).
"""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Unit
from waiban.domains.outbound.models.trips import Trip


class SendingPart(ProtectedModel):
    """One unit's part in one trip, one round. `content` is the projection, made by the organising unit's act."""

    class State(models.TextChoices):
        ASKED = "asked", gettext_lazy("征求意见")
        AGREED = "agreed", gettext_lazy("已同意，办理中")
        READY = "ready", gettext_lazy("已办齐")
        REFUSED = "refused", gettext_lazy("不同意派员")
        DROPPED = "dropped", gettext_lazy("已减员")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="parts")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="派员单位", related_name="+")
    organiser = models.ForeignKey(Unit, models.PROTECT, verbose_name="组团单位", related_name="+")
    case = models.OneToOneField("casework.Case", models.PROTECT, verbose_name="办件", related_name="+", null=True)
    number = models.CharField("编号", max_length=60)
    title = models.CharField("团组名称", max_length=200)
    channel = models.CharField("出行渠道", max_length=8, choices=Trip.Channel)
    depart = models.DateField("离境日期", null=True)
    return_on = models.DateField("入境", null=True)
    content = models.JSONField("派员内容", help_text="Own members whole; others by unit and head count.")
    state = models.CharField("派员状态", max_length=8, choices=State, default=State.ASKED)
    reason = models.CharField("理由", max_length=400, blank=True)
    plan_item = models.CharField("列入计划的事项", max_length=200, blank=True)
    plan_reason = models.CharField("未列入计划的理由", max_length=400, blank=True)
    share_cny = models.DecimalField("本单位承担经费", max_digits=14, decimal_places=2, null=True)
    asked_on = models.DateField("征求意见日期")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "派员单位办理"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["trip", "unit"], condition=~models.Q(state="dropped"), name="one_part_in_force_a_unit"
            )
        ]

    def __str__(self) -> str:
        return self.title
