"""The year's plan from the unit's proposal to the leader, and the quota that trips take from it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, transaction

from waiban.core.casework.actions.decide import MemberAnswer, decide
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.actions.withdraw import withdraw
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.people.models import Unit
from waiban.core.people.personas import People
from waiban.domains.outbound import plans
from waiban.domains.outbound.actions.ask_change import ask_change
from waiban.domains.outbound.actions.balance_plan import Share, balance_plan
from waiban.domains.outbound.actions.draft_plan import draft_plan
from waiban.domains.outbound.actions.file_plan import file_plan
from waiban.domains.outbound.actions.save_plan import save_plan
from waiban.domains.outbound.actions.send_plan import send_plan
from waiban.domains.outbound.check import check
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import AnnualPlan, PlanItem, Quota, QuotaEntry, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.papers.forms import cards_of
from waiban.domains.outbound.plan_facts import item_text
from waiban.domains.outbound.planning import Row, changes_of, pasted, read_rows, read_workbook, workbook
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.tests.test_changes import through_desks, through_unit

pytestmark = pytest.mark.django_db(databases=["default", "register"])
State, ItemState = AnnualPlan.State, PlanItem.State


def year() -> int:
    return world.monday_after(70).year


def row(title: str = "赴日本经贸洽谈", **other: Any) -> Row:
    given: dict[str, Any] = {
        "number": None, "kind": "own", "title": title, "leader_rank": "county", "month": 6, "countries": ("JP",),
        "head_count": 2, "total_cny": Decimal(30000), "purpose": "洽谈二期扩产选址", "invited_by": "",
    }  # fmt: skip
    return Row(**(given | other))


def item_of(plan: AnnualPlan, step: str) -> WorkItem:
    return WorkItem.objects.get(case_id=plan.case_id, step=step, state="open")


def proposed(people: People, *rows: Row, of: int | None = None) -> AnnualPlan:
    """The unit's plan with its desk: reviewed by finance, approved by the head, taken up by the office."""
    with people.as_("designated_officer"):
        plan = draft_plan(of or year())
        save_plan(plan.pk, rows or (row(),), revision=plan.revision)
        plan = send_plan(plan.pk)
    for who, step in (("unit_finance", "finance_review"), ("unit_head", "unit_approval"), ("desk_officer", "balance")):
        with people.as_(who):
            decide(item_of(plan, step).pk, "agree", opinion="同意。")
    return fresh(people, plan)


def balanced(people: People, *shares: tuple[str, str, int, int | None], of: int | None = None) -> AnnualPlan:
    """The office's plan up to the leader's desk. `shares`: unit, rank, groups, people."""
    with people.as_("desk_officer"):
        plan = draft_plan(of or year(), whole_office=True)
        wanted = [Share(people.city.units[unit].pk, rank, groups, many) for unit, rank, groups, many in shares]
        balance_plan(
            plan.pk, wanted, revision=plan.revision, basis_number="鲁外计〔2026〕9 号", basis_on=date(2026, 10, 8)
        )
        plan = send_plan(plan.pk)
    for who, step in (("section_head", "section_review"), ("office_head", "head_review")):
        with people.as_(who):
            decide(item_of(plan, step).pk, "agree", opinion="拟同意。")
    return fresh(people, plan)


def in_force(people: People, *shares: tuple[str, str, int, int | None], of: int | None = None) -> AnnualPlan:
    plan = balanced(people, *(shares or (("unit", "", 4, 20),)), of=of)
    with people.as_("city_leader"):
        decide(item_of(plan, "approve").pk, "agree", opinion="同意。")
    return fresh(people, plan)


def fresh(people: People, plan: AnnualPlan) -> AnnualPlan:
    with people.as_system():
        return AnnualPlan.objects.select_related("unit", "office", "case").get(pk=plan.pk)


def quota(people: People, unit: str = "unit", rank: str = "", of: int | None = None) -> tuple[int, int, int, int]:
    """(groups reserved, groups used, people reserved, people used)."""
    with people.as_system():
        found = Quota.objects.get(unit=people.city.units[unit], year=of or year(), rank=rank)
        return found.groups_reserved, found.groups_used, found.people_reserved, found.people_used


