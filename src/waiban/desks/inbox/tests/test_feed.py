"""The calendar: numbers, steps and days, for whoever holds the secret address and nobody else."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from waiban.core.casework.clocks import today
from waiban.core.casework.feeds import ALLOWED
from waiban.core.casework.models import Case, WorkItem
from waiban.core.offices.actions.set_setting import set_setting
from waiban.desks.inbox.tests.conftest import Town

pytestmark = pytest.mark.django_db


def allow(town: Town) -> None:
    with town.people.as_("office_head"):
        set_setting(town.people.office, ALLOWED, value=True, reason="开放")


def due_today(town: Town) -> Case:
    case = town.open("赴日本经贸洽谈", on=today() - timedelta(days=1))
    with town.people.as_system():
        WorkItem.objects.filter(case=case).update(due=today())
    return case


def address(page: str) -> str:
    found = re.search(r'value="(http[^"]+\.ics)"', page)
    assert found
    return found[1]


def test_off_until_the_office_allows_it(town: Town) -> None:
    client = town.client("desk_officer")
    assert "没有开放日历订阅" in client.get("/calendar").content.decode()
    assert client.post("/calendar").status_code == 422


def test_the_address_shows_number_and_step_and_ends_when_closed(town: Town) -> None:
    allow(town)
    case = due_today(town)
    client = town.client("designated_officer")
    first = address(client.post("/calendar").content.decode())
    second = address(client.post("/calendar").content.decode())
    anybody = Client()
    assert anybody.get(first).status_code == 404
    text = anybody.get(second).content.decode()
    assert text.startswith("BEGIN:VCALENDAR")
    assert case.number in text
    assert "日本" not in text
    assert anybody.get(second.replace(".ics", "x.ics")).status_code == 404
    client.post("/calendar", {"close": "1"})
    assert anybody.get(second).status_code == 404


def test_the_file_holds_what_is_open_here(town: Town, ask: Callable[[str, str], str]) -> None:
    case = due_today(town)
    text = ask("designated_officer", "/calendar.ics")
    assert case.number in text
    assert "日本" not in text
    assert case.number not in ask("outsider", "/calendar.ics")
