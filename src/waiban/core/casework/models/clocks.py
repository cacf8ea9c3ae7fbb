"""Deadlines in working days, and the spans in which they stand still."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.casework.models.cases import Case
from waiban.core.casework.models.items import WorkItem


class Deadline(ProtectedModel):
    """A due day that runs in working days from `began_on` (not counted). A pause moves `due` on when it ends.

    Without an item it is the case's own; several stack, and the earliest is the case's due day.
    """

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="办件", related_name="deadlines")
    item = models.OneToOneField(WorkItem, models.PROTECT, verbose_name="办理事项", null=True, related_name="deadline")
    name = models.CharField("时限", max_length=80)
    workdays = models.PositiveSmallIntegerField("工作日", null=True)
    source = models.CharField("依据", max_length=200, blank=True)
    began_on = models.DateField("起算日")
    due = models.DateField("到期日")
    provisional = models.BooleanField("暂定", default=False)
    met_on = models.DateField("办结日", null=True)
    dropped_on = models.DateField("停止日", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "时限"
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["case"], name="deadline_running", condition=Q(met_on=None, dropped_on=None)),
        ]


class Pause(ProtectedModel):
    """From `since` to `until` the case's clocks stand still: an outside body holds it, or the unit corrects it."""

    class Reason(models.TextChoices):
        OUTSIDE = "outside", gettext_lazy("外部办理")
        SUPPLEMENT = "supplement", gettext_lazy("补正")

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="办件", related_name="pauses")
    reason = models.CharField("原因", max_length=10, choices=Reason)
    holder = models.CharField("在谁那里", max_length=80)
    outside_number = models.CharField("外部编号", max_length=80, blank=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "暂停"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "reason"], condition=Q(until=None), name="one_running_pause_a_reason"
            )
        ]


class Timer(ProtectedModel):
    """A timer of the process that runs: when its day has come, `actions.fire_timers` moves the case."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="办件", related_name="timers")
    timer = models.CharField("计时", max_length=40, help_text="The BPMN id of the event.")
    began_on = models.DateField("起算日")
    due = models.DateField("到时日")
    closed_on = models.DateField("停止日", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "计时"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "timer"], condition=Q(closed_on=None), name="one_running_timer_a_name"
            )
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["due"], name="timer_running", condition=Q(closed_on=None)),
        ]
