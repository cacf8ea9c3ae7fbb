"""What is owed after a trip, each with its own due day; who was reminded of it; and what clears it otherwise."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Traveller, Unit
from waiban.domains.outbound.models.documents import TravelDocument
from waiban.domains.outbound.models.trips import Trip


class Debt(ProtectedModel):
    """One thing owed: a document to hand in, a report, a post-trip notice, a settlement.

    `key` tells debts of one kind and trip apart. The due day comes from the law in force (`rule`), the earliest of
    its levels; `ended_on` is the day on which the thing itself was done.
    """

    class Kind(models.TextChoices):
        DOCUMENTS = "documents", gettext_lazy("证照上交")
        REPORT = "report", gettext_lazy("出访报告")
        POST_NOTICE = "post_notice", gettext_lazy("事后公示")
        SETTLEMENT = "settlement", gettext_lazy("报销核销")

    class Ended(models.TextChoices):
        DONE = "done", gettext_lazy("已办")
        EXPLAINED = "explained", gettext_lazy("已说明")
        DROPPED = "dropped", gettext_lazy("不再须办")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="debts")
    owing_unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="欠办单位", related_name="+")
    owing_traveller = models.ForeignKey(Traveller, models.PROTECT, verbose_name="出访人员", related_name="+", null=True)
    kind = models.CharField("事项", max_length=12, choices=Kind)
    key = models.CharField("对象", max_length=64, blank=True)
    document = models.ForeignKey(TravelDocument, models.PROTECT, verbose_name="因公证照", related_name="+", null=True)
    came_back = models.DateField("返回日期")
    due_on = models.DateField("到期日")
    rule = models.CharField("规则", max_length=80, blank=True)
    ended_on = models.DateField("办结日期", null=True)
    ended = models.CharField("办结方式", max_length=10, choices=Ended, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "返回后未办事项"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["trip", "kind", "key"], name="each_debt_once"),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended="") | Q(ended_on__isnull=False, ended__gt=""),
                name="an_ended_debt_says_how",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["due_on", "id"], condition=Q(ended_on=None), name="open_debt_by_due_day"),
            models.Index(fields=["owing_unit", "due_on"], condition=Q(ended_on=None), name="open_debt_by_unit"),
        ]


class DebtReminder(ProtectedModel):
    """A reminder that went out: once a debt and offset, whoever runs the job and however often."""

    debt = models.ForeignKey(Debt, models.CASCADE, verbose_name="返回后未办事项", related_name="reminders")
    offset = models.SmallIntegerField("距到期天数", help_text="Days from the due day: -3, 0, 7, 15, 30.")
    sent_on = models.DateField("提醒日期")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "催办提醒"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["debt", "offset"], name="one_reminder_an_offset")
        ]


class Explanation(ProtectedModel):
    """Delay or loss explained by the unit with proof, and what the office said to it."""

    class Answer(models.TextChoices):
        OPEN = "open", gettext_lazy("待核")
        ACCEPTED = "accepted", gettext_lazy("认可")
        REFUSED = "refused", gettext_lazy("不认可")

    debt = models.ForeignKey(
        Debt, models.PROTECT, verbose_name="返回后未办事项", related_name="explanations", null=True
    )
    document = models.ForeignKey(
        TravelDocument, models.PROTECT, verbose_name="因公证照", related_name="explanations", null=True
    )
    words = models.CharField("情况说明", max_length=600)
    proof = models.ForeignKey("files.StoredFile", models.PROTECT, verbose_name="证明材料", related_name="+")
    given_on = models.DateField("说明日期")
    given_by_post_id = models.UUIDField("说明岗位", null=True)
    answer = models.CharField("核对结果", max_length=10, choices=Answer, default=Answer.OPEN)
    answer_words = models.CharField("核对意见", max_length=400, blank=True)
    answered_on = models.DateField("核对日期", null=True)
    answered_by_post_id = models.UUIDField("核对岗位", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "情况说明"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(debt__isnull=False) | Q(document__isnull=False), name="an_explanation_is_of_something"
            ),
            models.CheckConstraint(
                condition=Q(answer="open", answered_on=None) | Q(answered_on__isnull=False) & ~Q(answer="open"),
                name="an_answered_explanation_has_its_day",
            ),
        ]


class Suspension(ProtectedModel):
    """暂停受理: no new trip is taken from a unit. Only under the office's own article; the office head lifts it."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    suspended_unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="暂停受理的单位", related_name="+")
    article = models.CharField("依据", max_length=200)
    reason = models.CharField("事由", max_length=400)
    since = models.DateField("起")
    by_post_id = models.UUIDField("经手岗位", null=True)
    lifted_on = models.DateField("恢复日期", null=True)
    lift_reason = models.CharField("恢复理由", max_length=400, blank=True)
    lifted_by_post_id = models.UUIDField("恢复岗位", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "暂停受理"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["suspended_unit"], condition=Q(lifted_on=None), name="one_suspension_a_unit"
            ),
            models.CheckConstraint(condition=Q(article__gt="", reason__gt=""), name="a_suspension_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_on=None) | Q(lift_reason__gt=""), name="lifting_a_suspension_says_why"
            ),
        ]
