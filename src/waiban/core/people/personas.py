"""An office with everybody in it, built by the real actions: for tests and for the demo.

A plan says which units, seats and people there are; `build` makes them. Tests take `CAST`:
one seat for each kind of reader, and a second office for the outsider.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from waiban.core.access.principals import PUBLIC, Principal, acting_as
from waiban.core.offices.actions.open_office import open_office
from waiban.core.offices.models import Office
from waiban.core.people.actions.add_account import add_account
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.actions.add_unit import add_unit
from waiban.core.people.actions.appoint import appoint
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.models import Account, Post, Role, Traveller, Unit
from waiban.core.people.principals import principal_of, system

if TYPE_CHECKING:
    from django.test import Client

LONG_AGO = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class UnitPlan:
    code: str
    name: str
    short_name: str
    kind: str
    parent: str = ""
    is_office: bool = False


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """A post and who holds it. `code` is what tests and demo call it; `post` its name, the role's where empty."""

    code: str
    unit: str
    role: Role
    person: str
    post: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class TravellerPlan:
    code: str
    unit: str
    name: str
    facts: Facts
    pinyin: str = ""
    born_on: date | None = None
    identity_number: str | None = None
    since: date = LONG_AGO


@dataclass(frozen=True, slots=True)
class CityPlan:
    office: Mapping[str, Any]
    units: Sequence[UnitPlan]
    seats: Sequence[SeatPlan]
    travellers: Sequence[TravellerPlan] = ()


@dataclass(frozen=True)
class City:
    """What `build` made, by the plan's codes."""

    office: Office
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    travellers: dict[str, Traveller] = field(default_factory=dict)

    def principal(self, who: str) -> Principal:
        return principal_of(self.accounts[who].pk, self.posts[who].pk)

    @contextmanager
    def as_(self, who: str) -> Iterator[Principal]:
        """Act as the holder of the seat `who`, in a transaction."""
        with acting_as(self.principal(who)) as principal:
            yield principal

    @contextmanager
    def as_system(self, reason: str = "test") -> Iterator[Principal]:
        with acting_as(system(self.office.pk, reason)) as principal:
            yield principal

    def client(self, who: str) -> "Client":
        """Django's test client, signed in as the holder of the seat without a password."""
        return client_of(self.accounts[who], self.posts[who].pk)


def client_of(account: Account, post: uuid.UUID | None = None) -> "Client":
    from django.test import Client

    client = Client()
    client.force_login(account)
    if post is not None:
        session = client.session
        session["post"] = str(post)
        session.save()
    return client


def build(plan: CityPlan, *, password: str | None = None) -> City:
    """Make an office and everybody in it. Acts as the platform; the register shows every step."""
    with acting_as(PUBLIC):
        office = open_office(**plan.office)
    city = City(office)
    with city.as_system("open office"):
        for unit in plan.units:
            city.units[unit.code] = add_unit(
                office,
                name=unit.name,
                short_name=unit.short_name,
                kind=unit.kind,
                parent=city.units[unit.parent] if unit.parent else None,
                is_office=unit.is_office,
            )
        for seat in plan.seats:
            _fill_seat(city, seat, password)
        for person in plan.travellers:
            city.travellers[person.code] = save_traveller(
                city.units[person.unit],
                name=person.name,
                facts=person.facts,
                since=person.since,
                pinyin=person.pinyin,
                born_on=person.born_on,
                identity_number=person.identity_number,
            )
    return city


def _fill_seat(city: City, seat: SeatPlan, password: str | None) -> None:
    """Two seats of one username are one person at two posts."""
    username = seat.username or f"{city.office.slug}-{seat.code}"
    account = next((known for known in city.accounts.values() if known.username == username), None)
    if account is None:
        account = add_account(city.office, username=username, name=seat.person, password=password)
    post = add_post(city.units[seat.unit], role=seat.role, name=seat.post)
    appoint(account, post, since=LONG_AGO)
    city.posts[seat.code], city.accounts[seat.code] = post, account


OFFICER, OTHER_OFFICER = "designated_officer", "outsider"