def sums_agree(people: People) -> None:
    """Balances are sums: the row says what its ledger adds up to."""
    with people.as_system():
        for found in Quota.objects.all():
            lines = QuotaEntry.objects.filter(quota=found)
            sums = {"allotted": [0, 0], "reserved": [0, 0], "used": [0, 0]}
            for line in lines:
                for place, amount in enumerate((line.groups, line.people)):
                    if line.kind in ("allotted", "reserved"):
                        sums[line.kind][place] += amount
                    elif line.kind == "used":
                        sums["used"][place] += amount
                        sums["reserved"][place] -= amount
                    else:
                        sums[line.freed_from][place] -= amount
            assert [found.groups_allotted, found.people_allotted] == sums["allotted"]
            assert [found.groups_reserved, found.people_reserved] == sums["reserved"]
            assert [found.groups_used, found.people_used] == sums["used"]


def dossier(people: People, number: int | None = 1, **plan: Any) -> dict[str, Any]:
    made = world.dossier(people)
    made["plan"] = {"in_annual_plan": True, **({"item": item_text(year(), number)} if number else {}), **plan}
    return made


def answers(people: People, trip: Trip) -> dict[str, str]:
    with people.as_("designated_officer"):
        found = check(Trip.objects.select_related("unit", "office").get(pk=trip.pk))
        return {finding.rule: finding.answer for finding in found.all_findings}


@pytest.fixture
def house(people: People) -> People:
    world.ready(people)
    return people


def test_a_unit_proposes_finance_joins_the_office_balances_and_the_leader_approves(house: People) -> None:
    unit = proposed(house)
    assert unit.state == State.ADOPTED
    office = balanced(house, ("unit", "county", 1, 4), ("unit", "", 3, 10))
    with house.as_system():
        assert not Quota.objects.exists()  # what is meant isn't counted yet
    with house.as_("city_leader"):
        decide(item_of(office, "approve").pk, "agree", opinion="同意。")
    assert fresh(house, unit).state == State.APPROVED
    assert fresh(house, office).state == State.APPROVED
    with house.as_system():
        assert set(QuotaEntry.objects.values_list("kind", "quota__rank", "groups", "people", "document")) == {
            ("allotted", "county", 1, 4, "鲁外计〔2026〕9 号"),
            ("allotted", "", 3, 10, "鲁外计〔2026〕9 号"),
        }
    with house.as_("desk_officer"):
        with pytest.raises(CannotError, match="扫描"):
            file_plan(office.pk, number="澄外计〔2027〕1 号", filed_on=today(), filed_to="省外办", scan=None)
        scan = admit(world.scan(), office_id=office.office_id, readers=office.readers, kind="plan_filing")
        filed = file_plan(office.pk, number="澄外计〔2027〕1 号", filed_on=today(), filed_to="省外办", scan=scan)
    assert (filed.filed_number, filed.state, filed.case and filed.case.result) == (
        "澄外计〔2027〕1 号",
        "approved",
        "closed",
    )


def test_what_is_missing_is_named_before_a_plan_is_sent(house: People) -> None:
    with house.as_("designated_officer"):
        plan = draft_plan(year())
        with pytest.raises(CannotError, match="还没有项目"):
            send_plan(plan.pk)
        plan = save_plan(plan.pk, [row(), row("赴韩国", month=None, purpose="")], revision=plan.revision)
        with pytest.raises(CannotError, match="第 2 项待填：月份、任务"):
            send_plan(plan.pk)
        with pytest.raises(CannotError, match="已有一版在办"):
            draft_plan(year())
    with house.as_("desk_officer"):
        office = draft_plan(year(), whole_office=True)
        with pytest.raises(CannotError, match="控制数"):
            send_plan(office.pk)


def test_a_plan_is_seen_by_its_unit_and_once_sent_by_the_office(house: People) -> None:
    with house.as_("designated_officer"):
        plan = draft_plan(year())
        save_plan(plan.pk, [row()], revision=plan.revision)
    for who, sees in (("unit_finance", True), ("outsider", False), ("desk_officer", False), ("outside_office", False)):
        with house.as_(who):
            assert AnnualPlan.objects.filter(pk=plan.pk).exists() is sees, who
            assert PlanItem.objects.filter(plan=plan).exists() is sees, who
    with house.as_("designated_officer"):
        send_plan(plan.pk)
    for who, step in (("unit_finance", "finance_review"), ("unit_head", "unit_approval")):
        with house.as_(who):
            decide(item_of(fresh(house, plan), step).pk, "agree")
    for who, sees in (("desk_officer", True), ("city_leader", True), ("outsider", False), ("outside_office", False)):
        with house.as_(who):
            assert PlanItem.objects.filter(plan=plan).exists() is sees, who


