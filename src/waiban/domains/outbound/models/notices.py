"""内部公示, before the trip and after it: what was shown, where, from when to when, what came of it, who objected."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models import Unit
from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.sending import SendingPart
from waiban.domains.outbound.models.trips import Trip


class InternalNotice(ProtectedModel):
    """Shown to signed-in staff of the unit and as a printed sheet, never to the open internet.

    `shown` is what the notice said; a dossier that says something else now asks for a new notice.
    Readers: those of the case that it hangs on, and the whole of its own unit.
    """

    class Phase(models.TextChoices):
        BEFORE = "before", gettext_lazy("行前公示")
        AFTER = "after", gettext_lazy("事后公示")

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="notices")
    part = models.ForeignKey(
        SendingPart, models.CASCADE, verbose_name="派员单位办理", related_name="notices", null=True, editable=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="公示单位", related_name="+")
    phase = models.CharField("公示阶段", max_length=8, choices=Phase, default=Phase.BEFORE)
    since = models.DateField("公示起")
    until = models.DateField("公示止")
    places = models.JSONField("公示地点", default=list, help_text="intranet, notice_board, meeting, other")
    shown = models.JSONField("公示内容", help_text="Value by key of what the notice said")
    shown_sha256 = models.CharField("内容摘要", max_length=64)
    objections = models.BooleanField("有异议", null=True)
    result = models.CharField("公示结果", max_length=400, blank=True)
    proof = models.ForeignKey(Attachment, models.PROTECT, verbose_name="公示证明", related_name="+", null=True)
    unanswered = models.PositiveSmallIntegerField(
        "未答复的异议", default=0, help_text="Objections without an answer: known to those who may not read them."
    )
    taken_down_on = models.DateField("撤下日期", null=True)
    posted_by_post_id = models.UUIDField("公示岗位")
    posted_at = models.DateTimeField("张贴时间", auto_now_add=True)
    replaced = models.BooleanField("已重新公示", default=False)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "内部公示"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="notice_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["trip", "unit", "phase"], condition=Q(replaced=False), name="one_notice_in_force_a_unit"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["-until", "-id"], name="notice_by_end"),
        ]


class Objection(ProtectedModel):
    """What somebody holds against a trip that was shown. Nobody needs an account, or a name, to object.

    Readers are the recording post, the heads of the unit and the office: never the whole unit,
    since the words may show who spoke.
    """

    class How(models.TextChoices):
        VISIT = "visit", gettext_lazy("当面")
        CALL = "call", gettext_lazy("电话")
        LETTER = "letter", gettext_lazy("来信")
        MESSAGE = "message", gettext_lazy("邮件或消息")
        BOX = "box", gettext_lazy("意见箱")

    notice = models.ForeignKey(InternalNotice, models.CASCADE, verbose_name="内部公示", related_name="received")
    received_on = models.DateField("收到日期")
    how = models.CharField("反映方式", max_length=8, choices=How)
    by_whom = models.CharField("反映人", max_length=80, blank=True, help_text="Empty: unsigned.")
    words = models.TextField("反映的问题", max_length=2000)
    answer = models.TextField("答复", max_length=2000, blank=True)
    answered_on = models.DateField("答复日期", null=True)
    recorded_by_post_id = models.UUIDField("记录岗位")
    answered_by_post_id = models.UUIDField("答复岗位", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "公示异议"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(answer="", answered_on=None) | (~Q(answer="") & Q(answered_on__isnull=False)),
                name="an_answered_objection_has_its_day",
            )
        ]
