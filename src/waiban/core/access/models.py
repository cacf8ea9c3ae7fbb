"""Reader keys, and the base of every table that the database itself guards."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy

from waiban.core.access.principals import current_principal
from waiban.kernel.ids import uuid7


class ReaderKey(models.Model):
    """A number that stands for a group of readers: rows carry numbers, principals hold numbers.

    Integers because PostgreSQL compares an integer array by one GIN index; at 200,000 rows
    a count takes 5.6 ms so, and 792 ms with subqueries in the policy.
    """

    class Kind(models.TextChoices):
        AUDIT = "audit", gettext_lazy("审计")
        OFFICE = "office", gettext_lazy("全办")
        POST = "post", gettext_lazy("岗位")
        SHARE = "share", gettext_lazy("共享")
        STAFF = "staff", gettext_lazy("本办系统内人员")
        SYSTEM = "system", gettext_lazy("系统")
        UNIT = "unit", gettext_lazy("单位")

    id = models.AutoField(primary_key=True)
    office_id = models.UUIDField("外办")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    of = models.UUIDField("所指", help_text="The unit, post or share; the office itself for the other kinds.")

    class Meta:
        verbose_name = verbose_name_plural = "阅读钥匙"
        constraints: ClassVar = [models.UniqueConstraint(fields=["office_id", "kind", "of"], name="one_key_each")]


class ProtectedManager(models.Manager["Any"]):
    """Reads through row security, and says so when nobody acts instead of answering nothing."""

    def get_queryset(self) -> models.QuerySet[Any]:
        current_principal()
        return super().get_queryset()


class ProtectedModel(models.Model):
    """A table under FORCE row security: a row is seen and changed by holders of one of its reader keys.

    `access.rows` makes the policies from these declarations after every migration.
    """

    id = models.UUIDField("编号", primary_key=True, default=uuid7, editable=False)
    readers = ArrayField(models.IntegerField(), verbose_name="可见范围", default=list, editable=False)

    anyone_inserts: ClassVar[bool] = False
    """A row may be added for other readers than oneself (a message to another post)."""

    objects: ClassVar[models.Manager[Self]] = ProtectedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        indexes: ClassVar = [GinIndex(fields=["readers"], name="%(app_label)s_%(class)s_r")]
