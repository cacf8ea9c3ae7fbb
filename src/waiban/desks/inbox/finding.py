"""People among what is found: their page is a desk's."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from waiban.core.people.models import Traveller
from waiban.core.people.searching import KIND
from waiban.core.search.queries import ids
from waiban.core.search.registry import Finder, Hit


def find(asked: str, most: int) -> list[Hit]:
    found = Traveller.objects.filter(pk__in=ids(KIND, asked, most)).select_related("unit").order_by("-id")
    return [
        Hit(
            of=traveller.pk,
            label="",
            number="",
            title=traveller.name,
            unit=traveller.unit.short_name,
            detail="",
            url=reverse("travellers:page", args=[traveller.pk]),
        )
        for traveller in found[:most]
    ]


PEOPLE = Finder(KIND, _("出访人员"), find, order=80)
