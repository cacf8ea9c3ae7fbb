"""行程卡: what a member carries on the phone, frozen from the approved version, opened once by a personal link."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models import Traveller
from waiban.domains.outbound.models.trips import Trip


class TripCard(ProtectedModel):
    """`content` holds names and roles and nothing else of anybody; it is emptied once the journey is over.

    The link's secret and the device's are stored as digests. A card is read by whoever holds link and device, through
    functions of the database that answer one card at a time (migration `cards`).
    """

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="cards")
    holder = models.ForeignKey(Traveller, models.CASCADE, verbose_name="出访人员", related_name="+")
    token_sha256 = models.CharField("链接摘要", max_length=64, unique=True)
    device_sha256 = models.CharField("设备摘要", max_length=64, blank=True)
    content = models.JSONField("内容", default=dict)
    until = models.DateField("有效期至", help_text="The last day of the journey; the day after, the card is gone.")
    made_by_post_id = models.UUIDField("制卡岗位", null=True)
    made_at = models.DateTimeField("制卡时间", auto_now_add=True)
    renewed_at = models.DateTimeField("更新时间", null=True)
    opened_at = models.DateTimeField("首次打开", null=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "行程卡"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["trip", "holder"], condition=Q(revoked_at=None), name="one_card_a_member")
        ]
