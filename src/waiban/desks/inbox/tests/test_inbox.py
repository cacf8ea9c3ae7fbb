"""The inbox through its pages, as the posts use it."""

import io
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from waiban.core.casework import clocks
from waiban.core.casework.models import WorkItem
from waiban.desks.inbox import planner
from waiban.desks.inbox.tests.conftest import Town

TODAY = clocks.today()
Ask = Callable[[str, str], str]


def due(town: Town, case_id: uuid.UUID, day: date | None, workdays: int | None = 5) -> None:
    with town.people.as_("designated_officer"):
        WorkItem.objects.filter(case=case_id).update(due=day, workdays=workdays)


def test_what_is_late_comes_first_and_says_so(town: Town, ask: Ask) -> None:
    late = town.open("赴德国港口合作洽谈", on=TODAY)
    now = town.open("赴法国文旅推介", on=TODAY)
    due(town, late.pk, TODAY - timedelta(days=2))
    due(town, now.pk, TODAY)
    page = ask("designated_officer", "/")
    assert "先办逾期的 1 件；今天还有 1 件到期。" in page
    assert page.index("赴德国港口合作洽谈") < page.index("赴法国文旅推介")
    assert page.index("group-overdue") < page.index("group-today")
    assert "逾期 2 天" in page
    assert "邀请单位业务对口" in page, "the preview answers what is missing"
    assert "26 项</span>符合" in page or "26 项符合" in page.replace("</span>", "")


@pytest.mark.parametrize("view", ["todo", "doing", "done", "watched"])
def test_another_unit_sees_nothing(town: Town, ask: Ask, view: str) -> None:
    town.open("赴德国港口合作洽谈", on=TODAY)
    assert "赴德国港口合作洽谈" not in ask("outsider", f"/?view={view}")
    assert "赴德国港口合作洽谈" not in ask("outsider", "/search?q=港口")
    assert "赴德国港口合作洽谈" in ask("designated_officer", "/search?q=港口")


def test_the_preview_of_a_case_that_is_not_mine_is_not_found(town: Town) -> None:
    case = town.open("赴德国港口合作洽谈", on=TODAY)
    assert town.client("outsider").get(f"/inbox/{case.pk}/preview").status_code == 404
    assert town.client("designated_officer").get(f"/inbox/{case.pk}/preview").status_code == 200


def test_nobody_is_sent_to_sign_in(town: Town) -> None:
    from django.test import Client

    response = Client().get("/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_claim_and_watch(town: Town, ask: Ask) -> None:
    case = town.open("赴德国港口合作洽谈", on=TODAY)
    client = town.client("designated_officer")
    with town.people.as_("designated_officer"):
        item = WorkItem.objects.get(case=case)
    assert f"/inbox/{item.pk}/claim" in ask("designated_officer", f"/inbox/{case.pk}/preview")
    assert client.post(f"/inbox/{item.pk}/claim").status_code == 302
    assert f"/inbox/{item.pk}/claim" not in ask("designated_officer", f"/inbox/{case.pk}/preview")
    assert "赴德国港口合作洽谈" in ask("designated_officer", "/?holder=mine")
    assert "赴德国港口合作洽谈" not in ask("designated_officer", "/?holder=free")
    assert "赴德国港口合作洽谈" not in ask("unit_finance", "/?view=watched")
    assert town.client("unit_finance").post(f"/inbox/{case.pk}/watch").status_code == 302
    assert "赴德国港口合作洽谈" in ask("unit_finance", "/?view=watched")
    assert town.client("outsider").post(f"/inbox/{case.pk}/watch").status_code == 404


def test_filters_and_export_agree(town: Town, ask: Ask) -> None:
    town.open("赴德国港口合作洽谈", on=TODAY, destination="德国")
    town.open("赴法国文旅推介", on=TODAY, destination="法国、西班牙")
    page = ask("designated_officer", "/?destination=西班牙")
    assert "赴法国文旅推介" in page
    assert "赴德国港口合作洽谈" not in page
    assert "去掉条件：目的地：西班牙" in page
    response = town.client("designated_officer").get("/inbox/export?destination=西班牙")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows] == ["事项", "赴法国文旅推介"]


@pytest.mark.parametrize("address", ["/?view=other", "/?unit=1%27%20or%20true", "/?after=x", "/?after=2027-01-01_1"])
def test_what_cannot_be_read_is_not_found(town: Town, address: str) -> None:
    assert town.client("designated_officer").get(address).status_code == 404


def test_pages_follow_one_another_without_a_gap(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from waiban.desks.inbox import queries

    for n in range(7):
        case = town.open(f"团组{n}", on=TODAY)
        due(town, case.pk, None if n % 3 == 0 else TODAY + timedelta(days=n % 2))
    with town.people.as_("designated_officer"):
        seen: list[str] = []
        after = ""
        while True:
            page, after = queries.rows("todo", queries.Filter(), after, 2)
            seen += [row.title for row in page]
            if not after:
                break
    assert sorted(seen) == [f"团组{n}" for n in range(7)]


def test_the_page_costs_the_same_queries_with_more_rows(town: Town) -> None:
    def queries() -> int:
        client = town.client("designated_officer")
        with CaptureQueriesContext(connection) as found:
            assert client.get("/").status_code == 200
        return len([q for q in found if q["sql"].startswith("SELECT") and "waiban_" not in q["sql"]])

    town.open("团组", on=TODAY)
    few = queries()
    for n in range(12):
        town.open(f"团组{n}", on=TODAY)
    assert queries() == few
    print(f"inbox: {few} queries")
    assert few <= 26


def test_a_unit_that_never_filed_is_helped_to_begin(town: Town, ask: Ask) -> None:
    page = ask("outsider", "/")
    assert "现在没有等您办的事" in page
    assert "什么时候开始来得及" in page or "有要您办的" in page


def test_the_planner_counts_back_in_working_days(town: Town) -> None:
    with town.people.as_("designated_officer"):
        plan = planner.latest_days(date(2025, 4, 28), date(2025, 1, 2))
    assert plan is not None
    days = dict(plan.days)
    # One working day for the briefing, 25 for passport and visa; 4 April is a holiday and Sunday 27 April is worked.
    assert days["最晚办好签证"] == "04-27 周日"
    assert days["最晚取得批件"] == "03-21 周五"
    assert not plan.past
    assert "最晚公示期满" in ask_plan(town, "2025-04-28")
    assert "日期写成" in ask_plan(town, "28.4.")


def ask_plan(town: Town, day: str) -> str:
    return town.client("designated_officer").get("/plan", {"depart": day}).content.decode()


def test_a_page_that_is_not_for_this_post_says_so(town: Town) -> None:
    response = town.client("inspector").get("/trips/new/")
    assert response.status_code == 403
    assert "这一页不在您的范围内" in response.content.decode()


@pytest.mark.parametrize("name", ["400", "403", "404", "413", "500"])
def test_pages_of_failure_need_no_context(name: str) -> None:
    """They are shown when little works: without a request, an account or a database."""
    page = get_template(f"{name}.html").render({})
    assert page.count("<h1") == 1
    assert 'href="/"' in page


def test_too_much_is_said_to_be_too_much(town: Town) -> None:
    body = {"words": "同" * 2_000_000}
    response = town.client("designated_officer").post("/trips/new/", body)
    assert response.status_code == 413
    assert "太大" in response.content.decode()
