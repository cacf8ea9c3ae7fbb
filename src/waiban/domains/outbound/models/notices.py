"""内部公示: what was shown, where, from when to when, and what came of it. One a unit and round."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models import Unit
from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.trips import Trip


class InternalNotice(ProtectedModel):
    """Shown to signed-in staff of the unit and as a printed sheet, never to the open internet.

    `shown` is what the notice said; a dossier that says something else now asks for a new notice.
    """

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="notices")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="公示单位", related_name="+")
    since = models.DateField("公示起")
    until = models.DateField("公示止")
    places = models.JSONField("公示地点", default=list, help_text="intranet, notice_board, meeting, other")
    shown = models.JSONField("公示内容", help_text="Value by key of what the notice said")
    shown_sha256 = models.CharField("内容摘要", max_length=64)
    objections = models.BooleanField("有异议", null=True)
    result = models.CharField("公示结果", max_length=400, blank=True)
    proof = models.ForeignKey(Attachment, models.PROTECT, verbose_name="公示证明", related_name="+", null=True)
    posted_by_post_id = models.UUIDField("公示岗位")
    posted_at = models.DateTimeField("张贴时间", auto_now_add=True)
    replaced = models.BooleanField("已重新公示", default=False)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "内部公示"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="notice_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["trip", "unit"], condition=Q(replaced=False), name="one_notice_in_force_a_unit"
            ),
        ]
