"""The cast with the trip process published; cases of a subject of our own are made by the real actions."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

import waiban.domains.outbound
from waiban.core.casework import subjects
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.actions.publish_release import publish_release
from waiban.core.casework.models import Case
from waiban.core.people.personas import People, build_people

BPMN = Path(waiban.domains.outbound.__file__).parent / "processes/trip/1/trip.bpmn"


@dataclass
class Town:
    people: People
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def client(self, who: str) -> Client:
        return self.people.client(who)

    def open(self, title: str, *, on: date, destination: str = "德国") -> Case:
        """A case of the unit; its first item lies with the designated officer."""
        with self.people.as_("designated_officer"):
            return open_case(
                "inbox-test",
                uuid.uuid4(),
                applicant_post=self.people.city.posts["designated_officer"],
                number=f"澄外案〔2027〕{next(self.numbers)} 号",
                title=title,
                detail="5 人·02-22 离境",
                destination=destination,
                on=on,
            )


def make_town() -> Town:
    people = build_people()
    with people.as_("office_head"):
        publish_release(people.office.pk, "trip", BPMN.read_text(encoding="utf-8"), reason="第一版")
    return Town(people)


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
def town(db: None) -> Town:
    return make_town()


@pytest.fixture
def ask(town: Town) -> Callable[[str, str], str]:
    """The page that somebody gets at an address."""

    def answer(who: str, address: str) -> str:
        response = town.client(who).get(address)
        assert response.status_code == 200, response.content[:400]
        return response.content.decode()

    return answer
