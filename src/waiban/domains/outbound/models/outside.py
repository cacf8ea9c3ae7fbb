"""What other systems say of a trip: mirrored as it came, added to, never changed."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.domains.outbound.models.trips import Trip


class OutsideRecord(ProtectedModel):
    """`mapped` is empty for a status that the office's table doesn't know: it is shown as it came.

    The picture of a kind is the record that happened last; an older one that arrives later never moves it back. A
    mirrored approval approves nothing here: it asks the desk to record the paper.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", gettext_lazy("计划")
        FORWARDED = "forwarded", gettext_lazy("报省")
        APPROVAL = "approval", gettext_lazy("批件")
        PASSPORT = "passport", gettext_lazy("护照")
        VISA_BATCH = "visa_batch", gettext_lazy("签证批次")

    class Mapped(models.TextChoices):
        RECEIVED = "received", gettext_lazy("已收件")
        RUNNING = "running", gettext_lazy("办理中")
        MORE_ASKED = "more_asked", gettext_lazy("要求补充")
        APPROVED = "approved", gettext_lazy("已批准")
        REFUSED = "refused", gettext_lazy("未批准")
        DONE = "done", gettext_lazy("已办结")

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="outside_records")
    system = models.CharField("系统", max_length=60)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    number = models.CharField("外部编号", max_length=80, blank=True)
    raw = models.CharField("原状态", max_length=120)
    mapped = models.CharField("对应状态", max_length=10, choices=Mapped, blank=True)
    happened_on = models.DateField("发生日期")
    seen_at = models.DateTimeField("看到时间", auto_now_add=True)
    source = models.CharField("来源", max_length=120)
    recorded_by_post_id = models.UUIDField("登记岗位", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "外部状态"
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["trip", "kind", "-happened_on", "-seen_at"], name="outside_picture"),
        ]
