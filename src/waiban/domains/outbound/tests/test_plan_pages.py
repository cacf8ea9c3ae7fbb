"""The pages of the year's plan, as units, office, leader and outsiders open them."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from waiban.core.casework.clocks import today
from waiban.core.casework.models import PaperEntry, WorkItem
from waiban.core.people.actions.add_account import add_account
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.actions.appoint import appoint
from waiban.core.people.models import Role
from waiban.core.people.personas import LONG_AGO, People, client_of
from waiban.domains.outbound.models import Allotment, AnnualPlan, PlanItem, Quota
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.tests.test_year_plans import balanced, dossier, fresh, in_force, proposed, quota, row, year

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def house(people: People) -> People:
    world.ready(people)
    return people


def said(answer: Any) -> str:
    """The page's words without the marks that keep a date or an amount on one line."""
    return re.sub(r"<span[^>]*>|</span>", "", answer.content.decode())


def begun(people: People, who: str = "designated_officer", **also: str) -> tuple[Client, AnnualPlan]:
    client = people.client(who)
    client.post(reverse("outbound:new_year_plan"), {"year": str(year()), **also})
    with people.as_(who):
        return client, AnnualPlan.objects.get(state="draft")


def typed(*rows: dict[str, Any], **other: Any) -> dict[str, Any]:
    posted: dict[str, Any] = {"rows": str(len(rows)), "do": "save"}
    for place, one in enumerate(rows):
        posted |= {f"{code}-{place}": value for code, value in one.items()}
    return posted | other


LINE = {"title": "赴日本经贸洽谈", "kind": "own", "leader_rank": "county", "month": "6", "places": "日本、韩国",
        "head_count": "4", "total_cny": "120,000", "purpose": "洽谈扩产", "invited_by": ""}  # fmt: skip


def test_a_unit_types_its_plan_and_sends_it(house: People) -> None:
    client, plan = begun(house)
    address = reverse("outbound:plan_edit", args=[plan.pk])
    assert "一行一项" in client.get(address).content.decode()
    answer = client.post(address, typed(LINE, revision=str(plan.revision), do="send"))
    assert answer.status_code == 302
    with house.as_("unit_finance"):
        item = PlanItem.objects.get(plan=plan)
        assert (item.countries, item.head_count, str(item.total_cny), item.plan.state) == (
            ["JP", "KR"],
            4,
            "120000.00",
            "in_unit",
        )
    inbox = house.client("unit_finance").get("/").content.decode()
    assert "单位财务会审" in inbox
    assert reverse("outbound:year_plan", args=[plan.pk]) in inbox
    page = house.client("unit_finance").get(reverse("outbound:year_plan", args=[plan.pk])).content.decode()
    assert "同意" in page
    decided = house.client("unit_finance").post(
        reverse("outbound:year_plan_decide", args=[plan.pk]), {"outcome": "agree", "words": "有预算。"}
    )
    assert decided.status_code == 302
    assert "有预算。" in client.get(reverse("outbound:year_plan", args=[plan.pk])).content.decode()


def test_nothing_is_saved_while_a_cell_is_not_understood(house: People) -> None:
    client, plan = begun(house)
    address = reverse("outbound:plan_edit", args=[plan.pk])
    answer = client.post(address, typed(LINE, {**LINE, "month": "13"}, revision=str(plan.revision)))
    text = said(answer)
    assert answer.status_code == 422
    assert "第 2 行月份：月份应为 1 至 12" in text
    assert 'value="13"' in text  # what was typed stands
    with house.as_("designated_officer"):
        assert not PlanItem.objects.filter(plan=plan).exists()


def test_two_who_type_at_once_are_told(house: People) -> None:
    client, plan = begun(house)
    address = reverse("outbound:plan_edit", args=[plan.pk])
    client.post(address, typed(LINE, revision=str(plan.revision)))
    answer = client.post(address, typed({**LINE, "title": "别的"}, revision=str(plan.revision)))
    assert answer.status_code == 422
    assert "刚被别人改过" in answer.content.decode()


