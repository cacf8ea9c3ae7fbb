"""选列 and 存为视图, at the door: what one account chooses, what a post shares, what the export takes along."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from waiban.core.people.personas import People
from waiban.core.ui.models import ListChoice, SavedView
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def desk(people: People) -> Client:
    world.ready(people)
    world.submitted(people, world.draft(people))
    return people.client("desk_officer")


def heads(client: Client, address: str = "/trips/") -> list[str]:
    page = client.get(address).content.decode()
    row = page.partition("<thead>")[2].partition("</thead>")[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<th .*?</th>", row)]


def tabs(client: Client, address: str = "/trips/?view=all") -> dict[str, str]:
    page = client.get(address).content.decode()
    listed = page.partition('class="tabs-list"')[2].partition("</ul>")[0]
    return {
        name.strip(): url.replace("&amp;", "&") for url, name in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)', listed)
    }


def sheet(client: Client, address: str) -> list[list[Any]]:
    body = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def test_columns_are_chosen_kept_and_exported(people: People, desk: Client) -> None:
    usual = heads(desk)
    assert usual == ["案号", "团组", "单位", "目的地", "人数", "离境", "返回", "状态", "时限", "经费"]
    sent = {"act": "use", "column": ["unit", "leader", "holder", "nonsense"], "query": "view=open"}
    answer = desk.post("/lists/trips/columns/", sent)
    assert answer["Location"] == "/trips/?view=open"
    assert heads(desk) == ["团组", "单位", "团长", "在谁手里"], "what opens the row stays"
    with people.as_("desk_officer"):
        leader = people.city.travellers["leader"].name
    assert leader in desk.get("/trips/").content.decode()
    rows = sheet(desk, "/trips/export/?view=open")
    assert rows[0] == ["团组", "单位", "团长", "在谁手里"]
    assert rows[1][2] == leader
    assert heads(people.client("section_head")) == usual, "nobody else's list changes"
    desk.post("/lists/trips/columns/", {"act": "usual"})
    assert heads(desk) == usual


def test_a_view_keeps_conditions_order_and_columns_under_a_name(people: People, desk: Client) -> None:
    sent = {"name": "未结案的日本团", "query": "view=open&country=JP&sort=due&after=x", "column": ["title", "due"]}
    address = desk.post("/lists/trips/views/", sent)["Location"]
    assert address.startswith("/trips/?view=open&country=JP&sort=due&saved=")
    assert tabs(desk)["未结案的日本团"] == address
    assert heads(desk, address) == ["团组", "时限"]
    assert sheet(desk, address.replace("/trips/", "/trips/export/"))[0] == ["团组", "到期日"]
    page = desk.get(address).content.decode()
    assert re.search(r'aria-current="page">未结案的日本团', page)
    assert "未结案的日本团" not in tabs(people.client("section_head"))
    same = desk.post("/lists/trips/views/", sent, follow=True).content.decode()
    assert "已有视图“未结案的日本团”，请换一个名称" in same
    assert "写视图名称" in desk.post("/lists/trips/views/", {"name": " "}, follow=True).content.decode()


def test_a_view_is_renamed_changed_opened_with_and_deleted(people: People, desk: Client) -> None:
    desk.post("/lists/trips/views/", {"name": "甲", "query": "view=open"})
    with people.as_("desk_officer"):
        pk = SavedView.objects.get().pk
    door = f"/lists/views/{pk}/"
    desk.post(door, {"act": "save", "name": "乙", "query": f"view=open&saved={pk}"})
    desk.post(door, {"act": "keep", "query": f"view=open&country=JP&saved={pk}"})
    assert tabs(desk)["乙"] == f"/trips/?view=open&country=JP&saved={pk}"
    desk.post(
        "/lists/trips/columns/", {"act": "into", "column": ["where"], "query": f"view=open&country=JP&saved={pk}"}
    )
    desk.post(door, {"act": "first"})
    assert heads(desk, "/trips/") == ["团组", "目的地"], "the list opens with it"
    assert len(heads(desk, "/trips/?view=all")) == 10
    desk.post(door, {"act": "delete", "query": f"view=open&saved={pk}"})
    assert "乙" not in tabs(desk)
    assert len(heads(desk, "/trips/")) == 10
    with people.as_("desk_officer"):
        assert ListChoice.objects.get().opens_with is None


def test_a_shared_view_is_its_posts_and_a_private_one_its_accounts(people: People, desk: Client) -> None:
    desk.post("/lists/trips/views/", {"name": "岗位的", "query": "view=open", "shared": "on"})
    desk.post("/lists/trips/views/", {"name": "自己的", "query": "view=open"})
    with people.as_("desk_officer"):
        views = {view.name: view.pk for view in SavedView.objects.all()}
    colleague = people.client("section_head")
    assert not {"岗位的", "自己的"} & set(tabs(colleague))
    for pk in views.values():
        assert colleague.post(f"/lists/views/{pk}/", {"act": "delete"}).status_code == 404
        assert people.client("outsider").post(f"/lists/views/{pk}/", {"act": "delete"}).status_code == 404
    with people.as_system():
        SavedView.objects.update(account_id=people.city.accounts["section_head"].pk)  # as if another held the post then
    assert set(tabs(desk)) >= {"岗位的"}
    assert "自己的" not in tabs(desk)
    assert desk.post(f"/lists/views/{views['自己的']}/", {"act": "delete"}).status_code == 404
    assert desk.post(f"/lists/views/{views['岗位的']}/", {"act": "delete"}).status_code == 302


@pytest.mark.parametrize("code", ["nonsense", "people"])
def test_an_unknown_list_is_not_found(desk: Client, code: str) -> None:
    assert desk.post(f"/lists/{code}/columns/", {"act": "use"}).status_code == 404
    assert desk.post(f"/lists/{code}/views/", {"name": "甲"}).status_code == 404