def test_a_trip_reserves_uses_and_frees(house: People) -> None:
    """Submission, approval of one of two; then, by changes that are granted, the whole trip called off."""
    proposed(house, row(), row("赴韩国"))
    in_force(house)
    trip = world.submitted(house, world.draft(house, dossier(house)))
    assert quota(house) == (1, 0, 2, 0)
    with house.as_system():
        taken = PlanItem.objects.get(plan__state="approved", number=1)
        assert (taken.state, taken.trip_id) == (ItemState.TAKEN, trip.pk)
    trip = world.through_office(house, trip)
    with house.as_("city_leader"):
        refused = str(house.city.travellers["member"].pk)
        decide(
            world.open_item(trip, "approve").pk, "agree", opinion="同意一人。",
            members=[MemberAnswer(refused, "refuse", "任务无关")],
        )  # fmt: skip
    assert quota(house) == (0, 1, 0, 1)
    with house.as_("designated_officer"):
        change = ask_change(trip.pk, reason="外方延期", cancels=True)
    assert quota(house) == (0, 1, 0, 1)  # what is only asked frees nothing
    through_desks(house, through_unit(house, change))
    assert quota(house) == (0, 0, 0, 0)
    sums_agree(house)
    with house.as_system():
        assert PlanItem.objects.get(plan__state="approved", number=1).state == ItemState.PLANNED
        lines = QuotaEntry.objects.filter(trip=trip).order_by("id")
        assert list(lines.values_list("kind", "groups", "people", "cause", "change_id")) == [
            ("reserved", 1, 2, "submitted", None), ("freed", 0, 1, "approved", None), ("used", 1, 1, "approved", None),
            ("freed", 1, 1, "cancelled", change.pk),
        ]  # fmt: skip


def test_a_member_struck_by_a_granted_change_gives_the_place_back(house: People) -> None:
    proposed(house)
    in_force(house)
    trip = world.through_office(house, world.submitted(house, world.draft(house, dossier(house))))
    with house.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    assert quota(house) == (0, 1, 0, 2)
    with house.as_("designated_officer"):
        change = ask_change(trip.pk, reason="不能成行", without=[str(house.city.travellers["member"].pk)])
    through_desks(house, through_unit(house, change))
    assert quota(house) == (0, 1, 0, 1)
    sums_agree(house)
    with house.as_system():
        freed = QuotaEntry.objects.get(trip=trip, kind="freed")
        assert (freed.groups, freed.people, freed.freed_from, freed.change_id) == (0, 1, "used", change.pk)


def test_a_withdrawal_and_a_refusal_give_back(house: People) -> None:
    proposed(house)
    in_force(house)
    trip = world.submitted(house, world.draft(house, dossier(house)))
    with house.as_("designated_officer"):
        withdraw(trip.case_id)
    assert quota(house) == (0, 0, 0, 0)
    other = world.through_office(house, world.submitted(house, world.draft(house, dossier(house))))
    assert quota(house) == (1, 0, 2, 0)
    with house.as_("city_leader"):
        decide(world.open_item(other, "approve").pk, "refuse", opinion="今年不去。")
    assert quota(house) == (0, 0, 0, 0)
    sums_agree(house)


def test_the_check_answers_from_the_ledger_and_not_from_the_claim(house: People) -> None:
    claims = {"unit_quota": 9, "unit_used": 0}
    trip = world.draft(house, dossier(house, **claims))
    assert answers(house, world.through_unit(house, trip))["quota_total_cap"] == "met"  # no ledger: the claim stands
    proposed(house)
    in_force(house, ("unit", "", 1, 10))
    with house.as_("designated_officer"):
        first = Trip.objects.select_related("unit", "office").get(pk=trip.pk)
        world.attach(first, "request", "商请〔2027〕3 号")
        world.submit_trip(first.pk)
    second = world.through_unit(house, world.draft(house, dossier(house, **claims)))
    found = answers(house, second)
    assert found["quota_total_cap"] == "not_met"
    assert found["annual_plan_required"] == "not_met"  # the item is the first one's
    assert answers(house, first)["quota_total_cap"] == "met"  # its own place doesn't stand against it
    with house.as_("designated_officer"):
        world.attach(second, "request", "商请〔2027〕4 号")
        with pytest.raises(CannotError):
            world.submit_trip(second.pk)


def test_the_papers_print_what_the_ledger_says(house: People) -> None:
    proposed(house)
    in_force(house)
    trip = world.draft(house, dossier(house, unit_quota=9, unit_used=8))
    with house.as_("designated_officer"):
        value = cards_of(Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)).value
        assert value.plan is not None
        assert (value.plan.unit_quota, value.plan.unit_used) == (4, 0)


def test_without_an_item_the_plan_is_not_stated(house: People) -> None:
    proposed(house)
    in_force(house)
    assert answers(house, world.through_unit(house, world.draft(house, dossier(house, None))))[
        "annual_plan_required"
    ] == ("not_stated")


