"""A file that somebody kept: its name and its readers. The bytes lie in storage under their SHA-256, once."""

from typing import Any, ClassVar

from django.db import models

from waiban.core.access.models import ProtectedModel
from waiban.core.offices.models import Office


class StoredFile(ProtectedModel):
    """Two rows may point to the same bytes: who may see a file is the row's matter, not the bytes'."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="外办", related_name="+")
    sha256 = models.CharField("摘要", max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("字节数")
    content_type = models.CharField("类型", max_length=100)
    kind = models.CharField("用途", max_length=40, help_text="What it was handed in as, e.g. request_scan.")
    sensitive = models.BooleanField("敏感", default=True, help_text="Every read of it goes to the register.")
    statement = models.TextField("声明", blank=True, help_text="Signed for a format that the door cannot read.")
    added_at = models.DateTimeField("存入时刻", auto_now_add=True)
    added_by_account_id = models.UUIDField("存入人", null=True)
    added_by_post_id = models.UUIDField("存入岗位", null=True)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "文件"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(sha256__regex="^[0-9a-f]{64}$"), name="a_digest_is_64_hex")
        ]

    def __str__(self) -> str:
        return self.name
