"""An office's own DOCX in place of a shipped one. A version is never changed; a case keeps the one it began with."""

from typing import Any, ClassVar

from django.db import models

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class PaperTemplate(ProtectedModel):
    """What the office hands back to the shipped template with is a version too, one without a file."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    paper = models.CharField("公文种类", max_length=40)
    version = models.PositiveIntegerField("版本")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, verbose_name="DOCX", related_name="+", null=True)
    reason = models.CharField("理由", max_length=400)
    set_by_post_id = models.UUIDField("设置岗位", null=True)
    set_by_account_id = models.UUIDField("设置人", null=True)
    set_at = models.DateTimeField("设置时间", auto_now_add=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "公文模板"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "paper", "version"], name="one_template_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.paper} {self.version}"


class PinnedTemplate(ProtectedModel):
    """The version with which a case began. A case without a row for a paper prints the shipped one."""

    case_id = models.UUIDField("办件", help_text="Casework lies above, so an id and no foreign key.")
    paper = models.CharField("公文种类", max_length=40)
    template = models.ForeignKey(PaperTemplate, models.PROTECT, verbose_name="公文模板", related_name="+")

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "办件所用模板"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case_id", "paper"], name="one_template_a_case_and_paper")
        ]