def test_paste_and_spreadsheet(house: People) -> None:
    client, plan = begun(house)
    address = reverse("outbound:plan_edit", args=[plan.pk])
    pasted = "团组名称\t月份\t国家和地区\t人数\t经费（元）\t任务\t团长级别\n赴新加坡招商\t5\t新加坡\t3\t90000\t招商\t县处级正职"
    client.post(address, {"do": "paste", "rows": "0", "paste": pasted, "revision": str(plan.revision)})
    with house.as_("designated_officer"):
        item = PlanItem.objects.get(plan=plan)
        assert (item.title, item.countries, item.leader_rank) == ("赴新加坡招商", ["SG"], "county")
        revision = AnnualPlan.objects.get(pk=plan.pk).revision
    sheet = b"".join(client.get(reverse("outbound:year_plan_export", args=[plan.pk])).streaming_content)
    assert CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()[1][2] == "赴新加坡招商"
    upload = SimpleUploadedFile("plan.xlsx", sheet, "application/vnd.ms-excel")
    answer = client.post(address, {"do": "import", "rows": "0", "file": upload, "revision": str(revision)})
    assert answer.status_code == 302
    with house.as_("designated_officer"):
        assert PlanItem.objects.filter(plan=plan).count() == 1
    torn = SimpleUploadedFile("plan.xlsx", b"PK\x03\x04 not a workbook", "application/vnd.ms-excel")
    answer = client.post(address, {"do": "import", "rows": "0", "file": torn, "revision": "9"})
    assert answer.status_code == 422


def test_a_new_version_shows_what_changed(house: People) -> None:
    proposed(house, row(), row("赴韩国"))
    in_force(house)
    client, plan = begun(house)
    first = {
        **LINE,
        "number": "1",
        "places": "日本",
        "head_count": "2",
        "total_cny": "30000.00",
        "purpose": "洽谈二期扩产选址",
    }
    client.post(
        reverse("outbound:plan_edit", args=[plan.pk]), typed(first | {"month": "9"}, revision=str(plan.revision))
    )
    text = said(client.get(reverse("outbound:year_plan", args=[plan.pk])))
    assert "和上一版比，改了 2 项" in text
    assert "<s>赴韩国</s>" in text
    assert "<s>6</s> → <b>9</b>" in text


def test_the_office_balances_beside_the_proposals_and_the_leader_sees_one_page(house: People) -> None:
    proposed(house, row(), row("赴韩国", head_count=3), row("赴英国讲学", kind="teaching_research"))
    client, plan = begun(house, "desk_officer", whose="office")
    address = reverse("outbound:plan_balance", args=[plan.pk])
    text = said(client.get(address))
    assert "澄江市商务局" in text
    assert 'name="groups-0" value="2"' in text  # the proposal fills what isn't allotted yet, teaching left out
    assert 'name="people-0" value="5"' in text
    assert "教学科研 1 项不计" in text
    unit = str(house.city.units["unit"].pk)
    shares = {"rows": "3", "unit-0": unit, "rank-0": "", "groups-0": "2", "people-0": "", "unit-1": unit, "rank-1": "county",
              "groups-1": "x", "revision": str(plan.revision), "basis_number": "鲁外计〔2026〕9 号", "basis_on": "2026-10-08"}  # fmt: skip
    assert "第 2 行：团组数和人次写整数" in said(client.post(address, shares))
    answer = client.post(address, shares | {"groups-1": "1", "people-1": "3", "do": "send"})
    assert answer.status_code == 302
    with house.as_system():
        assert set(Allotment.objects.values_list("rank", "groups", "people")) == {("", 2, None), ("county", 1, 3)}
    for who in ("section_head", "office_head", "city_leader"):
        page = reverse("outbound:year_plan", args=[plan.pk])
        assert page in house.client(who).get("/").content.decode(), who
        assert "各单位所报和拟分配" in house.client(who).get(page).content.decode()
        house.client(who).post(
            reverse("outbound:year_plan_decide", args=[plan.pk]), {"outcome": "agree", "words": "同意。"}
        )
    with house.as_system():
        assert Quota.objects.get(rank="").people_limited is False
    filing = {"filed_to": "省外办", "number": "澄外计〔2026〕1 号", "filed_on": "2026-11-02"}
    missing = client.post(reverse("outbound:year_plan_file", args=[plan.pk]), filing)
    assert missing.status_code == 422
    client.post(reverse("outbound:year_plan_file", args=[plan.pk]), {**filing, "scan": world.scan()})
    assert fresh(house, plan).filed_number == "澄外计〔2026〕1 号"
    assert "澄外计〔2026〕1 号" in said(client.get(reverse("outbound:year_plan", args=[plan.pk])))


