"""Reads of people. Row security has already said what is seen."""

import contextlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from waiban.core.access.principals import Principal
from waiban.core.offices.models import Office
from waiban.core.offices.queries import setting, today
from waiban.core.people.models import Account, Appointment, Post, Role, Substitute, Traveller, TravellerRecord, Unit
from waiban.core.people.persons import person_of as person_of  # noqa: PLC0414 - re-exported
from waiban.core.people.persons import same_person_ids as same_person_ids  # noqa: PLC0414 - re-exported

UPWARD = frozenset({"centre", "province", "city"})
"""Cadres managed there are filed with the city's personnel body; those above it are passed on by it."""


def on_day(day: date, last: str = "until") -> Q:
    """Rows that hold on a day; both their days count."""
    return Q(since__lte=day) & (Q(**{last: None}) | Q(**{f"{last}__gte": day}))


def holder_of(post: Post, day: date) -> Account | None:
    held = Appointment.objects.select_related("account").filter(on_day(day), post=post).first()
    return held.account if held else None


def substitutes_of(post: Post, day: date) -> list[Account]:
    rows = Substitute.objects.annotate(last=Coalesce("ended_on", "until")).filter(
        post=post, since__lte=day, last__gte=day
    )
    return [row.account for row in rows.select_related("account").order_by("since", "id")]


def people_at(posts: Iterable[uuid.UUID], day: date) -> list[Account]:
    """Who is to be told what waits at these posts: their holders and those who stand in, each once."""
    wanted = list(posts)
    held = Appointment.objects.filter(on_day(day), post_id__in=wanted)
    standing = Substitute.objects.annotate(last=Coalesce("ended_on", "until")).filter(
        post_id__in=wanted, since__lte=day, last__gte=day
    )
    rows = Account.objects.filter(Q(pk__in=held.values("account")) | Q(pk__in=standing.values("account")))
    return list(rows.filter(is_active=True).order_by("id"))