def test_an_unplanned_trip_names_the_item_that_it_replaces(house: People) -> None:
    proposed(house, row(), row("赴韩国"))
    in_force(house)
    off = {"in_annual_plan": False, "reason_outside_plan": "外方临时邀请"}
    silent = world.through_unit(house, world.draft(house, dossier(house, None, **off)))
    assert answers(house, silent)["annual_plan_required"] == "exempt"
    with house.as_("designated_officer"):
        world.attach(silent, "request", "商请〔2027〕3 号")
        with pytest.raises(CannotError, match="替换"):
            world.submit_trip(silent.pk)
    assert quota(house) == (0, 0, 0, 0)
    named = world.submitted(house, world.draft(house, dossier(house, 2, **off)))
    with house.as_system():
        item = PlanItem.objects.get(plan__state="approved", number=2)
        assert (item.state, item.trip_id) == (ItemState.REPLACED, named.pk)
    assert quota(house) == (1, 0, 2, 0)


def test_teaching_and_research_is_listed_and_not_counted(house: People) -> None:
    proposed(house, row(kind="teaching_research"))
    in_force(house, ("unit", "", 0, 0))
    with house.as_("designated_officer"):
        trip = world.draft(house, dossier(house))
        academic = {**trip.dossier, "kind": "academic_exchange", "unit_kind": "university",
                    "exemption": {"kind": "teaching_research", "activity": "academic_conference",
                                  "nature_signed_by": "校长", "nature_signed_on": today().isoformat()}}  # fmt: skip
        for member in academic["members"]:
            member["category"] = "teaching_research"
        trip.dossier = academic
        trip.depart = date.fromisoformat(academic["depart"])
        plans.reserve(trip)
    assert quota(house) == (0, 0, 0, 0)
    with house.as_system():
        assert not QuotaEntry.objects.filter(trip=trip).exists()
        assert PlanItem.objects.get(plan__state="approved", number=1).state == ItemState.TAKEN
    with house.as_("designated_officer"):
        ordinary = world.draft(house, dossier(house))
        with pytest.raises(CannotError, match="没有余额"):
            plans.reserve(ordinary)


def test_a_trip_moved_over_new_year_changes_year(house: People) -> None:
    proposed(house)
    in_force(house)
    in_force(house, ("unit", "", 2, 6), of=year() + 1)
    trip = world.submitted(house, world.draft(house, dossier(house)))
    with house.as_("designated_officer"):
        moved = Trip.objects.select_related("unit", "office").get(pk=trip.pk)
        moved.dossier = {**moved.dossier, "depart": f"{year() + 1}-05-04", "return": f"{year() + 1}-05-08"}
        plans.use(moved)
    assert quota(house) == (0, 0, 0, 0)
    assert quota(house, of=year() + 1) == (0, 1, 0, 2)
    with house.as_system():
        assert QuotaEntry.objects.get(trip=trip, kind="freed").cause == "year"
    sums_agree(house)


def test_each_sending_unit_on_its_own(house: People) -> None:
    proposed(house)
    in_force(house, ("unit", "", 2, 4), ("elsewhere", "", 1, 1))
    with house.as_system():
        Unit.objects.get(pk=house.city.units["elsewhere"].pk)
        traveller = house.city.travellers["member"]
        traveller.unit = house.city.units["elsewhere"]
        traveller.save(update_fields=["unit"])
    with house.as_("designated_officer"):
        trip = world.draft(house, dossier(house))
        plans.reserve(trip)
        second = world.draft(house, dossier(house, None, in_annual_plan=True))
    assert quota(house) == (1, 0, 1, 0)
    assert quota(house, "elsewhere") == (1, 0, 1, 0)
    with house.as_("designated_officer"):
        with pytest.raises(CannotError, match="请先与该单位商量") as refused:
            plans.reserve(second)
        assert refused.value.pointer == "/members"
        assert "1" not in str(refused.value).replace(str(year()), "")  # the other unit's figures stay with it
        plans.free(trip, members=[str(traveller.pk)], why="members")
    assert quota(house, "elsewhere") == (0, 0, 0, 0)
    assert quota(house) == (1, 0, 1, 0)


def test_people_by_rank(house: People) -> None:
    proposed(house)
    in_force(house, ("unit", "county", 1, 1), ("unit", "", 5, 5))
    world.submitted(house, world.draft(house, dossier(house)))
    assert quota(house, rank="county") == (1, 0, 1, 0)
    assert quota(house) == (0, 0, 1, 0)


