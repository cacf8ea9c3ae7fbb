"""People who travel and have no account."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models.posts import Unit
from waiban.core.people.models.ranges import Days


class Traveller(ProtectedModel):
    """One person who travels. Name and identity number lie here alone, so that emptying the row erases them.

    `identity_number` is encrypted (Fernet, key outside the database); screens show
    `identity_masked`; `identity_hash` is keyed, for matching. `kept_until` is written nightly from what rooms say
    that the person is still needed for (`people.retention`); empty while something needs them.
    """

    class Purpose(models.TextChoices):
        OFFICIAL_TRIP = "official_trip", gettext_lazy("办理因公临时出国（境）")

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="travellers")
    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField("拼音", max_length=120, blank=True)
    born_on = models.DateField("出生日期", null=True)
    identity_number = models.BinaryField("证件号码（密文）", null=True)
    identity_masked = models.CharField("证件号码", max_length=24, blank=True)
    identity_hash = models.CharField("证件号码摘要", max_length=64, blank=True, db_index=True)
    salt = models.BinaryField("盐", max_length=16)
    purpose = models.CharField("使用目的", max_length=20, choices=Purpose, default=Purpose.OFFICIAL_TRIP)
    kept_until = models.DateField("保存至", null=True)
    erased_on = models.DateField("删除日期", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "出访人员"

    def __str__(self) -> str:
        return self.name


class TravellerRecord(ProtectedModel):
    """What a traveller was from one day to another; `until` is empty while it lasts. Keys and words as in the dossier.

    A fact that isn't stated is empty: never a default.
    """

    class Rank(models.TextChoices):
        MINISTER = "minister", gettext_lazy("省部级正职")
        VICE_MINISTER = "vice_minister", gettext_lazy("省部级副职")
        BUREAU = "bureau", gettext_lazy("厅局级正职")
        DEPUTY_BUREAU = "deputy_bureau", gettext_lazy("厅局级副职")
        COUNTY = "county", gettext_lazy("县处级正职")
        DEPUTY_COUNTY = "deputy_county", gettext_lazy("县处级副职")
        SECTION = "section", gettext_lazy("乡科级正职")
        DEPUTY_SECTION = "deputy_section", gettext_lazy("乡科级副职")
        STAFF = "staff", gettext_lazy("科员及以下")
        SENIOR_TITLE = "senior_title", gettext_lazy("高级职称")
        OTHER = "other", gettext_lazy("其他")

    class Category(models.TextChoices):
        OFFICIAL = "official", gettext_lazy("公务人员")
        TEACHING_RESEARCH = "teaching_research", gettext_lazy("教学科研人员")
        STATE_ENTERPRISE = "state_enterprise", gettext_lazy("国有企业人员")
        PRIVATE_ENTERPRISE = "private_enterprise", gettext_lazy("民营企业人员")
        OTHER = "other", gettext_lazy("其他")

    class Status(models.TextChoices):
        SERVING = "serving", gettext_lazy("在职")
        RETIRED = "retired", gettext_lazy("离退休")
        REHIRED = "rehired", gettext_lazy("返聘")
        STEPPED_BACK = "stepped_back", gettext_lazy("退居二线")

    class ManagedBy(models.TextChoices):
        CENTRE = "centre", gettext_lazy("中央管理")
        PROVINCE = "province", gettext_lazy("省管")
        CITY = "city", gettext_lazy("市管")
        COUNTY = "county", gettext_lazy("县管")
        UNIT = "unit", gettext_lazy("本单位管理")

    traveller = models.ForeignKey(Traveller, models.CASCADE, verbose_name="出访人员", related_name="records")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    post = models.CharField("职务", max_length=80, blank=True)
    rank = models.CharField("职务层次", max_length=16, blank=True, choices=Rank)
    grade = models.CharField("职级", max_length=40, blank=True)
    category = models.CharField("人员类别", max_length=20, blank=True, choices=Category)
    status = models.CharField("在职情况", max_length=16, blank=True, choices=Status)
    managed_by = models.CharField("干部管理权限", max_length=8, blank=True, choices=ManagedBy)
    heads_unit = models.BooleanField("主要负责人", null=True)
    leadership_of = models.CharField("领导班子", max_length=80, blank=True)
    term_from = models.DateField("任期起", null=True)
    in_charge_of = ArrayField(models.CharField(max_length=16), verbose_name="分管", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "任职情况"
        constraints: ClassVar[list[Any]] = [
            ExclusionConstraint(
                name="one_record_a_traveller_and_day",
                expressions=[
                    ("traveller", RangeOperators.EQUAL),
                    (Days(F("since"), F("until")), RangeOperators.OVERLAPS),
                ],
            )
        ]
