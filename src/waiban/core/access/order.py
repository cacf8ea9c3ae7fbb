"""The order of a list under row security."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce

from waiban.core.access.keys import sees_whole_office
from waiban.core.access.principals import current_principal


def walked(first: str, *rest: str, nulls_last: bool | None = None) -> tuple[Any, ...]:
    """For `order_by`: an index's own order for whoever sees most rows; for anybody else an order that no index has, so
    that the few rows are found by their readers and sorted. A unit's own lie anywhere, and walking to them reads a
    city's: 28,000 rows for a page of 25, where 2,200 are the unit's.
    """
    name = first.lstrip("-")
    value: Any = F(name) if sees_whole_office(current_principal()) else Coalesce(name, name)
    return value.desc(nulls_last=nulls_last) if first.startswith("-") else value.asc(nulls_last=nulls_last), *rest
