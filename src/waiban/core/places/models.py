"""Cities and the working calendar. Reference data, the same for every office: outside row security.

Countries, regions and currencies need no table: `names` reads them from the packages.
"""

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper


class City(models.Model):
    """A city of more than 15,000 people (GeoNames, CC BY 4.0)."""

    id = models.IntegerField("GeoNames 编号", primary_key=True)
    name = models.CharField("名称", max_length=200)
    name_zh = models.CharField(
        "中文名称", max_length=100, blank=True, help_text="Taken from untagged names: shown as a guess, never printed."
    )
    place = models.CharField("国家或地区", max_length=2, db_index=True)
    latitude = models.FloatField("纬度")
    longitude = models.FloatField("经度")
    population = models.IntegerField("人口")
    time_zone = models.CharField("时区", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "城市"
        indexes: ClassVar = [
            models.Index(OpClass(Upper("name"), "text_pattern_ops"), name="city_by_name"),
            models.Index(OpClass("name_zh", "text_pattern_ops"), name="city_by_name_zh"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name


class CalendarDay(models.Model):
    """A day that the State Council's notice makes a holiday or a working day. A year with such days is announced."""

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("上班", help_text="True: a make-up day.")
    name = models.CharField("节日", max_length=40)
    source = models.CharField("来源", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "节假日安排"
