"""Reads of places."""

from collections.abc import Sequence

from django.db.models import Q

from waiban.core.places.models import City
from waiban.core.places.names import country_codes, currency_codes, currency_name, place_codes, place_name

__all__ = ["cities_like", "country_codes", "currency_codes", "currency_name", "place_codes", "place_name"]


def cities_like(text: str, *, place: str = "", limit: int = 10) -> Sequence[City]:
    """Cities whose name begins with the text, in Latin letters or Chinese, the largest first."""
    text = text.strip()
    if not text:
        return []
    rows = City.objects.filter(Q(name__istartswith=text) | Q(name_zh__startswith=text))
    if place:
        rows = rows.filter(place=place)
    return list(rows.order_by("-population", "id")[:limit])
