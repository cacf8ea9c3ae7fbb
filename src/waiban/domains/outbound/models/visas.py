"""护照签证办理: which paper each member needs for which places, and how far it is."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Traveller
from waiban.domains.outbound.models.documents import TravelDocument
from waiban.domains.outbound.models.trips import Trip


class EntryRule(ProtectedModel):
    """What holders of one kind of passport need to enter one place, from a day on: the office's dated table.

    A place and kind without a row in force is not known; the software then says so and the desk attests.
    """

    class Need(models.TextChoices):
        VISA = "visa", gettext_lazy("须办签证")
        VISA_FREE = "visa_free", gettext_lazy("免签")
        E_VISA = "e_visa", gettext_lazy("电子签")
        ON_ARRIVAL = "on_arrival", gettext_lazy("落地签")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    country = models.CharField("国家和地区代码", max_length=2)
    paper = models.CharField("证照种类", max_length=16, choices=TravelDocument.Kind)
    need = models.CharField("入境要求", max_length=12, choices=Need)
    longest_stay = models.PositiveSmallIntegerField("最长停留天数", null=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    source = models.CharField("依据", max_length=200)
    read_on = models.DateField("核对日期")
    set_by_post_id = models.UUIDField("录入岗位", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "入境要求"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["office", "country", "paper"], condition=Q(until=None), name="one_entry_rule_in_force"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="entry_rule_ends_later"),
            models.CheckConstraint(condition=Q(source__gt=""), name="an_entry_rule_has_its_source"),
        ]


class VisaBatch(ProtectedModel):
    """Applications that go to one consulate together. A 照会 is written only where the channel is our own."""

    class Via(models.TextChoices):
        OWN = "own", gettext_lazy("本办送签")
        PROVINCE = "province", gettext_lazy("经省外办送签")
        OTHER = "other", gettext_lazy("其他途径")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    serial = models.PositiveIntegerField("批次")
    consulate = models.CharField("使领馆", max_length=120)
    country = models.CharField("国家代码", max_length=2)
    via = models.CharField("送签途径", max_length=8, choices=Via)
    note_verbale = models.CharField("照会", max_length=60, blank=True, help_text="Its number, own channel only.")
    note_verbale_on = models.DateField("照会日期", null=True)
    outside_number = models.CharField("外部编号", max_length=60, blank=True)
    submitted_on = models.DateField("送出日期", null=True)
    opened_by_post_id = models.UUIDField("经手岗位", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "送签批次"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "year", "serial"], name="a_visa_batch_number_once"),
            models.CheckConstraint(
                condition=Q(via="own") | Q(note_verbale="", note_verbale_on=None), name="own_channel_own_note_verbale"
            ),
        ]


class PaperNeed(ProtectedModel):
    """One paper that one member needs for some of the places; one visa may cover several stops.

    `suggested` comes from the table, `answer` is what the desk attested; neither stands for the other. What is
    printed in a visa is compared with the person and the route when it is entered; the person's name isn't kept here.
    """

    class Kind(models.TextChoices):
        """Hong Kong, Macao and Taiwan need permit and endorsement, never a visa or an official passport."""

        PASSPORT = "passport", gettext_lazy("因公护照")
        VISA = "visa", gettext_lazy("签证")
        EXIT_CERTIFICATE = "exit_certificate", gettext_lazy("出境证明")
        HK_MACAO_PERMIT = "hk_macao_permit", gettext_lazy("因公往来港澳通行证")
        ENDORSEMENT = "endorsement", gettext_lazy("签注")
        TAIWAN_PERMIT = "taiwan_permit", gettext_lazy("大陆居民往来台湾通行证")

    class Answer(models.TextChoices):
        NOT_STATED = "not_stated", gettext_lazy("待确认")
        NEEDED = "needed", gettext_lazy("要办")
        NOT_NEEDED = "not_needed", gettext_lazy("不用办")

    class State(models.TextChoices):
        TO_DO = "to_do", gettext_lazy("未办")
        BOOKED = "booked", gettext_lazy("已预约")
        SUBMITTED = "submitted", gettext_lazy("已送办")
        MORE_ASKED = "more_asked", gettext_lazy("待补材料")
        ISSUED = "issued", gettext_lazy("已签发")
        REFUSED = "refused", gettext_lazy("被拒")
        CALLED_OFF = "called_off", gettext_lazy("不再办")

    OPEN = (State.TO_DO, State.BOOKED, State.SUBMITTED, State.MORE_ASKED)

    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="paper_needs")
    traveller = models.ForeignKey(Traveller, models.PROTECT, verbose_name="出访人员", related_name="+")
    kind = models.CharField("证件", max_length=18, choices=Kind)
    countries = ArrayField(models.CharField(max_length=2), verbose_name="国家和地区", default=list)
    suggested = models.CharField("系统建议", max_length=10, choices=Answer, default=Answer.NOT_STATED)
    suggested_by = models.CharField("建议依据", max_length=200, blank=True)
    answer = models.CharField("是否要办", max_length=10, choices=Answer, default=Answer.NOT_STATED)
    answer_words = models.CharField("确认说明", max_length=200, blank=True)
    answered_by_post_id = models.UUIDField("确认岗位", null=True)
    answered_on = models.DateField("确认日期", null=True)
    state = models.CharField("办理状态", max_length=10, choices=State, default=State.TO_DO)
    state_since = models.DateField("状态起", null=True)
    via = models.CharField("送签途径", max_length=8, choices=VisaBatch.Via, blank=True)
    batch = models.ForeignKey(VisaBatch, models.PROTECT, verbose_name="送签批次", related_name="needs", null=True)
    document = models.ForeignKey(
        TravelDocument, models.PROTECT, verbose_name="因公证照", related_name="needs", null=True
    )
    booked_on = models.DateField(
        "预约日期", null=True, help_text="Biometrics, interview, or signature and fingerprints."
    )
    booked_words = models.CharField("预约事项", max_length=120, blank=True)
    submitted_on = models.DateField("送办日期", null=True)
    asked_on = models.DateField("要求补充日期", null=True)
    asked_words = models.CharField("要求补充", max_length=200, blank=True)
    ended_on = models.DateField("办结日期", null=True)
    ended_words = models.CharField("结果说明", max_length=200, blank=True)
    name_agrees = models.BooleanField("姓名相符", null=True)
    valid_from = models.DateField("生效日期", null=True)
    valid_until = models.DateField("失效日期", null=True)
    entries = models.PositiveSmallIntegerField("入境次数", null=True, help_text="0 is any number.")
    stay_days = models.PositiveSmallIntegerField("每次停留天数", null=True)
    mismatch_words = models.CharField("不符说明", max_length=200, blank=True, help_text="Why it is taken all the same.")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "护照签证办理"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["trip", "traveller", "kind", "countries"], name="one_paper_a_member_and_places"
            ),
            models.CheckConstraint(
                condition=Q(answer="not_stated") | Q(answered_on__isnull=False), name="a_need_is_attested_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(state="to_do") | Q(answer="needed") | Q(state="called_off"),
                name="only_what_is_needed_is_applied_for",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | Q(ended_words__gt=""), name="a_refusal_has_its_words"
            ),
            models.CheckConstraint(condition=Q(kind="visa") | Q(batch=None), name="batches_are_of_visas"),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["state", "state_since"], name="need_by_state"),
            models.Index(fields=["traveller"], name="need_by_traveller"),
        ]
