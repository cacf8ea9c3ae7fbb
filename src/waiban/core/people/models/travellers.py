"""People who travel and have no account."""

from django.db import models

from waiban.core.access.models import ProtectedModel
from waiban.core.people.models.posts import Unit


class Traveller(ProtectedModel):
    """One person who travels. Name and identity number lie here alone, so that deleting the row erases them.

    `identity_number` is encrypted (Fernet, key outside the database); screens show
    `identity_masked`; `identity_hash` is keyed, for matching.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="travellers")
    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField("拼音", max_length=120, blank=True)
    born_on = models.DateField("出生日期", null=True)
    identity_number = models.BinaryField("证件号码(密文)", null=True)
    identity_masked = models.CharField("证件号码", max_length=24, blank=True)
    identity_hash = models.CharField("证件号码摘要", max_length=64, blank=True, db_index=True)
    salt = models.BinaryField("盐", max_length=16)

    class Meta(ProtectedModel.Meta):
        verbose_name = verbose_name_plural = "出访人员"

    def __str__(self) -> str:
        return self.name
