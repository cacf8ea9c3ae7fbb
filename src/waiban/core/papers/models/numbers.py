"""文号 without gaps: one row an office, kind of paper and year holds the last number given."""

from typing import Any, ClassVar

from django.db import models

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class NumberSeries(ProtectedModel):
    """The row is locked until the drawing transaction ends: a number is given with its paper or not at all.

    Read by every post of the office (it says how many papers there were, nothing of them), since
    whoever may approve must be able to draw.
    """

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    kind = models.CharField("公文种类", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("末号")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "文号序列"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "kind", "year"], name="one_series_a_kind_and_year"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
