"""Long work: one row with its progress, the post it is done for, and the file it made."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class Job(ProtectedModel):
    """Runs with the rights that its account has when it runs, not those of the moment it was asked for."""

    class State(models.TextChoices):
        CANCELLED = "cancelled", gettext_lazy("已取消")
        DONE = "done", gettext_lazy("完成")
        FAILED = "failed", gettext_lazy("失败")
        RUNNING = "running", gettext_lazy("进行中")
        WAITING = "waiting", gettext_lazy("等待")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    kind = models.CharField("种类", max_length=60)
    title = models.CharField("名称", max_length=120)
    params = models.JSONField("参数", default=dict)
    account_id = models.UUIDField("账号", null=True)
    post_id = models.UUIDField("岗位", null=True)
    for_post_id = models.UUIDField("代", null=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField("已做", default=0)
    of = models.PositiveIntegerField("共", default=0)
    cancel_wanted = models.BooleanField("要求取消", default=False)
    asked_at = models.DateTimeField("提出时刻", auto_now_add=True)
    started_at = models.DateTimeField("开始时刻", null=True)
    ended_at = models.DateTimeField("结束时刻", null=True)
    fault = models.CharField("原因", max_length=300, blank=True)
    result_file_id = models.UUIDField("结果文件", null=True)
    result_sha256 = models.CharField("结果摘要", max_length=64, blank=True)
    result_name = models.CharField("结果文件名", max_length=200, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "长任务"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"], ended_at=None)
                | models.Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False),
                name="a_job_that_ended_has_its_moment",
            )
        ]
