"""Processes as they were published. A row is never edited: a change is the next release."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class ProcessRelease(ProtectedModel):
    """One proved BPMN text. Cases point to the release under which they were opened, and keep it.

    `origin` is `shared` for what files seed, `office` for an office's own order of steps;
    `base` is the release that this one changes, whose required desks it can't drop.
    """

    class Origin(models.TextChoices):
        OFFICE = "office", gettext_lazy("本办")
        SHARED = "shared", gettext_lazy("通用")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    process = models.CharField("流程", max_length=40)
    number = models.PositiveIntegerField("版次")
    name = models.CharField("名称", max_length=80)
    origin = models.CharField("来源", max_length=8, choices=Origin)
    base = models.ForeignKey("self", models.PROTECT, verbose_name="改自", null=True, related_name="+")
    bpmn = models.TextField("BPMN")
    sha256 = models.CharField("摘要", max_length=64)
    report = models.JSONField("检查报告")
    reason = models.CharField("理由", max_length=400)
    published_by_post_id = models.UUIDField("发布岗位", null=True)
    published_at = models.DateTimeField("发布时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "流程版本"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "process", "number"], name="one_number_a_process")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"
