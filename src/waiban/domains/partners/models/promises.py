"""承诺事项: what was promised, by whom, by when, and what came of it."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Post, Unit


class Promise(ProtectedModel):
    """`origin` is where it was made, by kind and id: this room never reads it, and who sees the promise needn't see it.

    `counterpart` is text until partners have rows of their own.
    """

    class By(models.TextChoices):
        OURS = "ours", gettext_lazy("我方承诺")
        THEIRS = "theirs", gettext_lazy("对方承诺")

    class State(models.TextChoices):
        OPEN = "open", gettext_lazy("履行中")
        ANSWERED = "answered", gettext_lazy("待核实")
        KEPT = "kept", gettext_lazy("已履行")
        BROKEN = "broken", gettext_lazy("未履行")
        OVERTAKEN = "overtaken", gettext_lazy("情况已变，不再适用")
        WITHDRAWN = "withdrawn", gettext_lazy("已撤销登记")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    number = models.PositiveIntegerField("序号", help_text="Running number of the office in the year it was made.")
    year = models.PositiveSmallIntegerField("年度")
    by = models.CharField("谁的承诺", max_length=6, choices=By)
    counterpart = models.CharField("对方", max_length=200)
    what = models.TextField("承诺内容")
    made_on = models.DateField("作出日")
    due = models.DateField("到期日", null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="责任单位", related_name="+")
    owner_post = models.ForeignKey(Post, models.PROTECT, verbose_name="责任岗位", related_name="+")
    origin_kind = models.CharField("由来种类", max_length=24)
    origin_id = models.UUIDField("由来")
    origin_place = models.PositiveSmallIntegerField("由来中的序号")
    version = models.PositiveSmallIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField("所报结果", max_length=10, blank=True)
    reason = models.TextField("理由", blank=True)
    answered_by_post_id = models.UUIDField("报结果岗位", null=True)
    answered_on = models.DateField("报结果日", null=True)
    confirmed_by_post_id = models.UUIDField("核实岗位", null=True)
    ended_on = models.DateField("了结日", null=True)
    recorded_by_post_id = models.UUIDField("登记岗位", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "承诺事项"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "year", "number"], name="one_number_a_promise"),
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id", "origin_place"], name="one_promise_a_place_of_its_origin"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["kept", "broken", "overtaken", "withdrawn"])
                | (~Q(reason="") & Q(ended_on__isnull=False)),
                name="an_ended_promise_has_reason_and_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["kept", "broken", "overtaken"])
                | (Q(confirmed_by_post_id__isnull=False) & ~Q(confirmed_by_post_id=models.F("answered_by_post_id"))
                   & ~Q(confirmed_by_post_id=models.F("owner_post"))),
                name="another_post_confirms_a_promise",
            ),
        ]  # fmt: skip
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["due", "id"], name="promise_by_due"),
            models.Index(fields=["year", "number"], name="promise_by_number"),
            models.Index(fields=["origin_kind", "origin_id"], name="promise_of_origin"),
        ]

    def __str__(self) -> str:
        return self.what[:60]


class PromiseEvidence(ProtectedModel):
    """A file or a dated link. `confirmed` is another post's word; None while nobody has looked."""

    promise = models.ForeignKey(Promise, models.CASCADE, verbose_name="承诺事项", related_name="evidence")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, verbose_name="文件", related_name="+", null=True)
    link = models.URLField("网址", max_length=400, blank=True)
    seen_on = models.DateField("查看日")
    words = models.CharField("说明", max_length=400, blank=True)
    added_by_post_id = models.UUIDField("提供岗位")
    added_at = models.DateTimeField("提供时间", auto_now_add=True)
    confirmed = models.BooleanField("已核实", null=True)
    confirmed_by_post_id = models.UUIDField("核实岗位", null=True)
    confirmed_on = models.DateField("核实日", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "履行证明"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(file__isnull=False) | ~Q(link=""), name="evidence_is_a_file_or_a_link"),
            models.CheckConstraint(
                condition=Q(confirmed_by_post_id=None) | ~Q(confirmed_by_post_id=models.F("added_by_post_id")),
                name="another_post_confirms_evidence",
            ),
        ]


class PromiseReview(ProtectedModel):
    """A day on which the owner is asked how it stands: work in the inbox from that day on."""

    class Kind(models.TextChoices):
        DUE = "due", gettext_lazy("到期核对")
        FOLLOW_UP = "follow_up", gettext_lazy("定期复查")

    promise = models.ForeignKey(Promise, models.CASCADE, verbose_name="承诺事项", related_name="reviews")
    kind = models.CharField("核对种类", max_length=9, choices=Kind)
    months = models.PositiveSmallIntegerField("几个月后", null=True)
    on = models.DateField("核对日")
    case = models.OneToOneField("casework.Case", models.PROTECT, verbose_name="办件", related_name="+", null=True)
    outcome = models.CharField("核对结果", max_length=10, blank=True)
    words = models.TextField("进展", blank=True)
    done_on = models.DateField("核对完成日", null=True)
    dropped_on = models.DateField("不再核对日", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "承诺核对"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["promise", "kind", "on"], name="one_review_a_day")
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["on"], name="review_to_open", condition=Q(case=None, done_on=None, dropped_on=None)),
        ]
