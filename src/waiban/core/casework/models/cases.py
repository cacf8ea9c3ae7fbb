"""A case: one piece of work with an office, a unit, a due day and a subject."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from waiban.core.access.models import ProtectedModel
from waiban.core.casework.models.releases import ProcessRelease
from waiban.core.offices.models import Office
from waiban.core.people.models import Account, Post, Unit


class Case(ProtectedModel):
    """`marking` is the engine's whole state; the columns beside it are what an inbox needs, so that
    it is SQL and knows no domain. `kind` and `subject_id` say what the case is about.
    """

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    release = models.ForeignKey(ProcessRelease, models.PROTECT, verbose_name="流程版本", related_name="+")
    kind = models.CharField("办理种类", max_length=24)
    subject_id = models.UUIDField("对象")
    url_name = models.CharField("页面", max_length=60)
    number = models.CharField("案号", max_length=40)
    title = models.CharField("标题", max_length=200)
    detail = models.CharField("摘要", max_length=200, blank=True)
    destination = models.CharField("目的地", max_length=120, blank=True)
    applicant_post = models.ForeignKey(Post, models.PROTECT, verbose_name="申报岗位", related_name="+")
    applicant_account = models.ForeignKey(Account, models.PROTECT, verbose_name="申报人", related_name="+", null=True)

    marking = models.TextField("流程状态")
    round = models.PositiveIntegerField("轮次", default=1)
    stage = models.CharField("阶段", max_length=24, blank=True)
    version = models.PositiveIntegerField("案卷版本", default=0)
    at_office = models.BooleanField("已到外办", default=False)
    due = models.DateField("到期日", null=True)
    paused_for = models.CharField("暂停原因", max_length=80, blank=True)
    result = models.CharField("结果", max_length=16, blank=True)
    opened_on = models.DateField("发起日")
    accepted_on = models.DateField("受理日", null=True)
    ended_on = models.DateField("办结日", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "办件"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "number"], name="one_case_number_an_office"),
            models.UniqueConstraint(fields=["subject_id"], condition=Q(result=""), name="one_running_case_a_subject"),
            models.CheckConstraint(
                condition=Q(result="", ended_on=None) | (~Q(result="") & Q(ended_on__isnull=False)),
                name="an_ended_case_has_a_result",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["subject_id"], name="case_of_subject"),
            models.Index(fields=["due", "id"], name="case_by_due", condition=Q(result="")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DossierVersion(ProtectedModel):
    """The dossier as it was handed over: canonical text, never changed. Rows elsewhere are its projection.

    `relevant_sha256` covers only what a rule looks at: equal before and after a return means that the
    case may go straight back to the desk that returned it.
    """

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="办件", related_name="versions")
    number = models.PositiveIntegerField("版本")
    content = models.TextField("内容")
    sha256 = models.CharField("摘要", max_length=64)
    relevant_sha256 = models.CharField("规则所涉内容的摘要", max_length=64)
    step = models.CharField("环节", max_length=40)
    frozen_by_post_id = models.UUIDField("交出岗位", null=True)
    frozen_on = models.DateField("交出日")
    frozen_at = models.DateTimeField("交出时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "案卷版本"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "number"], name="one_version_a_number")
        ]


class Watch(ProtectedModel):
    """A post follows a case that isn't its work now."""

    case = models.ForeignKey(Case, models.CASCADE, verbose_name="办件", related_name="watches")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="+")
    since = models.DateTimeField("起", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "关注"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["case", "post"], name="one_watch_a_post")]
