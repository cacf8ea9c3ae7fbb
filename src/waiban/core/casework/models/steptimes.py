"""How long an office's own steps took, measured nightly: what a planner counts back with."""

from typing import Any, ClassVar

from django.db import models

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class StepTime(ProtectedModel):
    """In working days from the day an item came to a desk to the day it left it, without the days that it was paused.

    Every post of the office reads it: it says how long a step takes, and nothing of any case.
    """

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    process = models.CharField("流程", max_length=40)
    step = models.CharField("环节", max_length=40)
    closed = models.PositiveIntegerField("已办结次数")
    p50 = models.PositiveSmallIntegerField("半数以内(工作日)")
    p90 = models.PositiveSmallIntegerField("九成以内(工作日)")
    measured_on = models.DateField("统计日")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "环节用时"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "process", "step"], name="one_time_a_step")
        ]
