"""An office with one unit, four posts and the trip process published; cases are made by the real actions."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

import waiban.domains.outbound
from waiban.core.access.keys import readers
from waiban.core.access.principals import acting_as
from waiban.core.casework import subjects
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.actions.publish_release import publish_release
from waiban.core.casework.models import Case
from waiban.core.offices.models import Office
from waiban.core.people.models import Account, Appointment, Post, Role, Unit
from waiban.core.people.principals import principal_of, system

BPMN = Path(waiban.domains.outbound.__file__).parent / "processes/trip/1/trip.bpmn"


@dataclass
class World:
    office: Office
    accounts: dict[str, Account] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def client(self, who: str) -> Client:
        client = Client()
        client.force_login(self.accounts[who])
        return client

    def open(self, title: str, *, on: date, destination: str = "德国") -> Case:
        """A case of the unit's applicant; its first item lies with the applicant."""
        with acting_as(principal_of(self.accounts["applicant"].pk)):
            return open_case(
                "inbox-test",
                uuid.uuid4(),
                applicant_post=self.posts["applicant"],
                number=f"云外案〔2027〕{next(self.numbers)} 号",
                title=title,
                detail="5 人·02-22 离境",
                destination=destination,
                on=on,
            )


@pytest.fixture(autouse=True)
def _subject(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        subjects._subjects,
        "inbox-test",
        subjects.Subject(
            kind="inbox-test",
            name="团组",
            url_name="inbox_preview",
            freeze=lambda _case: subjects.Frozen("{}", "0"),
            preview=lambda _case: subjects.Preview(
                lines=[("行程", "5 人·1 国·5 天")], missing=[("attest", "邀请单位业务对口")], others=26
            ),
        ),
    )


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def make_world() -> World:
    made = World(Office.objects.create(slug="t", name="云汀市人民政府外事办公室", city="云汀市", law_path="cn"))
    with acting_as(system(made.office.pk, "test")):
        publish_release(made.office.pk, "trip", BPMN.read_text(encoding="utf-8"), reason="第一版")
        shown = readers(made.office.pk, staff=True)
        own = Unit.objects.create(
            office=made.office, name="外办", short_name="本办", kind="agency", is_office=True, readers=shown
        )
        unit = Unit.objects.create(
            office=made.office, name="市商务局", short_name="市商务局", kind="agency", readers=shown
        )
        other = Unit.objects.create(
            office=made.office, name="市教育局", short_name="市教育局", kind="agency", readers=shown
        )
        seats: list[tuple[str, Unit, Role]] = [
            ("applicant", unit, Role.DESIGNATED_OFFICER),
            ("finance", unit, Role.UNIT_FINANCE),
            ("outsider", other, Role.DESIGNATED_OFFICER),
            ("desk", own, Role.DESK_OFFICER),
        ]
        for name, where, role in seats:
            post = Post.objects.create(
                office=made.office,
                unit=where,
                role=role,
                name=str(role.label),
                office_wide=where.is_office,
                readers=shown,
            )
            account = Account.objects.create(username=name, name=name)
            Appointment.objects.create(account=account, post=post, since=date(2020, 1, 1), readers=shown)
            made.accounts[name], made.posts[name] = account, post
    return made


@pytest.fixture
def ask(world: World) -> Callable[[str, str], str]:
    """The page that somebody gets at an address."""

    def answer(who: str, address: str) -> str:
        response = world.client(who).get(address)
        assert response.status_code == 200, response.content[:400]
        return response.content.decode()

    return answer
