"""因公证照: passports and permits issued for public work. Each lives by itself, whatever trip it is drawn for."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Traveller, Unit
from waiban.domains.outbound.models.trips import Trip


class TravelDocument(ProtectedModel):
    """One passport or permit, and where it is now.

    `number_secret` is encrypted with the key of identity numbers; screens show `number_masked`, look-up goes by
    `number_hash`. `code` is ours: it alone stands on the pouch. `place` and what goes with it repeat the newest
    `CustodyEvent`, written by the same action.
    """

    class Kind(models.TextChoices):
        """Keys of the dossier. Never a passport for Hong Kong, Macao or Taiwan."""

        DIPLOMATIC = "diplomatic", gettext_lazy("外交护照")
        SERVICE = "service", gettext_lazy("公务护照")
        PUBLIC_AFFAIRS = "public_affairs", gettext_lazy("公务普通护照")
        HK_MACAO_PERMIT = "hk_macao_permit", gettext_lazy("因公往来港澳通行证")
        TAIWAN_PERMIT = "taiwan_permit", gettext_lazy("大陆居民往来台湾通行证")

    class State(models.TextChoices):
        APPLIED = "applied", gettext_lazy("申办中")
        VALID = "valid", gettext_lazy("有效")
        CANCELLED = "cancelled", gettext_lazy("已注销")
        LOST = "lost", gettext_lazy("遗失")
        EXPIRED = "expired", gettext_lazy("已过期")

    class Place(models.TextChoices):
        DRAWER = "drawer", gettext_lazy("外办保管")
        UNIT_KEEPER = "unit_keeper", gettext_lazy("单位保管")
        APPLYING = "applying", gettext_lazy("申办机关")
        CONSULATE = "consulate", gettext_lazy("使领馆")
        TRAVELLER = "traveller", gettext_lazy("本人持有")
        IN_TRANSIT = "in_transit", gettext_lazy("交接途中")
        NOWHERE = "nowhere", gettext_lazy("不再保管")

    PASSPORTS = (Kind.DIPLOMATIC, Kind.SERVICE, Kind.PUBLIC_AFFAIRS)

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    holder = models.ForeignKey(Traveller, models.PROTECT, verbose_name="持证人", related_name="travel_documents")
    keeping_unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="管理单位", related_name="+")
    kind = models.CharField("证照种类", max_length=16, choices=Kind)
    code = models.CharField("袋号", max_length=12, help_text="Ours, on the pouch: says nothing about the person.")
    issuer = models.CharField("签发机关", max_length=80, blank=True)
    number_secret = models.BinaryField("证照号码（密文）", null=True)
    number_masked = models.CharField("证照号码", max_length=24, blank=True)
    number_hash = models.CharField("证照号码摘要", max_length=64, blank=True, db_index=True)
    issued_on = models.DateField("签发日期", null=True)
    expires_on = models.DateField("有效期至", null=True)
    state = models.CharField("证照状态", max_length=10, choices=State, default=State.VALID)
    state_since = models.DateField("状态起")
    applied_for = models.ForeignKey(
        Trip, models.PROTECT, verbose_name="申办任务", related_name="+", null=True, help_text="The approved task."
    )
    place = models.CharField("所在", max_length=12, choices=Place)
    place_words = models.CharField("所在说明", max_length=120, blank=True, help_text="The consulate, the carrier.")
    place_since = models.DateField("所在起")
    place_trip = models.ForeignKey(Trip, models.PROTECT, verbose_name="领用任务", related_name="+", null=True)
    due_back = models.DateField("应交回", null=True)
    steps = models.PositiveIntegerField("交接次数", default=0)
    mark = models.CharField("备注", max_length=200, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "因公证照"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "code"], name="a_pouch_code_once_an_office"),
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(state="valid", kind__in=["diplomatic", "service", "public_affairs"]),
                name="one_valid_official_passport",
            ),
            models.UniqueConstraint(
                fields=["holder", "kind"],
                condition=Q(state="valid", kind__in=["hk_macao_permit", "taiwan_permit"]),
                name="one_valid_permit_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["holder", "kind"], condition=Q(state="applied"), name="one_application_of_a_kind"
            ),
            models.UniqueConstraint(
                fields=["office", "number_hash"], condition=~Q(number_hash=""), name="a_document_number_once_an_office"
            ),
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(applied_for__isnull=False), name="an_application_has_its_task"
            ),
            models.CheckConstraint(
                condition=Q(issued_on=None) | Q(expires_on=None) | Q(expires_on__gt=F("issued_on")),
                name="a_document_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(place="traveller") | Q(place_trip__isnull=False), name="with_the_traveller_for_a_task"
            ),
            models.CheckConstraint(
                condition=~Q(place="consulate") | Q(place_trip__isnull=False, place_words__gt=""),
                name="at_a_consulate_for_a_task",
            ),
            models.CheckConstraint(
                condition=~Q(place="nowhere") | Q(state__in=["cancelled", "lost"]), name="nowhere_only_when_it_is_gone"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["code", "id"], name="document_by_code"),
            models.Index(fields=["expires_on", "id"], name="document_by_expiry"),
            models.Index(fields=["place", "place_since"], name="document_by_place"),
            models.Index(fields=["place_trip"], name="document_by_trip"),
        ]

    def __str__(self) -> str:
        return self.code
