"""Notices to posts, and the outbox of what still has to leave the house because of them."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class Notice(ProtectedModel):
    """One thing told to one post: what the bell shows. Written in the transaction of the act."""

    anyone_inserts = True  # who acts rarely holds the key of the post that is told

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    post_id = models.UUIDField("岗位")
    event = models.CharField("事项", max_length=80)
    thread = models.UUIDField("会话", help_text="Notices of one case belong together, in the bell and in mail.")
    data = models.JSONField("内容", default=dict)
    url = models.CharField("去处", max_length=200, blank=True)
    told_at = models.DateTimeField("时刻", auto_now_add=True)
    read_at = models.DateTimeField("已读", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "通知"
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["post_id", "-id"], name="notice_unread", condition=models.Q(read_at=None)),
        ]


class Outgoing(ProtectedModel):
    """A notice that still has to leave by one channel. The worker sends it after commit, tries again, gives up."""

    anyone_inserts = True

    class State(models.TextChoices):
        GIVEN_UP = "given_up", gettext_lazy("放弃")
        SENT = "sent", gettext_lazy("已发")
        WAITING = "waiting", gettext_lazy("待发")
        WITHHELD = "withheld", gettext_lazy("练习，不发")

    class Channel(models.TextChoices):
        GROUP = "group", gettext_lazy("工作群")
        MAIL = "mail", gettext_lazy("邮件")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    notice = models.ForeignKey(Notice, models.CASCADE, verbose_name="通知", related_name="outgoing")
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    due_at = models.DateTimeField("何时发")
    sent_at = models.DateTimeField("发出时刻", null=True)
    fault = models.CharField("原因", max_length=200, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "待发通知"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["notice", "channel"], name="one_sending_a_channel")
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["office", "due_at"], name="outgoing_due", condition=models.Q(state="waiting")),
        ]


class WebhookTarget(ProtectedModel):
    """An address of another system that the office's head allowed. It hears ids and states, never a name or a text."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    url = models.URLField("地址", max_length=300)
    name = models.CharField("名称", max_length=80)
    secret = models.BinaryField("签名密钥（密文）")
    private_allowed = models.BooleanField("允许内网地址", default=False)
    made_by_account_id = models.UUIDField("开通人", null=True)
    made_at = models.DateTimeField("开通时间", auto_now_add=True)
    ended_at = models.DateTimeField("停用时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "推送地址"


class WebhookMessage(ProtectedModel):
    """What other systems are to hear of one act, written in its transaction; the worker makes a delivery of it for
    each address that stands.
    """

    anyone_inserts = True  # who acts rarely holds the office's own key

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    event = models.CharField("事件", max_length=60)
    payload = models.JSONField("内容", help_text="Ids, states and days as text; nothing else.")
    made_at = models.DateTimeField("生成时间", auto_now_add=True)
    spread = models.BooleanField("已分发", default=False)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "推送消息"
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["id"], condition=models.Q(spread=False), name="webhook_unspread"),
        ]


class WebhookDelivery(ProtectedModel):
    """One message to one address: when it is due, how often it was tried, what the other side said."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("待发")
        SENT = "sent", gettext_lazy("已送达")
        GIVEN_UP = "given_up", gettext_lazy("放弃")
        WITHHELD = "withheld", gettext_lazy("练习，未发")

    message = models.ForeignKey(WebhookMessage, models.CASCADE, verbose_name="推送消息", related_name="deliveries")
    target = models.ForeignKey(WebhookTarget, models.CASCADE, verbose_name="推送地址", related_name="deliveries")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("应发时间")
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    answer = models.CharField("对方答复", max_length=200, blank=True)
    sent_at = models.DateTimeField("送达时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "推送记录"
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="webhook_due"),
        ]
