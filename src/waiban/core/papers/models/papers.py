"""Papers drawn: the file, its number, and whether its stamped scan is there."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class Paper(ProtectedModel):
    """One paper as it was drawn. Its words stand in the files only; the row holds no name of a person."""

    class State(models.TextChoices):
        UNSTAMPED = "unstamped", gettext_lazy("未盖章")
        STAMPED = "stamped", gettext_lazy("已盖章")
        VOID = "void", gettext_lazy("已作废")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    kind = models.CharField("种类", max_length=40)
    case_id = models.UUIDField("办件", null=True, help_text="Casework lies above, so an id and no foreign key.")
    version_id = models.UUIDField("案卷版本", null=True)
    grant_id = models.UUIDField("授权文件", null=True)

    year = models.PositiveSmallIntegerField("年份")
    serial = models.PositiveIntegerField("序号", null=True, help_text="NULL for papers without a number.")
    document_number = models.CharField("文号", max_length=80, blank=True)
    day = models.DateField("成文日期")
    valid_until = models.DateField("有效期至", null=True)

    source_sha256 = models.CharField("文本来源", max_length=64)
    content_sha256 = models.CharField("内容摘要", max_length=64, help_text="Of the source and the values together.")
    template = models.ForeignKey(
        "papers.PaperTemplate", models.PROTECT, verbose_name="所用模板", related_name="+", null=True
    )
    pdf = models.ForeignKey(
        "files.StoredFile", models.PROTECT, verbose_name="PDF", related_name="+", null=True,
        help_text="None where the office's own DOCX was filled: the shipped PDF would say something else.",
    )  # fmt: skip
    docx = models.ForeignKey("files.StoredFile", models.PROTECT, verbose_name="DOCX", related_name="+")

    state = models.CharField("状态", max_length=9, choices=State, default=State.UNSTAMPED)
    stamped_scan = models.ForeignKey(
        "files.StoredFile", models.PROTECT, verbose_name="盖章扫描件", related_name="+", null=True
    )
    stamped_on = models.DateField("盖章日期", null=True)
    drawn_by_post_id = models.UUIDField("出文岗位", null=True)
    drawn_at = models.DateTimeField("出文时间", auto_now_add=True)
    voided_on = models.DateField("作废日期", null=True)
    void_reason = models.CharField("作废原因", max_length=400, blank=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "公文"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "kind", "year", "serial"], name="a_number_is_given_once"),
            models.CheckConstraint(
                condition=Q(pdf__isnull=False) | Q(template__isnull=False), name="a_shipped_paper_has_its_pdf"
            ),
            models.CheckConstraint(
                condition=Q(serial__isnull=False, document_number__gt="") | Q(serial__isnull=True, document_number=""),
                name="a_serial_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(state="unstamped")
                | Q(stamped_scan__isnull=False, stamped_on__isnull=False)
                | Q(state="void"),
                name="a_stamped_paper_has_its_scan",
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_on__isnull=False, void_reason__gt="")
                | (~Q(state="void") & Q(voided_on__isnull=True, void_reason="")),
                name="a_void_paper_says_why",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            *ProtectedModel.Meta.indexes,
            models.Index(fields=["case_id", "drawn_at"], name="paper_of_case"),
        ]

    def __str__(self) -> str:
        return self.document_number or self.kind
