"""What a traveller is found by: names alone, and only by whoever sees the traveller."""

from waiban.core.people.models import Traveller
from waiban.core.search.registry import Indexed

KIND = "traveller"


def texts(traveller: Traveller) -> list[str]:
    """Nothing is left of one who was erased."""
    return [traveller.name, traveller.pinyin]


INDEXED = Indexed(KIND, "people.Traveller", texts, mark="p")
