"""What is searched: one narrow row an object, beside the text and closed to the app's role."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Entry(models.Model):
    """Operators that aren't leakproof can't use an index ahead of a policy: 145 ms against 0.5. So this table is read
    and written by SECURITY DEFINER functions alone (migration 0002), which answer with ids of what the asker may see.

    `readers` follow the object's by trigger (follow.py), and the row goes when the object goes.
    """

    of = models.UUIDField("对象", primary_key=True)
    kind = models.CharField("种类", max_length=24)
    readers = ArrayField(models.IntegerField(), verbose_name="可见范围")
    bigrams = SearchVectorField("二字组")

    class Meta:
        verbose_name = verbose_name_plural = "检索条目"
        indexes: ClassVar[list[Any]] = [
            # Both in one index, so that a unit's own rows are found among a city's. Written at once: a list of
            # pending entries would be read whole by every search.
            GinIndex(fields=["readers", "bigrams"], name="search_entry_found", fastupdate=False),
            models.Index(fields=["kind", "-of"], name="search_entry_newest"),
        ]
