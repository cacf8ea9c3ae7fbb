"""The money of a trip: what its budget was built from, what was drawn beforehand, and what it came to."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.domains.outbound.models.trips import Trip


class BudgetBuild(ProtectedModel):
    """The budget lines as the itinerary gave them last, by the line's key (`budgeting.key_of`).

    A line of the dossier that still says the same is untouched and follows the itinerary; one that differs was
    changed by a person and stays.
    """

    trip = models.OneToOneField(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="budget_build")
    lines = models.JSONField("按行程所列", default=dict)
    law_day = models.DateField("标准所依日期")
    built_at = models.DateTimeField("生成时间", auto_now=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "按行程生成的预算"


class Advance(ProtectedModel):
    """Money or foreign exchange drawn before the trip; a return of what was left is drawn with a negative amount."""

    class Kind(models.TextChoices):
        ADVANCE = "advance", gettext_lazy("预借款")
        EXCHANGE = "exchange", gettext_lazy("购汇")

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="advances")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    currency = models.CharField("币种", max_length=3)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    rate_to_cny = models.DecimalField("汇率", max_digits=14, decimal_places=6, null=True)
    drawn_on = models.DateField("支取日期")
    drawn_by = models.CharField("支取人", max_length=60, blank=True)
    voucher = models.CharField("凭证号", max_length=60, blank=True)
    recorded_by_post_id = models.UUIDField("登记岗位", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    removed_at = models.DateTimeField("撤销时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "预借和购汇"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(amount=0), name="an_advance_is_of_something"),
            models.CheckConstraint(
                condition=Q(currency="CNY", rate_to_cny=None) | ~Q(currency="CNY"), name="a_rate_is_of_foreign_money"
            ),
        ]


class Settlement(ProtectedModel):
    """决算: what the trip cost, line by line as in the exchange format, with who goes in which line and who pays.

    The unit writes it, its finance confirms it; once confirmed it isn't changed. `refused_cny` is what can't be
    reimbursed, computed from the rules when it is handed in and fixed then (`findings`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("草稿")
        HANDED_IN = "handed_in", gettext_lazy("待财务核定")
        CONFIRMED = "confirmed", gettext_lazy("已核定")

    trip = models.OneToOneField(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="settlement")
    case = models.OneToOneField("casework.Case", models.PROTECT, verbose_name="办件", related_name="+", null=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    lines = models.JSONField("决算项目", default=list)
    rates = models.JSONField("汇率", default=dict)
    rate_date = models.DateField("汇率日期", null=True)
    rate_source = models.CharField("汇率来源", max_length=120, blank=True)
    paid_on = models.DateField("付款日期", null=True)
    notes = models.CharField("说明", max_length=600, blank=True)
    revision = models.PositiveIntegerField("修改号", default=1)
    total_cny = models.DecimalField("实际合计", max_digits=14, decimal_places=2, null=True)
    refused_cny = models.DecimalField("不予核销", max_digits=14, decimal_places=2, null=True)
    refund_cny = models.DecimalField("应退(负数为应补)", max_digits=14, decimal_places=2, null=True)
    findings = models.JSONField("不予核销事项", default=list)
    handed_in_on = models.DateField("报送日期", null=True)
    confirmed_on = models.DateField("核定日期", null=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "出访决算"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(
                    total_cny__isnull=False,
                    refused_cny__isnull=False,
                    handed_in_on__isnull=False,
                    paid_on__isnull=False,
                ),
                name="a_settlement_handed_in_has_its_sums",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_on__isnull=False),
                name="a_confirmed_settlement_has_its_day",
            ),
        ]
