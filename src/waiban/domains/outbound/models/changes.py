"""行程变更: a complete new version that is asked for. Nothing follows it before it is granted."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models import Unit
from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.trips import Trip
from waiban.domains.outbound.models.versions import TripVersion


class TripChange(ProtectedModel):
    """`kinds` is computed from the difference between `base` and `dossier` whenever the dossier is saved."""

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("草拟")
        IN_UNIT = "in_unit", gettext_lazy("单位办理")
        IN_REVIEW = "in_review", gettext_lazy("外办审核")
        IN_APPROVAL = "in_approval", gettext_lazy("审批")
        FORWARDED = "forwarded", gettext_lazy("已报省")
        GRANTED = "granted", gettext_lazy("已批准")
        REFUSED = "refused", gettext_lazy("不同意")
        WITHDRAWN = "withdrawn", gettext_lazy("已撤回")

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="changes")
    case = models.OneToOneField("casework.Case", models.PROTECT, verbose_name="办件", related_name="+", null=True)
    number = models.PositiveSmallIntegerField("第几次")
    base = models.ForeignKey(TripVersion, models.PROTECT, verbose_name="所改版本", related_name="+")
    dossier = models.JSONField("案卷")
    unread = models.JSONField("未读懂的填写", default=dict)
    recheck = ArrayField(models.CharField(max_length=24), verbose_name="须重新核对", default=list)
    revision = models.PositiveIntegerField("修改号", default=1)
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    cancels = models.BooleanField("全团不再成行", default=False)
    kinds = ArrayField(models.CharField(max_length=12), verbose_name="变更种类", default=list)
    reason = models.TextField("变更原因", blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    editable = models.BooleanField("单位可改", default=True)
    created_by_post_id = models.UUIDField("提出岗位")
    created_at = models.DateTimeField("提出时间", auto_now_add=True)

    called_by = models.CharField("来电人", max_length=80, blank=True)
    called_at = models.DateTimeField("来电时间", null=True)
    said = models.TextField("来电原话", blank=True)

    submitted = models.DateField("申报日", null=True)
    granted = models.ForeignKey(TripVersion, models.PROTECT, verbose_name="批准版", related_name="+", null=True)
    granted_on = models.DateField("批准日", null=True)
    granted_by = models.CharField("批准机关", max_length=120, blank=True)
    document_number = models.CharField("文号", max_length=80, blank=True)
    followed = models.JSONField("已办后果", default=list, help_text="[{what, on, done}] as the grant carried them out")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "行程变更"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["trip", "number"], name="one_trip_change_a_number"),
            models.UniqueConstraint(
                fields=["trip"],
                condition=~Q(state__in=["granted", "refused", "withdrawn"]),
                name="one_running_change_a_trip",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(granted_on__isnull=False), name="a_granted_change_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(case__isnull=False),
                name="a_running_change_has_a_case",
            ),
        ]


class ChangeNotice(ProtectedModel):
    """内部公示 of what the asked version would say; on the grant it takes the place of the notice in force."""

    change = models.ForeignKey(TripChange, models.CASCADE, verbose_name="行程变更", related_name="notices")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="公示单位", related_name="+")
    since = models.DateField("公示起")
    until = models.DateField("公示止")
    places = models.JSONField("公示地点", default=list)
    shown = models.JSONField("公示内容")
    shown_sha256 = models.CharField("内容摘要", max_length=64)
    objections = models.BooleanField("有异议", null=True)
    result = models.CharField("公示结果", max_length=400, blank=True)
    proof = models.ForeignKey(Attachment, models.PROTECT, verbose_name="公示证明", related_name="+", null=True)
    posted_by_post_id = models.UUIDField("公示岗位")
    posted_at = models.DateTimeField("张贴时间", auto_now_add=True)
    replaced = models.BooleanField("已重新公示", default=False)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "变更公示"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="change_notice_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["change", "unit"], condition=Q(replaced=False), name="one_change_notice_in_force_a_unit"
            ),
        ]
