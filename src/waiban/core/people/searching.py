"""What a traveller is found by: names alone, and only by whoever sees the traveller."""

from django.urls import reverse
from django.utils.translation import gettext as _

from waiban.core.people.models import Traveller
from waiban.core.search.queries import ids
from waiban.core.search.registry import Hit, Indexed

KIND = "traveller"


def texts(traveller: Traveller) -> list[str]:
    """Nothing is left of one who was erased."""
    return [traveller.name, traveller.pinyin]


INDEXED = Indexed(KIND, "people.Traveller", texts)


def find(asked: str, most: int) -> list[Hit]:
    found = Traveller.objects.filter(pk__in=ids(KIND, asked, most)).select_related("unit").order_by("-id")
    return [
        Hit(
            of=traveller.pk,
            label=_("出访人员"),
            number="",
            title=traveller.name,
            unit=traveller.unit.short_name,
            detail="",
            url=reverse("people:traveller", args=[traveller.pk]),
        )
        for traveller in found[:most]
    ]
