"""证照保管: each hand-over as a row that never changes, and each count of a drawer with what it found."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Unit
from waiban.domains.outbound.models.documents import TravelDocument
from waiban.domains.outbound.models.trips import Trip


class CustodyEvent(ProtectedModel):
    """A document changed hands. Append-only; the database takes a row only as the next link of the document's chain:
    `step` one on, `taken_from` where the step before had put it. So a document is in one place at any time.
    """

    class Why(models.TextChoices):
        REGISTERED = "registered", gettext_lazy("登记入库")
        APPLICATION = "application", gettext_lazy("申办证照")
        ISSUED = "issued", gettext_lazy("领回新证")
        VISA = "visa", gettext_lazy("领用办签证")
        RELEASE = "release", gettext_lazy("领用出访")
        TO_UNIT = "to_unit", gettext_lazy("交单位保管")
        SENT = "sent", gettext_lazy("送交途中")
        HANDED_IN = "handed_in", gettext_lazy("证照上交")
        GONE = "gone", gettext_lazy("注销或遗失")
        FOUND = "found", gettext_lazy("清点更正")

    document = models.ForeignKey(TravelDocument, models.PROTECT, verbose_name="因公证照", related_name="custody_events")
    step = models.PositiveIntegerField("序次")
    taken_from = models.CharField("原所在", max_length=12, choices=TravelDocument.Place, blank=True)
    place = models.CharField("所在", max_length=12, choices=TravelDocument.Place)
    place_words = models.CharField("所在说明", max_length=120, blank=True)
    why = models.CharField("事由", max_length=12, choices=Why)
    trip = models.ForeignKey(Trip, models.PROTECT, verbose_name="因公临时出国(境)", related_name="+", null=True)
    due_back = models.DateField("应交回", null=True)
    happened_on = models.DateField("交接日期")
    slip = models.PositiveIntegerField(
        "交接单序号", help_text="One slip an act and year; several documents may share it."
    )
    slip_year = models.PositiveSmallIntegerField("交接单年份")
    given_by = models.CharField("交出人", max_length=60, blank=True)
    taken_by = models.CharField("接收人", max_length=60, blank=True)
    by_post_id = models.UUIDField("经手岗位", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    mark = models.CharField("备注", max_length=200, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "证照交接"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["document", "step"], name="one_place_at_a_time"),
            models.CheckConstraint(
                condition=~Q(place__in=["traveller", "consulate"]) | Q(trip__isnull=False),
                name="handed_out_for_a_task",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["slip_year", "slip"], name="custody_by_slip"),
        ]


class Stocktake(ProtectedModel):
    """A count of what should lie in one place against what was found there. The codes are ours; kept as counted."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    place = models.CharField("清点地点", max_length=12, choices=TravelDocument.Place)
    counted_unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="清点单位", related_name="+", null=True)
    counted_on = models.DateField("清点日期")
    expected = ArrayField(models.CharField(max_length=12), verbose_name="应在", default=list)
    found = ArrayField(models.CharField(max_length=12), verbose_name="实在", default=list)
    missing = ArrayField(models.CharField(max_length=12), verbose_name="应在未见", default=list)
    extra = ArrayField(models.CharField(max_length=12), verbose_name="多出", default=list)
    unknown = ArrayField(models.CharField(max_length=24), verbose_name="不认识的袋号", default=list)
    words = models.CharField("处理情况", max_length=400, blank=True)
    by_post_id = models.UUIDField("清点岗位", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "证照清点"
