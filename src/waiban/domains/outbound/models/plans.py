"""The year's plan (年度出访计划) with its versions, and the ledger of trip quota (控制数) that it opens.

A unit's plan lists what it wants; the office's plan of the year allots quota to units and takes the units'
plans in force. `QuotaEntry` is the ledger and never changes; `Quota` holds its sums, written by a trigger on
the ledger alone, so that a check constraint can refuse what would go below zero (docs/adr/0008).
"""

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Unit
from waiban.domains.outbound.models.trips import Trip

EVERY_RANK = ""
"""A quota row without a rank: what holds for every rank that has no row of its own."""


class AnnualPlan(ProtectedModel):
    """One version of a unit's plan of a year; `whole_office` marks the office's own, which allots quota."""

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("草稿")
        IN_UNIT = "in_unit", gettext_lazy("单位办理")
        AT_OFFICE = "at_office", gettext_lazy("外办平衡")
        ADOPTED = "adopted", gettext_lazy("已列入，待审批")
        IN_APPROVAL = "in_approval", gettext_lazy("审批")
        APPROVED = "approved", gettext_lazy("已批准")
        REPLACED = "replaced", gettext_lazy("已换新版")
        REFUSED = "refused", gettext_lazy("不同意")
        WITHDRAWN = "withdrawn", gettext_lazy("已撤回")

    WORKED_ON = ("draft", "in_unit", "at_office", "adopted", "in_approval")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    whole_office = models.BooleanField("全市计划", default=False)
    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    case = models.OneToOneField("casework.Case", models.PROTECT, verbose_name="办件", related_name="+", null=True)
    revision = models.PositiveIntegerField("修改号", default=1)
    remarks = models.CharField("说明", max_length=400, blank=True)
    basis_number = models.CharField("控制数文号", max_length=80, blank=True)
    basis_on = models.DateField("控制数文件日期", null=True)
    created_by_post_id = models.UUIDField("编制岗位")
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    approved_on = models.DateField("批准日期", null=True)
    filed_number = models.CharField("报备文号", max_length=80, blank=True)
    filed_on = models.DateField("报备日期", null=True)
    filed_to = models.CharField("报送机关", max_length=80, blank=True)
    filed_scan = models.ForeignKey(
        "files.StoredFile", models.PROTECT, verbose_name="报备扫描件", related_name="+", null=True
    )

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "年度出访计划"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["unit", "year", "whole_office", "version"], name="one_plan_a_version"),
            models.UniqueConstraint(
                fields=["unit", "year", "whole_office"], condition=Q(state="approved"), name="one_plan_in_force_a_year"
            ),
            models.UniqueConstraint(
                fields=["unit", "year", "whole_office"],
                condition=Q(state__in=["draft", "in_unit", "at_office", "adopted", "in_approval"]),
                name="one_plan_at_work_a_year",
            ),
            models.CheckConstraint(
                condition=Q(filed_number="", filed_on=None) | (~Q(filed_number="") & Q(filed_on__isnull=False)),
                name="a_filed_plan_has_number_and_day",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["year", "unit", "version"], name="plan_by_year"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"


class PlanItem(ProtectedModel):
    """One trip that is planned. `key` is the same in every version of the plan; `number` is what people cite."""

    class Kind(models.TextChoices):
        OWN = "own", gettext_lazy("自行组团")
        JOINED = "joined", gettext_lazy("参加其他团组")
        TEACHING_RESEARCH = "teaching_research", gettext_lazy("教学科研（只列不计）")

    class State(models.TextChoices):
        PLANNED = "planned", gettext_lazy("未申报")
        TAKEN = "taken", gettext_lazy("已申报")
        REPLACED = "replaced", gettext_lazy("已被计划外团组替换")
        DROPPED = "dropped", gettext_lazy("已取消")

    plan = models.ForeignKey(AnnualPlan, models.CASCADE, verbose_name="年度出访计划", related_name="items")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    key = models.UUIDField("项目", default=uuid.uuid4, editable=False)
    number = models.PositiveSmallIntegerField("项号")
    kind = models.CharField("种类", max_length=20, choices=Kind, default=Kind.OWN)
    title = models.CharField("团组名称", max_length=200)
    leader_rank = models.CharField("团长级别", max_length=16, blank=True)
    month = models.PositiveSmallIntegerField("月份", null=True)
    countries = ArrayField(models.CharField(max_length=2), verbose_name="国家和地区", default=list)
    head_count = models.PositiveSmallIntegerField("人数", null=True)
    total_cny = models.DecimalField("经费合计", max_digits=14, decimal_places=2, null=True)
    purpose = models.CharField("任务", max_length=400, blank=True)
    invited_by = models.CharField("邀请单位", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    trip = models.ForeignKey(Trip, models.PROTECT, verbose_name="因公临时出国(境)", related_name="+", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "计划项目"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_number_a_plan_item"),
            models.UniqueConstraint(fields=["plan", "key"], name="one_key_a_plan_item"),
            models.CheckConstraint(
                condition=Q(month=None) | Q(month__gte=1, month__lte=12), name="a_month_is_one_of_twelve"
            ),
            models.CheckConstraint(
                condition=Q(trip=None, state__in=["planned", "dropped"])
                | Q(trip__isnull=False, state__in=["taken", "replaced"]),
                name="a_taken_item_has_its_trip",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["year", "month", "id"], name="plan_item_by_month"),
            models.Index(fields=["trip"], name="plan_item_by_trip"),
        ]

    def __str__(self) -> str:
        return self.title


class Allotment(ProtectedModel):
    """What a version of the office's plan means to give a unit; counted only once the plan is approved."""

    plan = models.ForeignKey(AnnualPlan, models.CASCADE, verbose_name="年度出访计划", related_name="allotments")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    rank = models.CharField("职务层次", max_length=16, blank=True, help_text="Empty: every rank without a row.")
    groups = models.PositiveSmallIntegerField("团组数")
    people = models.PositiveSmallIntegerField("人次", null=True, help_text="Empty: not limited.")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "拟分配控制数"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["plan", "unit", "rank"], name="one_allotment_a_unit_and_rank")
        ]