def test_the_list_filters_exports_and_shows_the_quota(house: People) -> None:
    proposed(
        house, row(), row("赴韩国", month=3, countries=("KR",)), row("赴英国讲学", kind="teaching_research", month=4)
    )
    in_force(house, ("unit", "", 4, 20))
    world.submitted(house, world.draft(house, dossier(house)))
    client = house.client("designated_officer")
    address = f"{reverse('outbound:year_plans')}?year={year()}"
    text = said(client.get(address))
    assert "2 个团组，4 人次" in text
    assert "教学科研 1 项" in text
    assert "4 / 20" in text
    assert "3 / 18" in text  # what is left
    narrowed = client.get(address + "&view=force&month=3").content.decode()
    assert "赴韩国" in narrowed
    assert "赴日本经贸洽谈" not in narrowed
    sheet = b"".join(client.get(reverse("outbound:year_plans_export") + f"?year={year()}&month=3").streaming_content)
    lines = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert [line[4] for line in lines[1:]] == ["赴韩国"]
    for who in ("outsider", "outside_office"):
        theirs = house.client(who).get(address).content.decode()
        assert "赴日本经贸洽谈" not in theirs, who
        assert "4 / 20" not in theirs, who
    empty = client.get(f"{reverse('outbound:year_plans')}?year={year() + 3}").content.decode()
    assert "还没有" in empty


def test_the_list_asks_the_same_whatever_its_length(house: People, django_assert_max_num_queries: Any) -> None:
    proposed(house, *(row(f"第 {n} 团") for n in range(1, 61)))
    in_force(house, ("unit", "", 60, 200))
    client = house.client("designated_officer")
    address = f"{reverse('outbound:year_plans')}?year={year()}&view=force&sort=month"
    with django_assert_max_num_queries(32):
        first = client.get(address)
    following = first.context["next_url"]
    assert len(first.context["rows"]) == 50
    second = client.get(following)
    assert len(second.context["rows"]) == 10
    assert {one["number"] for one in first.context["rows"]} & {one["number"] for one in second.context["rows"]} == set()


def test_the_draft_form_picks_the_item_and_shows_the_ledger(house: People) -> None:
    proposed(house, row(), row("赴韩国"))
    in_force(house)
    trip = world.draft(house, dossier(house))
    text = said(house.client("designated_officer").get(reverse("outbound:draft", args=[trip.pk])))
    assert f"{year()} 年第 2 项 赴韩国" in text
    assert "本单位控制数 4 个团组，别的团组已占 0 个" in text
    assert 'name="/plan/unit_quota"' not in text
    assert quota(house) == (0, 0, 0, 0)


