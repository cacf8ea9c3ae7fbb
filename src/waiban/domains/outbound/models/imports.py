"""Old records brought in from a spreadsheet: the batch, how its columns were read, and each of its rows."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office
from waiban.core.people.models import Traveller
from waiban.domains.outbound.models.trips import Trip


class ImportMapping(ProtectedModel):
    """Which column says what, as the office settled it the last time: field → heading of the column."""

    office = models.OneToOneField(Office, models.PROTECT, verbose_name="外办", related_name="+")
    columns = models.JSONField("列的对应", default=dict)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "导入列对应"


class ImportBatch(ProtectedModel):
    """One workbook. Its bytes are erased once it is saved or dropped; its digest stays."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", gettext_lazy("待对应")
        CHECKED = "checked", gettext_lazy("已预览")
        SAVED = "saved", gettext_lazy("已导入")
        DROPPED = "dropped", gettext_lazy("已放弃")
        UNDONE = "undone", gettext_lazy("已撤销")

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    number = models.PositiveIntegerField("批次")
    state = models.CharField("状态", max_length=8, choices=State, default=State.UPLOADED)
    file = models.ForeignKey("files.StoredFile", models.SET_NULL, verbose_name="工作簿", related_name="+", null=True)
    sha256 = models.CharField("工作簿摘要", max_length=64)
    name = models.CharField("文件名", max_length=200)
    sheet = models.CharField("工作表", max_length=60, blank=True)
    columns = models.JSONField("列的对应", default=dict)
    good_only = models.BooleanField("只导入无误的团组", default=False)
    counts = models.JSONField("数目", default=dict, help_text="rows, trips, new, changed, same, bad_rows, held")
    problems = models.JSONField(
        "问题", default=list, help_text="The first few hundred: row, column, what was expected."
    )
    changes = models.JSONField("改动", default=list, help_text="The first few hundred: row, column, old, new.")
    job_id = models.UUIDField("长任务", null=True)
    uploaded_by_post_id = models.UUIDField("上传岗位", null=True)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    checked_at = models.DateTimeField("预览时间", null=True)
    saved_at = models.DateTimeField("导入时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "导入批次"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "number"], name="one_number_a_batch"),
            models.CheckConstraint(
                condition=~Q(state__in=["saved", "dropped", "undone"]) | Q(file=None),
                name="an_ended_batch_keeps_no_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ImportedRow(ProtectedModel):
    """One member row by its stated key. `values` holds no name, birth day or identity number: those are the traveller's.

    A corrected row is a new one that `replaces` the old; undoing its batch makes the old one current again.
    """

    batch = models.ForeignKey(ImportBatch, models.PROTECT, verbose_name="导入批次", related_name="rows")
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    key = models.CharField("行键", max_length=200)
    trip = models.ForeignKey(Trip, models.CASCADE, verbose_name="因公临时出国(境)", related_name="+")
    traveller = models.ForeignKey(Traveller, models.PROTECT, verbose_name="出访人员", related_name="+")
    values = models.JSONField("内容", default=dict)
    digest = models.CharField("内容摘要", max_length=64)
    new_traveller = models.BooleanField("新建人员", default=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, verbose_name="所替换的行", related_name="replaced_by", null=True
    )
    current = models.BooleanField("现行", default=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "导入行"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["office", "key"], condition=Q(current=True), name="one_current_row_a_key")
        ]
