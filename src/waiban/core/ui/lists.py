"""A list's columns and saved views, for any list: `state(request, LIST)` in the view, `<c-list_tools>` in the page.

A saved view is the list's own address line with a name, and its columns. Each is kept for an account at a post.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal, current_principal
from waiban.core.ui.models import ListChoice, SavedView

SAVED = "saved"
"""The address parameter that names the view in use."""


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    label: str | Promise
    shown: bool = True
    """Whether it stands in the list until somebody chooses."""
    always: bool = False
    """What opens the row can't be put away."""


@dataclass(frozen=True, slots=True)
class List:
    """`keys` are the parameters of its address that a view keeps; pages and totals aren't among them."""

    code: str
    url_name: str
    permission: Permission
    columns: tuple[Column, ...]
    keys: tuple[str, ...]

    def known(self, codes: Sequence[str]) -> list[str]:
        """Of `codes` those that are columns, in the list's own order, with what is always shown."""
        return [column.code for column in self.columns if column.always or column.code in codes]

    @property
    def usual(self) -> list[str]:
        return self.known([column.code for column in self.columns if column.shown])

    def kept(self, given: QueryDict) -> str:
        """What a view keeps of an address."""
        return urlencode([(key, given[key]) for key in self.keys if given.get(key)])

    def address(self, query: str) -> str:
        return f"{reverse(self.url_name)}?{query}" if query else reverse(self.url_name)


_lists: dict[str, List] = {}


def register(wanted: List) -> None:
    _lists[wanted.code] = wanted


def list_of(code: str) -> List:
    """Raises KeyError."""
    return _lists[code]


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    current: bool
    count: None = None


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    on: bool
    always: bool


@dataclass(frozen=True, slots=True)
class State:
    """`given` is the address as asked, or the one of the view that the account opens the list with."""

    list: List
    given: QueryDict
    columns: Sequence[str]
    views: Sequence[SavedView]
    current: SavedView | None
    opens_with: UUID | None
    own_columns: bool

    @property
    def choices(self) -> "Sequence[Choice]":
        return [Choice(one.code, str(one.label), one.code in self.columns, one.always) for one in self.list.columns]

    @property
    def tabs(self) -> "Sequence[Tab]":
        return [Tab(view.name, self.list.address(_of_view(view)), current=view == self.current) for view in self.views]

    @property
    def query(self) -> str:
        return self.list.kept(self.given)

    @property
    def line(self) -> str:
        """What the forms of columns and views send back: the address, with the view in use."""
        return "&".join(part for part in (self.query, f"{SAVED}={self.current.pk}" if self.current else "") if part)

    @property
    def changed(self) -> bool:
        """Whether the page shows other conditions than the view in use keeps."""
        return self.current is not None and self.current.query != self.query

    @property
    def is_opened_with(self) -> bool:
        return self.current is not None and self.current.pk == self.opens_with


def state(request: HttpRequest, wanted: List) -> State:
    principal = current_principal()
    views = list(views_of(principal, wanted.code))
    choice = choice_of(principal, wanted.code)
    opens_with = choice.opens_with_id if choice else None
    given = request.GET
    if not given and (first := next((view for view in views if view.pk == opens_with), None)):
        given = QueryDict(_of_view(first))
    current = next((view for view in views if str(view.pk) == given.get(SAVED)), None)
    chosen = current.columns if current and current.columns else choice.columns if choice else []
    return State(
        wanted, given, wanted.known(chosen) if chosen else wanted.usual, views, current, opens_with, bool(chosen)
    )


def views_of(principal: Principal, code: str) -> "QuerySet[SavedView]":
    """The account's own at its posts, and those shared by whoever holds one of them."""
    mine = Q(shared=False, account_id=principal.account) | Q(shared=True)
    return SavedView.objects.filter(mine, post_id__in=posts_of(principal), list_code=code).order_by("name", "id")


def choice_of(principal: Principal, code: str) -> ListChoice | None:
    if principal.account is None or principal.post is None:
        return None
    return ListChoice.objects.filter(account_id=principal.account, post_id=principal.post, list_code=code).first()


def posts_of(principal: Principal) -> list[UUID]:
    return sorted(principal.posts | principal.standing_in)


def _of_view(view: SavedView) -> str:
    return f"{view.query}&{SAVED}={view.pk}" if view.query else f"{SAVED}={view.pk}"