CAST = CityPlan(
    office={
        "slug": "cast",
        "name": "澄江市人民政府外事办公室",
        "name_en": "Foreign Affairs Office of Chengjiang",
        "short_name": "澄外",
        "city": "澄江市",
        "city_en": "Chengjiang",
        "law_path": "cn/nation",
    },
    units=(
        UnitPlan("office", "澄江市人民政府外事办公室", "外办", "government", is_office=True),
        UnitPlan("government", "澄江市人民政府", "市政府", "government"),
        UnitPlan("personnel", "中共澄江市委组织部", "市委组织部", "party"),
        UnitPlan("taiwan", "澄江市台湾事务办公室", "市台办", "party"),
        UnitPlan("audit", "澄江市审计局", "市审计局", "government"),
        UnitPlan("unit", "澄江市商务局", "市商务局", "government"),
        UnitPlan("branch", "澄江市贸易促进中心", "市贸促中心", "public_institution", parent="unit"),
        UnitPlan("elsewhere", "澄江市教育局", "市教育局", "government"),
        UnitPlan("outside", "省级检查组", "省检查组", "other"),
    ),
    seats=(
        SeatPlan(OFFICER, "unit", Role.DESIGNATED_OFFICER, "沈砚秋"),
        SeatPlan("unit_finance", "unit", Role.UNIT_FINANCE, "顾惟清"),
        SeatPlan("unit_head", "unit", Role.UNIT_HEAD, "程知远"),
        SeatPlan("unit_personnel", "unit", Role.PERSONNEL_BODY, "冯守拙"),
        SeatPlan("personnel_body", "personnel", Role.PERSONNEL_BODY, "陆明远"),
        SeatPlan("taiwan_office", "taiwan", Role.TAIWAN_OFFICE, "乔望舒"),
        SeatPlan("desk_officer", "office", Role.DESK_OFFICER, "林疏影"),
        SeatPlan("section_head", "office", Role.SECTION_HEAD, "周与归"),
        SeatPlan("office_head", "office", Role.OFFICE_HEAD, "许令仪"),
        SeatPlan("city_leader", "government", Role.CITY_LEADER, "韩景行"),
        SeatPlan("auditor", "audit", Role.AUDITOR, "纪修文"),
        SeatPlan(OTHER_OFFICER, "elsewhere", Role.DESIGNATED_OFFICER, "苏若虚"),
        SeatPlan("inspector", "outside", Role.INSPECTOR, "方鉴"),
    ),
    travellers=(
        TravellerPlan(
            "leader",
            "unit",
            "程知远",
            Facts(
                post="局长",
                rank="county",
                category="official",
                status="serving",
                managed_by="city",
                heads_unit=True,
                leadership_of="澄江市商务局党组",
                in_charge_of=("commerce",),
            ),
        ),
        TravellerPlan(
            "member",
            "unit",
            "唐一苇",
            Facts(
                post="科长",
                rank="section",
                category="official",
                status="serving",
                managed_by="unit",
                heads_unit=False,
            ),
        ),
    ),
)
"""One seat for each kind of reader of one office; the names are invented."""

NEIGHBOUR = CityPlan(
    office={
        "slug": "neighbour",
        "name": "临川市人民政府外事办公室",
        "name_en": "Foreign Affairs Office of Linchuan",
        "short_name": "临外",
        "city": "临川市",
        "city_en": "Linchuan",
        "law_path": "cn/nation",
    },
    units=(UnitPlan("office", "临川市人民政府外事办公室", "外办", "government", is_office=True),),
    seats=(SeatPlan("outside_office", "office", Role.DESK_OFFICER, "裴守拙"),),
)
"""Another office in the same deployment."""


@dataclass(frozen=True)
class People:
    """The fixture `people`: `city` with the cast, `neighbour` with an outsider; a persona's name finds its city."""

    city: City
    neighbour: City

    @property
    def office(self) -> Office:
        return self.city.office

    @property
    def personas(self) -> tuple[str, ...]:
        return (*self.city.posts, *self.neighbour.posts)

    def city_of(self, who: str) -> City:
        return self.neighbour if who in self.neighbour.posts else self.city

    def principal(self, who: str) -> Principal:
        return self.city_of(who).principal(who)

    @contextmanager
    def as_(self, who: str) -> Iterator[Principal]:
        with self.city_of(who).as_(who) as principal:
            yield principal

    @contextmanager
    def as_system(self, reason: str = "test") -> Iterator[Principal]:
        with self.city.as_system(reason) as principal:
            yield principal

    def client(self, who: str) -> "Client":
        return self.city_of(who).client(who)


def build_people() -> People:
    return People(build(CAST), build(NEIGHBOUR))
