"""Offices and their settings. A setting is a versioned row with who, when and why; never code."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from waiban.core.access.models import ProtectedModel
from waiban.kernel.ids import uuid7


class Office(models.Model):
    """A foreign-affairs office of one city; a province may host many in one deployment.

    Outside row security: its name and zone are printed on every page and paper.
    """

    id = models.UUIDField("编号", primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField("短名", unique=True)
    name = models.CharField("名称", max_length=60)
    name_en = models.CharField("英文名称", max_length=120)
    short_name = models.CharField("简称", max_length=20, help_text="Used in numbers, e.g. 云外.")
    city = models.CharField("城市", max_length=40)
    city_en = models.CharField("城市英文名", max_length=60)
    law_path = models.CharField(
        "适用规则", max_length=120, help_text="Folder of the overlay, e.g. cn/shandong/yunting."
    )
    time_zone = models.CharField("时区", max_length=40, default="Asia/Shanghai")
    telephone = models.CharField("值班电话", max_length=40, blank=True)
    notice = models.CharField("登录页通知", max_length=200, blank=True)
    practice = models.BooleanField("练习区", default=False, help_text="Nothing leaves it, and no figure counts it.")
    practice_of = models.OneToOneField(
        "self", models.PROTECT, verbose_name="所属外办", null=True, related_name="practice_area"
    )

    class Meta:
        verbose_name = verbose_name_plural = "外办"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(practice=True, practice_of__isnull=False) | Q(practice=False, practice_of=None),
                name="a_practice_area_has_its_office",
            )
        ]

    def __str__(self) -> str:
        return self.name


class OfficeSetting(ProtectedModel):
    """One value of one setting from one moment on; the newest version in force is the value."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    key = models.CharField("设置项", max_length=80)
    version = models.PositiveIntegerField("版本")
    value = models.JSONField("值", null=True)
    reason = models.CharField("理由", max_length=400)
    set_by_post_id = models.UUIDField("设置岗位", null=True)
    set_by_account_id = models.UUIDField("设置人", null=True)
    set_at = models.DateTimeField("设置时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "设置"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "key", "version"], name="one_version_each")
        ]


def own_task_approval() -> list[str]:
    """What a grant gave before it had to say so."""
    return ["task_approval"]


class Grant(ProtectedModel):
    """A higher body's written grant of approval authority (readings §9). Without one the city approves nothing."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    number = models.CharField("文号", max_length=60)
    by = models.CharField("授权机关", max_length=80)
    granted_on = models.DateField("发文日期")
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    ranks = ArrayField(models.CharField(max_length=24), verbose_name="职务层次")
    channels = ArrayField(models.CharField(max_length=16), verbose_name="出行渠道")
    kinds = ArrayField(
        models.CharField(max_length=24), verbose_name="任务种类", default=list, help_text="Empty: every kind of trip."
    )
    documents = ArrayField(
        models.CharField(max_length=16),
        verbose_name="可出的批件",
        default=own_task_approval,
        help_text="task_approval, confirmation, task_notice: each is drawn only under a grant of its kind.",
    )
    scan_id = models.UUIDField("扫描件", null=True)
    ended_on = models.DateField("收回日期", null=True, help_text="The first day on which it no longer holds.")
    ended_why = models.CharField("收回理由", max_length=200, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "授权文件"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "number"], name="one_grant_a_number"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="grant_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.number
