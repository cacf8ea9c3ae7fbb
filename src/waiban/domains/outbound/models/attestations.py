"""What a post vouched for: the answer to an attested rule, or the numbers of an exemption."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from waiban.core.access.models import ProtectedModel
from waiban.domains.outbound.models.trips import Trip


class Attestation(ProtectedModel):
    """`answer` False is a refusal to vouch. A later answer of the same post replaces the earlier one, which stays."""

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="attestations")
    rule = models.CharField("规则", max_length=80)
    answer = models.BooleanField("确认")
    words = models.CharField("说明", max_length=400, blank=True)
    post_id = models.UUIDField("确认岗位")
    account_id = models.UUIDField("确认人", null=True)
    relevant_sha256 = models.CharField(
        "确认时的案卷", max_length=64, help_text="Void once a rule-relevant fact changed."
    )
    given_at = models.DateTimeField("确认时间", auto_now_add=True)
    replaced = models.BooleanField("已被替换", default=False)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "确认"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["trip", "rule"], condition=Q(replaced=False), name="one_attestation_in_force_a_rule"
            )
        ]
