"""Who goes: the projection of the dossier's members, which history and per-member decisions read."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models import Traveller
from waiban.domains.outbound.models.trips import Trip


class TripMember(ProtectedModel):
    """`counts` says whether the journey stands in the person's history: approved, and not struck from the group."""

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="members")
    traveller = models.ForeignKey(Traveller, models.PROTECT, verbose_name="出访人员", related_name="+")
    place = models.PositiveSmallIntegerField("序号", help_text="Index in the dossier's members.")
    rank = models.CharField("职务层次", max_length=16, blank=True)
    role = models.CharField("团内职务", max_length=16, blank=True)
    category = models.CharField("人员性质", max_length=20, blank=True)
    depart = models.DateField("离境日期", null=True)
    return_on = models.DateField("入境", null=True)
    countries = ArrayField(models.CharField(max_length=2), verbose_name="国家和地区", default=list)
    counts = models.BooleanField("计入经历", default=False)
    refused = models.BooleanField("不同意出访", default=False)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "团员"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["trip", "traveller"], name="a_traveller_once_a_trip")
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["traveller", "depart"], name="member_by_traveller"),
        ]