def test_who_may_not(house: People) -> None:
    office = balanced(house, ("unit", "", 1, 1)) if proposed(house) else None
    assert office is not None
    with house.as_system():
        unit = AnnualPlan.objects.get(whole_office=False)
    edit = reverse("outbound:plan_edit", args=[unit.pk])
    assert house.client("designated_officer").get(edit).status_code == 404  # handed over
    assert house.client("outsider").get(reverse("outbound:year_plan", args=[unit.pk])).status_code == 404
    assert house.client("designated_officer").get(reverse("outbound:year_plan", args=[office.pk])).status_code == 404
    assert house.client("unit_head").post(reverse("outbound:new_year_plan"), {"year": str(year())}).status_code == 403
    refused = house.client("office_head").post(
        reverse("outbound:year_plan_decide", args=[office.pk]), {"outcome": "agree"}
    )
    assert refused.status_code == 404  # it lies with the leader
    assert house.client("designated_officer").get(reverse("outbound:plan_balance", args=[office.pk])).status_code == 403


def test_the_ledger_line_by_line(house: People) -> None:
    proposed(house)
    in_force(house, ("unit", "", 4, 20), ("elsewhere", "", 2, 5))
    world.submitted(house, world.draft(house, dossier(house)))
    address = f"{reverse('outbound:quota_ledger')}?year={year()}"
    text = said(house.client("designated_officer").get(address))
    assert "+4 / +20" in text
    assert "1 / 2" in text
    assert "赴日本经贸洽谈" in text
    assert "全市计划" in text  # named, but not the unit's to open
    assert "+2 / +5" not in text  # another unit's
    office = said(house.client("desk_officer").get(address))
    assert "+2 / +5" in office
    only = said(house.client("desk_officer").get(address + "&kind=reserved&rank=any"))
    assert "+2 / +5" not in only
    assert "赴日本经贸洽谈" in only
    sheet = b"".join(
        house.client("desk_officer").get(reverse("outbound:quota_ledger_export") + f"?year={year()}").streaming_content
    )
    lines = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert [line[3] for line in lines[1:]] == ["预占", "分配", "分配"]
    assert "没有合这些条件的记账" in said(house.client("designated_officer").get(address.replace(str(year()), "2031")))


def second_desk(people: People) -> Client:
    """Another officer of the office, who neither sent the plan nor typed in the paper."""
    with people.as_system():
        account = add_account(people.office, username="cast-second", name="梁以安")
        post = add_post(people.city.units["office"], role=Role.DESK_OFFICER, name="经办岗（二）")
        appoint(account, post, since=LONG_AGO)
    return client_of(account, post.pk)


def test_the_leader_may_have_written_on_paper(house: People) -> None:
    proposed(house)
    office = balanced(house, ("unit", "", 2, 8))
    with house.as_system():
        item = WorkItem.objects.get(case=office.case_id, step="approve", state="open")
    desk, section, second = house.client("desk_officer"), house.client("section_head"), second_desk(house)
    typed_in = {
        "item": str(item.pk),
        "written_on": today().isoformat(),
        "paper_words": "同意，从严。",
        "counts_as": "agree",
    }
    page, paper = (reverse(f"outbound:{name}", args=[office.pk]) for name in ("year_plan", "year_plan_paper"))
    assert desk.post(paper, {**typed_in, "scan": world.scan()}).status_code == 404  # who sent the plan can't type it in
    assert section.post(paper, typed_in).status_code == 422  # no scan
    assert section.post(paper, {**typed_in, "scan": world.scan()}).status_code == 302
    with house.as_system():
        entry = PaperEntry.objects.get(item=item)
        assert not Quota.objects.exists()
    check = reverse("outbound:year_plan_paper_check", args=[office.pk])
    assert "由另一个人对照扫描件复核" in said(section.get(page))
    assert section.post(check, {"entry": str(entry.pk), "act": "confirm"}).status_code == 422
    assert "和扫描件一致" in said(second.get(page))
    assert second.post(check, {"entry": str(entry.pk), "act": "confirm"}).status_code == 302
    assert fresh(house, office).state == "approved"
    assert "同意，从严。" in said(desk.get(page))
    assert house.client("city_leader").post(paper, typed_in).status_code == 403
