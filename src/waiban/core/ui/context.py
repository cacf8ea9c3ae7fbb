"""What the base page needs beside its own content; lazy, so that a fragment pays nothing for it."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from waiban.core.access.principals import Kind, current_principal, someone_acts
from waiban.core.notify.queries import unread_count
from waiban.core.offices.models import Office
from waiban.core.people.models import Post
from waiban.core.people.queries import ChoosablePost, choosable_posts
from waiban.core.ui import nav


@dataclass(frozen=True, slots=True)
class Shell:
    office_name: str
    office_short: str
    telephone: str
    post: str
    person: str
    links: list[nav.Link]
    posts: list[ChoosablePost] = field(default_factory=list)
    """To choose from, where the account may act at more than one."""
    unread: str = ""
    """Notices that nobody at these posts has read: nothing, their number, or 99+."""
    notice: str = ""
    """What the office wants read before anybody signs in."""
    practising: bool = False
    across: str = ""
    """A post of the account on the other side: in the practice area, or back in the office."""


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": SimpleLazyObject(lambda: _shell(request)), "languages": settings.LANGUAGES}


def _shell(request: HttpRequest) -> Shell:
    if not someone_acts() or current_principal().kind == Kind.PUBLIC:
        office = _office_of(request)
        if office is None:
            return Shell("", _short(None), "", "", "", [])
        return Shell(_name(office), _short(office), office.telephone, "", "", [], notice=office.notice)
    principal = current_principal()
    post = Post.objects.select_related("unit", "office").filter(pk=principal.post).first() if principal.post else None
    office = post.office if post else None
    where = "" if post is None else post.name if post.unit.is_office else f"{post.unit.short_name}{post.name}"
    person = getattr(request.user, "name", "")
    return Shell(
        _name(office),
        _short(office),
        office.telephone if office else "",
        where,
        person,
        nav.links(principal),
        choosable_posts(principal) if len(principal.posts | principal.standing_in) > 1 else [],
        _unread() if post else "",
        practising=principal.practising,
        across=str(min(principal.across)) if principal.across else "",
    )


def _office_of(request: HttpRequest) -> Office | None:
    """Before anybody acts: the office whose short name is the host's first part, else the deployment's first."""
    label = request.get_host().partition(".")[0]
    return Office.objects.filter(slug=label).first() or Office.objects.order_by("id").first()


def _unread() -> str:
    count = unread_count()
    return "99+" if count > 99 else str(count or "")


def _short(office: Office | None) -> str:
    if (get_language() or "").startswith("en"):
        return f"{office.city_en} FAO" if office else "FAO"
    return f"{office.city.removesuffix('市')}外办" if office else "外办"


def _name(office: Office | None) -> str:
    if office is None:
        return ""
    return office.name_en if (get_language() or "").startswith("en") else office.name