def test_a_new_version_keeps_what_trips_took_and_shows_what_changed(house: People) -> None:
    proposed(house, row(), row("赴韩国"))
    in_force(house)
    trip = world.submitted(house, world.draft(house, dossier(house)))
    with house.as_("designated_officer"):
        plan = draft_plan(year())
        assert (plan.version, PlanItem.objects.filter(plan=plan).count()) == (2, 2)
        save_plan(plan.pk, [row(number=1, month=9), row("赴新加坡", countries=("SG",))], revision=plan.revision)
        changes = changes_of(plan, law_of(plan.office))
        assert [(one.number, one.how) for one in changes] == [(1, "changed"), (2, "dropped"), (3, "new")]
        assert changes[0].fields == (("月份", "6", "9"),)
        plan = send_plan(plan.pk)
    for who, step in (("unit_finance", "finance_review"), ("unit_head", "unit_approval"), ("desk_officer", "balance")):
        with house.as_(who):
            decide(item_of(plan, step).pk, "agree")
    second = in_force(house)
    assert second.version == 2
    with house.as_system():
        states = dict(AnnualPlan.objects.filter(whole_office=False).values_list("version", "state"))
        assert states == {1: State.REPLACED, 2: State.APPROVED}
        taken = PlanItem.objects.get(plan=plan, number=1)
        assert (taken.state, taken.trip_id) == (ItemState.TAKEN, trip.pk)
        assert QuotaEntry.objects.filter(kind="allotted").count() == 1  # the same quota: no second line
    assert quota(house) == (1, 0, 2, 0)


def test_quota_is_not_cut_below_what_is_taken(house: People) -> None:
    proposed(house)
    in_force(house)
    world.submitted(house, world.draft(house, dossier(house)))
    less = balanced(house, ("unit", "", 1, 1))
    with house.as_("city_leader"), pytest.raises(CannotError, match="已占 1 个团组、2 人次"):
        decide(item_of(less, "approve").pk, "agree")
    assert fresh(house, less).state == State.IN_APPROVAL
    with house.as_("city_leader"):
        send_back(item_of(less, "approve").pk, "start", reason="不能少于已占数")
    assert fresh(house, less).state == State.DRAFT


def test_trips_submitted_before_the_plan_are_booked_when_it_is_approved(house: People) -> None:
    early = world.dossier(house)
    trip = world.submitted(house, world.draft(house, early))
    proposed(house)
    in_force(house)
    assert quota(house) == (1, 0, 2, 0)
    with house.as_system():
        assert QuotaEntry.objects.get(kind="reserved").trip_id == trip.pk


def test_the_ledger_is_never_changed_and_the_sums_only_by_it(house: People) -> None:
    proposed(house)
    in_force(house)
    changes = (
        "UPDATE outbound_quotaentry SET groups = 9",
        "DELETE FROM outbound_quotaentry",
        "UPDATE outbound_quota SET groups_allotted = 9",
        "DELETE FROM outbound_quota",
    )
    for change in changes:
        with house.as_system(), pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_the_spreadsheet_comes_back_as_it_went(house: People) -> None:
    with house.as_("designated_officer"):
        plan = draft_plan(year())
        rows = [row(), row("赴香港会展", countries=("HK", "MO"), kind="joined", leader_rank="section", head_count=3)]
        save_plan(plan.pk, rows, revision=plan.revision)
        items = list(PlanItem.objects.filter(plan=plan).order_by("number"))
        data = workbook(items, law_of(plan.office), "计划")
        read, wrong = read_rows(read_workbook(data), law_of(plan.office))
    assert wrong == []
    assert [(one.number, one.title, one.countries, one.kind, one.leader_rank, one.total_cny) for one in read] == [
        (1, "赴日本经贸洽谈", ("JP",), "own", "county", Decimal("30000.00")),
        (2, "赴香港会展", ("HK", "MO"), "joined", "section", Decimal("30000.00")),
    ]


def test_errors_name_row_and_column(house: People) -> None:
    with house.as_("designated_officer"):
        law = law_of(house.office)
        text = "项号\t团组名称\t月份\t国家和地区\t人数\n\t赴日本\t13\t日本\t2\n\t\t4\t阿特兰蒂斯\t两个"
        read, wrong = read_rows(pasted(text), law)
    assert len(read) == 2
    assert [one.text for one in wrong] == [
        "第 1 行月份：月份应为 1 至 12",
        "第 2 行人数：写整数，例如 6",
        "第 2 行国家和地区：没有“阿特兰蒂斯”这个国家或地区",
        "第 2 行团组名称：待填",
    ]