class Quota(ProtectedModel):
    """The sums of one unit, year and rank, and the row that submissions lock. Written by the ledger's trigger."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    rank = models.CharField("职务层次", max_length=16, blank=True)
    groups_allotted = models.IntegerField("分配团组数", default=0)
    groups_reserved = models.IntegerField("预占团组数", default=0)
    groups_used = models.IntegerField("已用团组数", default=0)
    people_allotted = models.IntegerField("分配人次", default=0)
    people_reserved = models.IntegerField("预占人次", default=0)
    people_used = models.IntegerField("已用人次", default=0)
    people_limited = models.BooleanField("人次限量", default=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "控制数"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["unit", "year", "rank"], name="one_quota_a_unit_year_and_rank"),
            models.CheckConstraint(
                condition=Q(groups_reserved__gte=0, groups_used__gte=0, people_reserved__gte=0, people_used__gte=0),
                name="quota_taken_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(groups_allotted__gte=F("groups_reserved") + F("groups_used")),
                name="groups_stay_within_quota",
            ),
            models.CheckConstraint(
                condition=Q(people_limited=False) | Q(people_allotted__gte=F("people_reserved") + F("people_used")),
                name="people_stay_within_quota",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["office", "year"], name="quota_by_year"),
        ]


class QuotaEntry(ProtectedModel):
    """One line of the ledger, never changed. Taken = reserved − freed; `used` moves what was reserved to used.

    `groups` and `people` are positive, but for an allotment, which may take back. `cause` says which act it was.
    """

    class Kind(models.TextChoices):
        ALLOTTED = "allotted", gettext_lazy("分配")
        RESERVED = "reserved", gettext_lazy("预占")
        USED = "used", gettext_lazy("占用")
        FREED = "freed", gettext_lazy("释放")

    class Cause(models.TextChoices):
        PLAN = "plan", gettext_lazy("计划批准")
        SUBMITTED = "submitted", gettext_lazy("申报")
        APPROVED = "approved", gettext_lazy("批准")
        REFUSED = "refused", gettext_lazy("不同意")
        WITHDRAWN = "withdrawn", gettext_lazy("撤回")
        CANCELLED = "cancelled", gettext_lazy("撤团")
        MEMBERS = "members", gettext_lazy("减员")
        CHANGED = "changed", gettext_lazy("变更")
        YEAR = "year", gettext_lazy("改到另一年度")

    quota = models.ForeignKey(Quota, models.PROTECT, verbose_name="控制数", related_name="entries")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    freed_from = models.CharField("释放自", max_length=8, blank=True, help_text="reserved or used")
    groups = models.IntegerField("团组数", default=0)
    people = models.IntegerField("人次", default=0)
    cause = models.CharField("事由", max_length=12, choices=Cause)
    trip = models.ForeignKey(Trip, models.PROTECT, verbose_name="因公临时出国(境)", related_name="+", null=True)
    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度出访计划", related_name="+", null=True)
    decision_id = models.UUIDField("决定", null=True)
    change_id = models.UUIDField("变更", null=True)
    document = models.CharField("文号", max_length=80, blank=True)
    happened_on = models.DateField("日期")
    recorded_at = models.DateTimeField("记账时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "控制数台账"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(kind="freed", freed_from__in=["reserved", "used"]) | (~Q(kind="freed") & Q(freed_from="")),
                name="freed_says_from_what",
            ),
            models.CheckConstraint(
                condition=Q(kind="allotted", plan__isnull=False, trip=None)
                | (~Q(kind="allotted") & Q(trip__isnull=False, groups__gte=0, people__gte=0)),
                name="a_quota_entry_has_its_cause",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["trip"], name="quota_entry_by_trip"),
        ]