@dataclass(frozen=True, slots=True)
class Seat:
    post: Post
    holder: Account | None
    appointment: Appointment | None
    substitutes: tuple[Substitute, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit with its posts and the units under it."""

    unit: Unit
    depth: int
    seats: tuple[Seat, ...] = ()


def unit_tree(office: Office, day: date) -> list[Branch]:
    """The units of an office in the order of a printed tree, with posts and who holds them, in four queries."""
    units = list(Unit.objects.filter(office=office, closed_on=None).order_by("-is_office", "name"))
    seats = seats_of(Post.objects.filter(office=office), day)
    under: dict[uuid.UUID | None, list[Unit]] = {}
    known = {unit.pk for unit in units}
    for unit in units:
        under.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    found: list[Branch] = []

    def walk(parent: uuid.UUID | None, depth: int) -> None:
        for unit in under.get(parent, []):
            found.append(Branch(unit, depth, tuple(seats.get(unit.pk, ()))))
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return found


def seats_of(posts: QuerySet[Post], day: date) -> dict[uuid.UUID, list[Seat]]:
    """Seats by unit."""
    held = Appointment.objects.filter(on_day(day)).select_related("account")
    standing = (
        Substitute.objects.annotate(last=Coalesce("ended_on", "until"))
        .filter(since__lte=day, last__gte=day)
        .select_related("account")
    )
    rows = (
        posts.filter(closed_on=None)
        .select_related("unit")
        .prefetch_related(Prefetch("appointments", held, "held"), Prefetch("substitutes", standing, "standing"))
        .order_by("unit__name", "id")
    )
    found: dict[uuid.UUID, list[Seat]] = {}
    for post in rows:
        now: list[Appointment] = getattr(post, "held")  # noqa: B009 - named by the prefetch
        stand_ins: list[Substitute] = getattr(post, "standing")  # noqa: B009
        appointment = now[0] if now else None
        seat = Seat(post, appointment.account if appointment else None, appointment, tuple(stand_ins))
        found.setdefault(post.unit_id, []).append(seat)
    return found


def ancestors(unit: Unit) -> list[Unit]:
    """The unit itself, its parent, and so on up."""
    line = [unit]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    return line


def personnel_post_for(unit: Unit, managed_by: str) -> Post | None:
    """The personnel body's post that is competent for a member of `unit` by cadre authority.

    Centre, province and city: the city's personnel body. Unit and county: the unit's own, or that of
    the nearest unit above it. Not stated: the unit's own, else the city's. None where nobody is competent.
    """
    if managed_by in UPWARD:
        return city_personnel_post(unit.office)
    own = nearest_post(unit, Role.PERSONNEL_BODY)
    if own is None and managed_by in ("", "city"):
        return city_personnel_post(unit.office)
    return own


def nearest_post(unit: Unit, role: str) -> Post | None:
    line = ancestors(unit)
    posts = {
        post.unit_id: post
        for post in Post.objects.filter(unit__in=line, role=role, closed_on=None).order_by("unit_id", "-id")
    }
    return next((posts[place.pk] for place in line if place.pk in posts), None)


def city_personnel_post(office: Office) -> Post | None:
    """Of the unit that the office has settled; else of the one party department that has such a post."""
    posts = Post.objects.filter(office=office, role=Role.PERSONNEL_BODY, closed_on=None).order_by("id")
    if name := setting(office, "people.personnel_unit"):
        return posts.filter(unit__name=name).first()
    return posts.filter(unit__kind="party", unit__parent=None).first()


def travellers(*, unit: Unit | None = None, search: str = "") -> QuerySet[Traveller]:
    """Whom the principal sees. `search` is part of a name or the whole of its pinyin."""
    rows = Traveller.objects.filter(erased_on=None).select_related("unit")
    if unit is not None:
        rows = rows.filter(unit=unit)
    if search:
        rows = rows.filter(Q(name__contains=search) | Q(pinyin__istartswith=search))
    return rows.order_by("unit__name", "name", "id")


def units_of_travellers() -> list[Unit]:
    """Units with somebody on record whom the principal sees, for a filter."""
    rows = Traveller.objects.filter(unit=OuterRef("pk"), erased_on=None)
    return list(Unit.objects.filter(Exists(rows)).order_by("name")[:200])


def traveller_page(
    *, search: str, after: str, size: int, on: date, unit: Unit | None = None
) -> tuple[list[Traveller], str]:
    """One page by key, each traveller with its record of the day, and the key of the next page or an empty text.

    The key is `name/id` of the last row of the page before.
    """
    rows = travellers(search=search, unit=unit).order_by("name", "id")
    name, _, key = after.rpartition("/")
    if name:
        with contextlib.suppress(ValueError):  # a key that was typed wrong begins at the beginning
            rows = rows.filter(Q(name__gt=name) | Q(name=name, id__gt=uuid.UUID(key)))
    page = list(with_records(rows, on)[: size + 1])
    if len(page) <= size:
        return page, ""
    return page[:size], f"{page[size - 1].name}/{page[size - 1].pk}"


def with_records(rows: QuerySet[Traveller], on: date) -> QuerySet[Traveller]:
    """Each with `now`: the list of its record on that day, or empty. Two queries for any number of rows."""
    return rows.prefetch_related(
        Prefetch("records", TravellerRecord.objects.filter(on_day(on)).select_related("unit"), "now")
    )


def record_on(traveller: Traveller, on: date) -> TravellerRecord | None:
    return TravellerRecord.objects.filter(on_day(on), traveller=traveller).select_related("unit").first()


def traveller_card(traveller: Traveller, on: date) -> dict[str, Any]:
    """What the dossier's member says of this traveller on a day; a fact that isn't on record is left out."""
    found = getattr(traveller, "now", None)
    record = (found[0] if found else None) if found is not None else record_on(traveller, on)
    if record is None:
        return {"id": str(traveller.pk), "unit": traveller.unit.name}
    card: dict[str, Any] = {
        "id": str(traveller.pk),
        "unit": record.unit.name,
        "post": record.post,
        "rank": record.rank,
        "grade": record.grade,
        "category": record.category,
        "status": record.status,
        "managed_by": record.managed_by,
        "heads_unit": record.heads_unit,
        "leadership_of": record.leadership_of,
        "term_from": record.term_from.isoformat() if record.term_from else None,
        "in_charge_of": record.in_charge_of,
    }
    return {key: value for key, value in card.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class ChoosablePost:
    """A post that the account may act at today; where it stands in, `for_whom` names the holder, if there is one."""

    id: uuid.UUID
    name: str
    for_whom: str = ""
    stands_in: bool = False
    current: bool = False


def choosable_posts(principal: Principal) -> list[ChoosablePost]:
    """Where the principal may act, by unit; in two queries for any number."""
    acting_at = principal.for_post or principal.post
    posts = Post.objects.filter(pk__in=principal.posts | principal.standing_in).select_related("unit", "office")
    rows = list(posts.order_by("unit__name", "id"))
    stood_in = [post for post in rows if post.pk in principal.standing_in and post.pk not in principal.posts]
    held = {
        row.post_id: row.account.name
        for row in Appointment.objects.filter(post__in=stood_in).select_related("account", "post__office")
        if row.since <= (day := today(row.post.office)) and (row.until is None or row.until >= day)
    }
    return [
        ChoosablePost(
            post.pk,
            post.name if post.unit.is_office else f"{post.unit.short_name}{post.name}",
            held.get(post.pk, ""),
            stands_in=post in stood_in,
            current=post.pk == acting_at,
        )
        for post in rows
    ]


def accounts(office: Office) -> Sequence[Account]:
    """Accounts that the office opened or that hold a post in it."""
    seated = Appointment.objects.filter(account=OuterRef("pk"), post__office=office)
    rows = Account.objects.filter(Q(opened_by_office=office.pk) | Q(Exists(seated)))
    held = Appointment.objects.select_related("post__unit").filter(on_day(today(office)))
    return list(rows.prefetch_related(Prefetch("appointments", held, "held")).order_by("username"))


def holders(office: Office, on: date) -> Sequence[Account]:
    """Accounts that hold a post of the office on a day."""
    seated = Appointment.objects.filter(on_day(on), account=OuterRef("pk"), post__office=office)
    return list(Account.objects.filter(Exists(seated), is_active=True).order_by("name"))


def substitutions(office: Office, on: date) -> Sequence[Substitute]:
    """Those that hold or will hold, the next to end first."""
    return list(
        Substitute.objects.annotate(last=Coalesce("ended_on", "until"))
        .filter(post__office=office, last__gte=on)
        .select_related("post__unit", "account")
        .order_by("last", "id")
    )
