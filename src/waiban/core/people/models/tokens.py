"""Tokens of programs: a post's stand-in for what its scopes name, and nothing that is a person's to do."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models.posts import Post


class ApiToken(ProtectedModel):
    """The secret is shown once and stored as a digest. It acts at one post and sees what that post sees."""

    class Scope(models.TextChoices):
        CHECK = "check", gettext_lazy("检查案卷")
        PLANS_READ = "plans:read", gettext_lazy("读年度计划")
        STATUS_REPORT = "status:report", gettext_lazy("报外部状态")
        TRIPS_READ = "trips:read", gettext_lazy("读团组")
        TRIPS_WRITE = "trips:write", gettext_lazy("写草稿")
        TRIPS_SUBMIT = "trips:submit", gettext_lazy("发起和报送")

    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="+")
    name = models.CharField("名称", max_length=80)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope), verbose_name="权限范围")
    token_sha256 = models.CharField("口令摘要", max_length=64, unique=True)
    hint = models.CharField("口令开头", max_length=12, help_text="Its first signs, by which its holder tells it apart.")
    expires_on = models.DateField("到期日")
    made_by_account_id = models.UUIDField("开通人", null=True)
    made_at = models.DateTimeField("开通时间", auto_now_add=True)
    last_used_on = models.DateField("最近使用", null=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "接口口令"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="a_token_is_for_something")
        ]


class ApiAnswer(ProtectedModel):
    """What a request with an idempotency key was answered, so that the same request again is answered alike."""

    token = models.ForeignKey(ApiToken, models.CASCADE, verbose_name="接口口令", related_name="+")
    key = models.CharField("幂等键", max_length=80)
    request_sha256 = models.CharField("请求摘要", max_length=64)
    status = models.PositiveSmallIntegerField("状态码")
    body = models.JSONField("答复")
    headers = models.JSONField("答复头", default=dict)
    made_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "接口答复"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_a_key")]
