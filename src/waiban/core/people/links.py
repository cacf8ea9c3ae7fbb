"""What rooms above keep of a traveller: one link each on the traveller's page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from waiban.core.access.principals import Principal
from waiban.core.people.models import Traveller


def _everybody(_principal: Principal) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Link:
    """`url_name` takes the traveller's id; who may open it is the page's own to say, `shown` only hides the way."""

    label: str | Promise
    url_name: str
    shown: Callable[[Principal], bool] = _everybody


_links: list[Link] = []


def register(label: str | Promise, url_name: str, shown: Callable[[Principal], bool] = _everybody) -> None:
    if url_name not in {link.url_name for link in _links}:
        _links.append(Link(label, url_name, shown))


def links_of(traveller: Traveller, principal: Principal) -> list[tuple[str, str]]:
    return [(str(link.label), reverse(link.url_name, args=[traveller.pk])) for link in _links if link.shown(principal)]
