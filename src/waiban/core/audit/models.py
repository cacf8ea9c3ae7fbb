"""The register of everything done. An event row is written once and never touched."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy

from waiban.kernel.ids import uuid7


class Event(models.Model):
    """One thing done, refused or read.

    Holds ids of offices, accounts and posts without foreign keys: the register outlives
    what it speaks of. `data` holds ids, dates, words of decisions and salted digests,
    never a name, an identity number or a document.
    """

    class Kind(models.TextChoices):
        ACTION = "action", gettext_lazy("办理")
        READ = "read", gettext_lazy("查看")
        REFUSAL = "refusal", gettext_lazy("拒绝")

    id = models.UUIDField("编号", primary_key=True, default=uuid7, editable=False)
    office_id = models.UUIDField("外办", null=True)
    kind = models.CharField("种类", max_length=8, choices=Kind)
    name = models.CharField("事项", max_length=80, help_text="subject.verb, e.g. trip.submit")
    principal = models.CharField("身份种类", max_length=8)
    account_id = models.UUIDField("账号", null=True)
    post_id = models.UUIDField("岗位", null=True)
    for_post_id = models.UUIDField("代", null=True, help_text="The post that a substitute acted for.")
    subject_kind = models.CharField("对象种类", max_length=40)
    subject_id = models.UUIDField("对象", null=True)
    case_id = models.UUIDField("办件", null=True)
    happened_on = models.DateField("发生日")
    recorded_at = models.DateTimeField("记录时刻")
    data = models.JSONField("内容", default=dict)
    readers = ArrayField(models.IntegerField(), verbose_name="可见范围", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "登记"
        indexes: ClassVar = [
            models.Index(fields=["office_id", "id"], name="event_of_office"),
            models.Index(fields=["case_id", "id"], name="event_of_case"),
            models.Index(fields=["subject_id", "id"], name="event_of_subject"),
        ]


class Seal(models.Model):
    """The place of one event in its office's chain. Written by the sealer, never changed.

    `office_id` is all zeros for what belongs to no office (a sign-in that names nobody).
    """

    event_id = models.UUIDField("登记", primary_key=True)
    office_id = models.UUIDField("外办")
    number = models.BigIntegerField("序号")
    content = models.CharField("内容摘要", max_length=64)
    digest = models.CharField("链上摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "封存"
        constraints: ClassVar = [models.UniqueConstraint(fields=["office_id", "number"], name="one_place_in_the_chain")]


class SealHead(models.Model):
    """A signed count and end of a chain, one a batch."""

    id = models.UUIDField("编号", primary_key=True, default=uuid7, editable=False)
    office_id = models.UUIDField("外办")
    count = models.BigIntegerField("条数")
    digest = models.CharField("末条摘要", max_length=64)
    sealed_at = models.DateTimeField("封存时刻")
    key = models.CharField("公钥指纹", max_length=32)
    signature = models.CharField("签名", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "封存签名"
        constraints: ClassVar = [models.UniqueConstraint(fields=["office_id", "count"], name="one_head_a_count")]
