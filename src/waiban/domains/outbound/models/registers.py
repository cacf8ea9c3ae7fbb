"""用印 and 领取: who stamped which paper how often, and who took which original away. Added to, never changed."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.domains.outbound.models.trips import Trip


class PaperHandling(ProtectedModel):
    """One act on one paper. A paper of ours is named by its id; another by what it is called and its number."""

    class Act(models.TextChoices):
        STAMP = "stamp", gettext_lazy("用印")
        COLLECT = "collect", gettext_lazy("领取")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    trip = models.ForeignKey(Trip, models.PROTECT, verbose_name="因公临时出国(境)", related_name="handlings")
    act = models.CharField("事项", max_length=8, choices=Act)
    paper_id = models.UUIDField("公文", null=True)
    what = models.CharField("件名", max_length=120)
    number = models.CharField("文号", max_length=80, blank=True)
    copies = models.PositiveSmallIntegerField("份数")
    person = models.CharField("用印人或领取人", max_length=60)
    happened_on = models.DateField("日期")
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_by_post_id = models.UUIDField("登记岗位", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "用印和领取"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(copies__gte=1, copies__lte=99), name="copies_are_a_few")
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["office", "-happened_on", "-id"], name="handling_by_day"),
        ]
