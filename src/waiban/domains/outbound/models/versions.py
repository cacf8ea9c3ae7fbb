"""What was approved and what really happened, each as one whole dossier that never changes, and where they differ."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.trips import Trip


class TripVersion(ProtectedModel):
    """The newest of a kind is in force; a trigger refuses any change of what a version says."""

    class Of(models.TextChoices):
        APPROVED = "approved", gettext_lazy("批准版")
        ACTUAL = "actual", gettext_lazy("实际版")

    class Source(models.TextChoices):
        APPROVAL = "approval", gettext_lazy("本级批准")
        OUTSIDE = "outside", gettext_lazy("上级批准")
        CHANGE = "change", gettext_lazy("变更批准")
        RETURN = "return", gettext_lazy("返回登记")

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="versions")
    of = models.CharField("版本种类", max_length=8, choices=Of)
    number = models.PositiveSmallIntegerField("版次")
    source = models.CharField("由来", max_length=8, choices=Source)
    cause_id = models.UUIDField("所依", null=True, help_text="The decision, the change or the item that made it.")
    dossier = models.JSONField("案卷")
    sha256 = models.CharField("摘要", max_length=64)
    since = models.DateField("生效日")
    made_at = models.DateTimeField("记入时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "行程版本"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["trip", "of", "number"], name="one_trip_version_a_number")
        ]


class Deviation(ProtectedModel):
    """Where the trip really went otherwise than approved. It is explained and cleared, or stands; it is never approved."""

    class Verdict(models.TextChoices):
        OPEN = "open", gettext_lazy("待说明")
        CLEARED = "cleared", gettext_lazy("因不可抗力，已说明")
        STANDS = "stands", gettext_lazy("未经批准，记录在案")

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="deviations")
    kind = models.CharField("差异种类", max_length=12)
    approved = models.CharField("批准的", max_length=400)
    actual = models.CharField("实际的", max_length=400)
    explanation = models.TextField("情况说明", blank=True)
    force_majeure = models.BooleanField("不可抗力", null=True)
    proof = models.ForeignKey(Attachment, models.PROTECT, verbose_name="证明", related_name="+", null=True)
    explained_on = models.DateField("说明日", null=True)
    explained_by_post_id = models.UUIDField("说明岗位", null=True)
    verdict = models.CharField("结论", max_length=8, choices=Verdict, default=Verdict.OPEN)
    verdict_reason = models.CharField("结论理由", max_length=400, blank=True)
    judged_on = models.DateField("结论日", null=True)
    judged_by_post_id = models.UUIDField("结论岗位", null=True)
    replaced = models.BooleanField("已重新登记", default=False)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "与批准不符"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["trip", "kind"], condition=Q(replaced=False), name="one_deviation_a_kind"),
            models.CheckConstraint(
                condition=~Q(verdict="cleared") | (Q(proof__isnull=False) & Q(force_majeure=True) & ~Q(explanation="")),
                name="cleared_only_with_explanation_and_proof",
            ),
        ]
