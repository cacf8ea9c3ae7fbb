"""A trip and what was typed for it.

The dossier is kept whole, in the exchange format, and everything that judges or prints
reads it; the columns beside it are its searchable projection, written by the same action
that writes the dossier and by nothing else (docs/adr/0004).
"""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Unit


class Trip(ProtectedModel):
    class State(models.TextChoices):
        """Where the trip stands for a list; the desk that holds it is the case's to say."""

        DRAFT = "draft", gettext_lazy("草稿")
        IN_UNIT = "in_unit", gettext_lazy("单位办理")
        SUBMITTED = "submitted", gettext_lazy("已申报")
        CORRECTION = "correction", gettext_lazy("待补正")
        IN_REVIEW = "in_review", gettext_lazy("外办审核")
        IN_APPROVAL = "in_approval", gettext_lazy("审批")
        FORWARDED = "forwarded", gettext_lazy("已报省")
        APPROVED = "approved", gettext_lazy("已批准")
        REFUSED = "refused", gettext_lazy("不同意")
        WITHDRAWN = "withdrawn", gettext_lazy("已撤回")
        AWAY = "away", gettext_lazy("在外")
        RETURNED = "returned", gettext_lazy("已返回")
        CLOSED = "closed", gettext_lazy("已结案")

    class Channel(models.TextChoices):
        """Derived from the stops; never 国 of Hong Kong, Macao or Taiwan."""

        FOREIGN = "foreign", gettext_lazy("国外")
        HK_MACAO = "hk_macao", gettext_lazy("港澳")
        MIXED = "mixed", gettext_lazy("国外和港澳")
        TAIWAN = "taiwan", gettext_lazy("台湾")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="组团单位", related_name="+")
    case = models.OneToOneField("casework.Case", models.PROTECT, verbose_name="办件", related_name="+", null=True)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("案号", help_text="Running number of the office in the year of the draft.")
    created_by_post_id = models.UUIDField("起草岗位")

    dossier = models.JSONField(
        "案卷", default=dict, help_text="The trip so far, as waiban/trip/1 without its required keys."
    )
    unread = models.JSONField(
        "未读懂的填写", default=dict, help_text="JSON Pointer to text typed but not understood; nothing typed is lost."
    )
    recheck = ArrayField(models.CharField(max_length=24), verbose_name="须重新核对", default=list)
    editable = models.BooleanField("单位可改", default=True)
    revision = models.PositiveIntegerField("修改号", default=1)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    title = models.CharField("团组名称", max_length=200, blank=True)
    kind = models.CharField("出访类别", max_length=32, blank=True)
    channel = models.CharField("出行渠道", max_length=8, choices=Channel, default=Channel.FOREIGN)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    depart = models.DateField("离境日期", null=True)
    return_on = models.DateField("入境", null=True)
    countries = ArrayField(models.CharField(max_length=2), verbose_name="国家和地区", default=list)
    inviters = ArrayField(models.CharField(max_length=200), verbose_name="邀请方", default=list)
    head_count = models.PositiveSmallIntegerField("人数", default=0)
    total_cny = models.DecimalField("经费合计", max_digits=14, decimal_places=2, null=True)
    imported = models.BooleanField(
        "历史导入", default=False, help_text="An ended trip of former years: history and statistics, no desk's work."
    )
    outside_number = models.CharField("外部编号", max_length=80, blank=True)
    request_number = models.CharField(
        "单位请示文号",
        max_length=80,
        blank=True,
        help_text="Of a case taken over from paper: its request lies in the office.",
    )
    import_key = models.CharField("导入键", max_length=120, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "因公临时出国(境)"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "year", "number"], name="one_number_a_trip"),
            models.UniqueConstraint(
                fields=["office", "import_key"], condition=Q(imported=True), name="one_imported_trip_a_key"
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(case__isnull=False)
                | Q(state="withdrawn")
                | Q(imported=True, state="closed"),
                name="a_running_trip_has_a_case",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            # No office in front: which offices a reader sees is row security's to say, and a list has no such condition.
            models.Index(fields=["year", "number"], name="trip_by_number"),
            models.Index(fields=["depart", "id"], name="trip_by_departure"),
            models.Index(F("depart").desc(nulls_last=True), F("id").desc(), name="trip_by_departure_down"),
            models.Index(fields=["state", "year", "number"], name="trip_by_state"),
            models.Index(fields=["unit", "depart"], name="trip_by_unit"),
            GinIndex(fields=["countries"], name="trip_countries"),
            GinIndex(fields=["inviters"], name="trip_inviters"),
        ]

    def __str__(self) -> str:
        return self.title or "未命名团组"


class Remedy(ProtectedModel):
    """A remedy that somebody took: the edits, the values before, who, and whether it was undone."""

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="remedies")
    rule = models.CharField("规则", max_length=80)
    edits = models.JSONField("修改", help_text="RFC 6902")
    undo = models.JSONField("原值", help_text="RFC 6902 edits that give back what was there")
    editable = models.BooleanField("单位可改", default=True)
    revision = models.PositiveIntegerField("采用后的修改号")
    taken_by_post_id = models.UUIDField("采用岗位")
    taken_at = models.DateTimeField("采用时间", auto_now_add=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "采用的改法"
