"""The export with one row a member: own decision, own reason, one reason never overwriting another."""

import io
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from waiban.core.casework.actions.decide import MemberAnswer, decide
from waiban.core.people.personas import People
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def sheet(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/trips/export/?rows=members{query}")
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def trip(people: People) -> Trip:
    """The section head leaves the member at home for one reason, the leader of the city for another."""
    world.ready(people)
    trip = world.submitted(people, world.draft(people))
    member = str(people.city.travellers["member"].pk)
    with people.as_("desk_officer"):
        from waiban.core.casework.actions.accept import accept

        accept(world.open_item(trip, "accept").pk)
        world.attest_all(trip, "desk_review", "desk")
        decide(world.open_item(trip, "desk_review").pk, "agree", opinion="材料齐备，拟同意。")
    with people.as_("section_head"):
        no = MemberAnswer(member=member, outcome="refuse", reason="与任务无关，建议不去")
        decide(world.open_item(trip, "section_review").pk, "agree", opinion="拟同意。", members=[no])
    with people.as_("office_head"):
        decide(world.open_item(trip, "head_review").pk, "agree", opinion="同意，请领导审批。")
    return trip


def test_before_the_decision_nothing_is_decided_and_advice_is_told(people: People, trip: Trip) -> None:
    rows = sheet(people.client("desk_officer"))
    assert [row["序号"] for row in rows] == [1, 2]
    assert {row["本人结论"] for row in rows} == {"未决定"}
    assert not rows[0].get("各环节对本人的意见")
    assert rows[1]["各环节对本人的意见"].endswith("不同意：与任务无关，建议不去")


def test_each_member_has_the_own_decision_and_the_own_reason(people: People, trip: Trip) -> None:
    leader, member = (people.city.travellers[code] for code in ("leader", "member"))
    with people.as_("city_leader"):
        no = MemberAnswer(member=str(member.pk), outcome="refuse", reason="近期另有任务")
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。", members=[no])
    first, second = sheet(people.client("desk_officer"))
    assert (first["姓名"], first["本人结论"], first["本人理由"]) == (leader.name, "同意", "")
    assert (second["姓名"], second["本人结论"], second["本人理由"]) == (member.name, "不同意", "近期另有任务")
    said = second["各环节对本人的意见"].split("；")
    assert [one.partition(" ")[2].partition(" ")[2] for one in said] == [
        "不同意：与任务无关，建议不去",
        "不同意：近期另有任务",
    ]
    assert not first["各环节对本人的意见"]


def test_a_refused_group_gives_each_member_the_one_reason(people: People, trip: Trip) -> None:
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "refuse", opinion="任务不实")
    rows = sheet(people.client("desk_officer"))
    assert [(row["本人结论"], row["本人理由"]) for row in rows] == [("不同意", "任务不实")] * 2
    assert "与任务无关" in rows[1]["各环节对本人的意见"], "the earlier reason stands beside, not in its place"


def test_it_takes_along_what_is_filtered_and_nothing_that_is_not_seen(people: People, trip: Trip) -> None:
    assert sheet(people.client("desk_officer"), "&q=冰岛") == []
    assert len(sheet(people.client("desk_officer"), "&q=经贸")) == 2
    assert sheet(people.client("outsider")) == []


def test_as_text_with_commas_too(people: People, trip: Trip) -> None:
    answer = people.client("desk_officer").get("/trips/export/?rows=members&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()) == 3
    assert "与任务无关，建议不去" in text
