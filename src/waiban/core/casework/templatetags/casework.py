"""`{% load casework %}{% more_acts case item %}`: the menu 更多办法; nothing where there is nothing more to do."""

from collections.abc import Sequence
from typing import Any

from django import template

from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.more import more_acts as acts_of

register = template.Library()


@register.inclusion_tag("casework/more.html")
def more_acts(
    case: Case | None, item: WorkItem | None = None, place: str = "", waiting: Sequence[WorkItem] | None = None
) -> dict[str, Any]:
    """`place`: "up" where the menu stands at the foot of something and opens upward."""
    return {"acts": acts_of(case, item, waiting) if case is not None else [], "place": place}
