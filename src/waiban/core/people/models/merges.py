"""Two records of travellers that the office takes for one person."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models.travellers import Traveller


class TravellerMerge(ProtectedModel):
    """`merged` is the same person as `kept`. Both records stay; an undone row stays too, and says who undid it.

    Only the office's keys are on a row: the units whose records these are learn nothing from it. `kept` may itself
    have been merged, so a person is the tree of merges in force; its root is the person's id.
    """

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    kept = models.ForeignKey(Traveller, models.PROTECT, verbose_name="保留的记录", related_name="+")
    merged = models.ForeignKey(Traveller, models.PROTECT, verbose_name="并入的记录", related_name="+")
    by_number = models.BooleanField("证件号码相同", default=False)
    reason = models.CharField("理由", max_length=400)
    merged_on = models.DateField("合并日期")
    merged_by_post_id = models.UUIDField("合并岗位", null=True)
    undone_on = models.DateField("撤销日期", null=True)
    undone_by_post_id = models.UUIDField("撤销岗位", null=True)
    undo_reason = models.CharField("撤销理由", max_length=400, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "人员合并"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_on=None), name="merged_into_one_at_a_time"),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="nobody_is_merged_with_oneself"),
            models.CheckConstraint(
                condition=Q(undone_on=None, undo_reason="") | Q(undone_on__isnull=False, undo_reason__gt=""),
                name="an_undone_merge_says_why",
            ),
        ]
