"""The seal specimens (印鉴) by which the office knows that a unit's request is the unit's own."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models.accounts import Account
from waiban.core.people.models.posts import Unit


class SealSpecimen(ProtectedModel):
    """One picture of a unit's seal, filed with the designated officer who brings it; a newer one ends it."""

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="specimens")
    account = models.ForeignKey(Account, models.PROTECT, verbose_name="专办员", related_name="+", null=True)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, verbose_name="印鉴样", related_name="+")
    filed_on = models.DateField("备案日期")
    ended_on = models.DateField("停用日期", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "印鉴样"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "account"],
                condition=Q(ended_on=None),
                nulls_distinct=False,
                name="one_specimen_in_force_an_officer",
            ),
            models.CheckConstraint(condition=Q(ended_on__gte=F("filed_on")), name="specimen_ends_after_it_begins"),
        ]
