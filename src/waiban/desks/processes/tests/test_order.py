"""The office head reorders the steps; the checker has the last word; nobody else gets in."""

import re
from pathlib import Path
from typing import Any

import pytest

from waiban.core.casework.actions.publish_release import seed_release
from waiban.core.casework.models import ProcessRelease

pytestmark = pytest.mark.django_db(databases=["default", "register"])
TRIP = Path(__file__).parents[3] / "domains/outbound/processes/trip/1/trip.bpmn"


@pytest.fixture
def head(people: Any) -> Any:
    with people.as_system():
        seed_release(people.office.pk, "trip", TRIP.read_text(encoding="utf-8"), reason="默认流程")
    return people.client("office_head")


def order_on(page: Any) -> list[str]:
    return re.findall(r'name="order" value="(\w+)"', page.content.decode())


def test_the_steps_stand_in_their_order(head: Any) -> None:
    page = head.get("/processes/")
    assert page.status_code == 200
    assert order_on(page)[:3] == ["finance_review", "notice", "unit_approval"]
    assert "可以发布" not in page.content.decode()


def test_a_lawful_move_is_said_to_be_so_and_can_be_published(people: Any, head: Any) -> None:
    order = order_on(head.get("/processes/"))
    tried = head.post("/processes/", {"process": "trip", "order": order, "move": "up:notice"})
    assert order_on(tried)[:2] == ["notice", "finance_review"]
    assert "可以发布" in tried.content.decode()
    refused = head.post("/processes/", {"process": "trip", "order": order_on(tried), "publish": "1", "reason": " "})
    assert refused.status_code == 422
    assert "为什么" in refused.content.decode()
    done = head.post("/processes/", {"process": "trip", "order": order_on(tried), "publish": "1", "reason": "本办规定"})
    assert done.status_code == 302
    with people.as_system():
        newest = ProcessRelease.objects.order_by("-number").first()
    assert (newest.number, newest.origin) == (2, "office")
    page = head.get("/processes/")
    assert order_on(page)[:2] == ["notice", "finance_review"]
    assert "本办规定" in page.content.decode()
    assert head.get(f"/processes/{newest.pk}/bpmn/")["Content-Type"] == "application/xml"


def test_an_unlawful_move_shows_the_way_past_the_required_desk(people: Any, head: Any) -> None:
    order = order_on(head.get("/processes/"))
    tried = head.post("/processes/", {"process": "trip", "order": order, "move": "up:submit"})
    text = tried.content.decode()
    assert "可以不经“单位审批”同意就到“报送外办”" in text
    assert "→" in text
    posted = head.post("/processes/", {"process": "trip", "order": order_on(tried), "publish": "1", "reason": "快"})
    assert posted.status_code == 422
    with people.as_system():
        assert ProcessRelease.objects.count() == 1


def test_rubbish_falls_back_to_the_order_in_force(head: Any) -> None:
    order = order_on(head.get("/processes/"))
    page = head.post("/processes/", {"process": "trip", "order": ["x", *order[1:]], "move": "sideways:nobody"})
    assert order_on(page) == order


@pytest.mark.parametrize("who", ["desk_officer", "designated_officer", "auditor", "outsider"])
def test_nobody_else_gets_in(people: Any, head: Any, who: str) -> None:
    assert people.client(who).get("/processes/").status_code == 403
    with people.as_system():
        release = ProcessRelease.objects.get()
    assert people.client(who).get(f"/processes/{release.pk}/bpmn/").status_code == 403
