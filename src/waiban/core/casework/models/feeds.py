"""A post's calendar by subscription: a secret address that shows numbers, steps and days, nothing else."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models import Post


class CalendarFeed(ProtectedModel):
    """The token itself is shown once and stored nowhere; `token_sha256` finds it again."""

    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="+")
    token_sha256 = models.CharField("口令摘要", max_length=64, unique=True)
    made_by_account_id = models.UUIDField("开通人", null=True)
    made_at = models.DateTimeField("开通时间", auto_now_add=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "日历订阅"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["post"], condition=Q(revoked_at=None), name="one_feed_a_post")
        ]
