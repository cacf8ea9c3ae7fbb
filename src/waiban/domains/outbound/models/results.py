"""出访报告: what the trip brought, in the parts that every report must have."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from waiban.core.access.models import ProtectedModel
from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.trips import Trip


class TripReport(ProtectedModel):
    """Promises are rows of the partners' room, found by this report's id; `no_promises` says that none was made."""

    trip = models.OneToOneField(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="report")
    done = models.TextField("任务完成情况", blank=True)
    learned = models.TextField("所得所学", blank=True)
    next_steps = models.TextField("后续安排", blank=True)
    money = models.TextField("经费使用说明", blank=True)
    actual_total_cny = models.DecimalField("实际经费合计", max_digits=14, decimal_places=2, null=True)
    no_promises = models.BooleanField("没有承诺事项", null=True)
    promised = models.JSONField("承诺事项草稿", default=list)
    file = models.ForeignKey(Attachment, models.PROTECT, verbose_name="签字的报告", related_name="+", null=True)
    revision = models.PositiveIntegerField("修改号", default=1)
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    filed_on = models.DateField("提交日", null=True)
    filed_by_post_id = models.UUIDField("提交岗位", null=True)
    published_on = models.DateField("单位内公开日", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "出访报告"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(filed_on=None)
                | (~Q(done="") & ~Q(learned="") & Q(actual_total_cny__isnull=False) & Q(no_promises__isnull=False)),
                name="a_filed_report_has_its_core",
            )
        ]
