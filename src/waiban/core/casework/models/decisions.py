"""What a post decided, in which words, knowing what. Never changed, never merged."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.casework.models.cases import Case
from waiban.core.casework.models.items import WorkItem
from waiban.core.files.models import StoredFile
from waiban.core.people.models import Account, Post


class PaperEntry(ProtectedModel):
    """Words on paper typed in by one person and confirmed by a second; until then nothing is decided."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", gettext_lazy("已复核")
        PENDING = "pending", gettext_lazy("待复核")
        REJECTED = "rejected", gettext_lazy("退录")

    item = models.ForeignKey(WorkItem, models.PROTECT, verbose_name="办理事项", related_name="paper_entries")
    written_on = models.DateField("批示日期")
    words = models.TextField("原话")
    counts_as = models.CharField("算作", max_length=16)
    target = models.CharField("退回到", max_length=40, blank=True)
    members = models.JSONField("逐人", default=list)
    scan = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="扫描件", related_name="+", null=True)
    taken_over = models.BooleanField(
        "接续录入", default=False, help_text="Of a case that began before the platform; its papers lie in the office."
    )
    recorded_by = models.ForeignKey(Account, models.PROTECT, verbose_name="录入人", related_name="+")
    recorded_by_post = models.ForeignKey(Post, models.PROTECT, verbose_name="录入岗位", related_name="+")
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    checked_by = models.ForeignKey(Account, models.PROTECT, verbose_name="复核人", related_name="+", null=True)
    checked_at = models.DateTimeField("复核时间", null=True)
    note = models.CharField("退录理由", max_length=200, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "纸质批示录入"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["item"], condition=Q(state="pending"), name="one_pending_paper_an_item"),
            models.CheckConstraint(
                condition=Q(scan__isnull=False) | Q(taken_over=True), name="a_paper_entry_has_its_scan"
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=models.F("recorded_by")), name="a_second_person_confirms"
            ),
        ]


class Decision(ProtectedModel):
    """One post's decision on one step in one round. `known` is what lay before it: findings and the law's hash."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="办件", related_name="decisions")
    item = models.OneToOneField(WorkItem, models.PROTECT, verbose_name="办理事项", related_name="decision")
    nature = models.CharField("性质", max_length=10, choices=WorkItem.Nature)
    step = models.CharField("环节", max_length=40)
    entry = models.CharField("会签对象", max_length=40, blank=True)
    round = models.PositiveIntegerField("轮次")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="+")
    version = models.PositiveIntegerField("案卷版本")
    outcome = models.CharField("结论", max_length=16)
    opinion = models.TextField("意见", blank=True)
    target = models.CharField("退回到", max_length=40, blank=True)
    resumed = models.BooleanField("直送", default=False)
    known = models.JSONField("当时所见", default=dict)
    policy = models.CharField("依据的权限", max_length=40, help_text="The permission under which it was given.")
    account = models.ForeignKey(Account, models.PROTECT, verbose_name="办理人", related_name="+")
    own_post_id = models.UUIDField("办理人岗位", null=True)
    standing_in = models.BooleanField("代", default=False)
    paper = models.OneToOneField(
        PaperEntry, models.PROTECT, verbose_name="纸质批示", null=True, related_name="decision"
    )
    happened_on = models.DateField("日期")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "决定"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "step", "entry", "round", "post"],
                condition=Q(nature="step"),
                name="one_decision_a_post_and_round",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["refuse", "send_back"]) | ~Q(opinion=""), name="a_refusal_has_a_reason"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["case", "id"], name="decision_of_case"),
        ]


class MemberDecision(ProtectedModel):
    """Where a decision differs for one member of the delegation. Members not named follow the decision."""

    decision = models.ForeignKey(Decision, models.PROTECT, verbose_name="决定", related_name="members")
    member = models.CharField("成员", max_length=64, help_text="The id of the member in the dossier.")
    outcome = models.CharField("结论", max_length=16)
    reason = models.TextField("理由", blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "逐人决定"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["decision", "member"], name="one_answer_a_member"),
            models.CheckConstraint(
                condition=~Q(outcome="refuse") | ~Q(reason=""), name="a_member_refused_has_a_reason"
            ),
        ]
