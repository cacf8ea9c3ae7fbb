"""Units in a tree and the posts in them. Work goes to a post, never to a person."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class Role(models.TextChoices):
    """What a post is for; `people.roles` says what each may do."""

    DESIGNATED_OFFICER = "designated_officer", gettext_lazy("专办员")
    AUDITOR = "auditor", gettext_lazy("审计")
    CITY_LEADER = "city_leader", gettext_lazy("市领导")
    DESK_OFFICER = "desk_officer", gettext_lazy("经办")
    INSPECTOR = "inspector", gettext_lazy("检查")
    OFFICE_HEAD = "office_head", gettext_lazy("主任")
    PERSONNEL_BODY = "personnel_body", gettext_lazy("组织人事")
    SECTION_HEAD = "section_head", gettext_lazy("科长")
    TAIWAN_OFFICE = "taiwan_office", gettext_lazy("市台办")
    UNIT_FINANCE = "unit_finance", gettext_lazy("单位财务")
    UNIT_HEAD = "unit_head", gettext_lazy("单位负责人")


class UnitKind(models.TextChoices):
    """As `unit_kind` in the dossier."""

    PARTY = "party", gettext_lazy("党委部门")
    GOVERNMENT = "government", gettext_lazy("政府部门")
    PEOPLE_CONGRESS = "people_congress", gettext_lazy("人大机关")
    CPPCC = "cppcc", gettext_lazy("政协机关")
    COURT = "court", gettext_lazy("法院")
    PROCURATORATE = "procuratorate", gettext_lazy("检察院")
    MASS_ORGANISATION = "mass_organisation", gettext_lazy("群团组织")
    PUBLIC_INSTITUTION = "public_institution", gettext_lazy("事业单位")
    UNIVERSITY = "university", gettext_lazy("高校")
    RESEARCH_INSTITUTE = "research_institute", gettext_lazy("科研院所")
    STATE_ENTERPRISE = "state_enterprise", gettext_lazy("国有企业")
    OTHER = "other", gettext_lazy("其他")


class Unit(ProtectedModel):
    """A unit of the city, the office itself among them (`is_office`)."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, verbose_name="上级单位", null=True, related_name="children")
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=30)
    kind = models.CharField("单位性质", max_length=24, choices=UnitKind)
    is_office = models.BooleanField("外办本身", default=False)
    closed_on = models.DateField("撤并日期", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "单位"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "name"], name="one_name_an_office")
        ]

    def __str__(self) -> str:
        return self.name


class Post(ProtectedModel):
    """A seat: of a unit, with a role. `office_wide` posts see every case that has reached the office."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="posts")
    role = models.CharField("职责", max_length=20, choices=Role)
    name = models.CharField("岗位名称", max_length=40)
    office_wide = models.BooleanField("全办可见", default=False)
    unit_wide = models.BooleanField("本单位可见", default=True)
    closed_on = models.DateField("撤销日期", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "岗位"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["unit", "name"], name="one_post_name_a_unit")
        ]

    def __str__(self) -> str:
        return self.name
