"""What one post must do now."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.casework.models.cases import Case
from waiban.core.people.models import Account, Post


class WorkItem(ProtectedModel):
    """`step` items follow the process; opinions and supplements are extra and never move a token."""

    class Nature(models.TextChoices):
        OPINION = "opinion", gettext_lazy("征求意见")
        STEP = "step", gettext_lazy("流程环节")
        SUPPLEMENT = "supplement", gettext_lazy("补正")

    class State(models.TextChoices):
        DONE = "done", gettext_lazy("已办")
        OPEN = "open", gettext_lazy("待办")
        PASSED_ON = "passed_on", gettext_lazy("已转办")
        VOIDED = "voided", gettext_lazy("已作废")

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="办件", related_name="items")
    nature = models.CharField("性质", max_length=10, choices=Nature, default=Nature.STEP)
    step = models.CharField("环节", max_length=40)
    entry = models.CharField("会签对象", max_length=40, blank=True)
    kind = models.CharField("环节种类", max_length=12)
    stage = models.CharField("阶段", max_length=24, blank=True)
    verb = models.CharField("要办的事", max_length=60)
    verb_en = models.CharField("英文", max_length=120, blank=True)
    round = models.PositiveIntegerField("轮次")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    opened_on = models.DateField("到岗日")
    workdays = models.PositiveSmallIntegerField("时限(工作日)", null=True)
    due = models.DateField("到期日", null=True)
    claimed_by = models.ForeignKey(Account, models.PROTECT, verbose_name="认领人", related_name="+", null=True)
    claimed_at = models.DateTimeField("认领时间", null=True)
    closed_on = models.DateField("办结日", null=True)
    asked_by = models.ForeignKey("self", models.PROTECT, verbose_name="由谁提出", null=True, related_name="asked")
    question = models.TextField("所问", blank=True)
    defects = models.JSONField("补正事项", default=list)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "办理事项"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "step", "entry", "round"],
                condition=Q(nature="step", state="open"),
                name="one_open_item_a_step",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(nature="supplement", state="open"), name="one_open_supplement_a_case"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None) | (~Q(state="open") & Q(closed_on__isnull=False)),
                name="a_closed_item_has_its_day",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["post", "due", "id"], name="item_todo", condition=Q(state="open")),
            models.Index(fields=["post", "-closed_on", "-id"], name="item_done", condition=Q(state="done")),
            models.Index(fields=["case", "state", "post"], name="item_of_case"),
        ]

    def __str__(self) -> str:
        return self.verb
