"""The demo's plans: what went before this year's trips, approved and filed; next year's, on their way."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.people.personas import City
from waiban.core.people.queries import traveller_card
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound.actions.balance_plan import Share, balance_plan
from waiban.domains.outbound.actions.draft_plan import draft_plan
from waiban.domains.outbound.actions.file_plan import file_plan
from waiban.domains.outbound.actions.save_plan import save_plan
from waiban.domains.outbound.actions.send_plan import send_plan
from waiban.domains.outbound.models import AnnualPlan
from waiban.domains.outbound.plan_facts import item_text
from waiban.domains.outbound.planning import Row
from waiban.site.demo.stories import STORIES, Story

SPECIAL = {("commerce", "officer"): "designated_officer", ("commerce", "finance"): "unit_finance",
           ("commerce", "head"): "unit_head", ("education", "officer"): "outsider"}  # fmt: skip
NEXT_YEAR = {
    "culture": ("赴法国非遗推介", "FR", "adopted"),
    "port": ("赴荷兰智慧港口洽谈", "NL", "adopted"),
    "university": ("赴英国联合培养洽谈", "GB", "adopted"),
    "zone": ("赴新加坡园区合作", "SG", "balance"),
    "education": ("赴德国职业教育回访", "DE", "balance"),
    "county": ("赴荷兰设施农业合作", "NL", "unit_approval"),
    "hospital": ("赴日本康复医学交流", "JP", "finance_review"),
    "commerce": ("赴阿联酋经贸洽谈", "AE", "draft"),
}
"""Unit to what it plans, where to, and how far the plan of next year has come."""


def departure(story: Story) -> date:
    day = today() + timedelta(days=story.leaves)
    while not work_calendar().is_workday(day):
        day += timedelta(days=1)
    return day


def planned(unit: str, year: int) -> list[Story]:
    """The stories that a unit's plan of a year lists, in the order of its items."""
    return [story for story in STORIES if story.unit == unit and story.purpose and departure(story).year == year]


def item_of(story: Story) -> str:
    """What the story's dossier names."""
    year = departure(story).year
    return item_text(year, planned(story.unit, year).index(story) + 1)


def fill_plans(city: City) -> None:
    with city.as_system("demo"):
        there = set(AnnualPlan.objects.values_list("year", flat=True))
    years = sorted({departure(story).year for story in STORIES if story.purpose} | {today().year})
    for year in years:
        if year <= today().year and year not in there:
            _in_force(city, year)
    if today().year + 1 not in there:
        for unit, (title, country, until) in NEXT_YEAR.items():
            _next_year(city, unit, title, country, until)


def _in_force(city: City, year: int) -> None:
    """Proposed in November, approved in December, filed before the new year."""
    units = [unit for unit in city.units if planned(unit, year)]
    for unit in units:
        with city.as_(_seat(unit, "officer")):
            rows = [_row(city, story) for story in planned(unit, year)]
        _propose(city, unit, rows, year=year, until="adopted", day=date(year - 1, 11, 20))
    with city.as_("desk_officer"):
        plan = draft_plan(year, whole_office=True)
        shares = []
        for unit in units:
            stories = planned(unit, year)
            stories = [story for story in stories if story.kind != "academic_exchange"]
            people = sum(len(story.people) for story in stories)
            shares.append(Share(city.units[unit].pk, "", len(stories) + 1, people + 4))
        balance_plan(plan.pk, shares, revision=plan.revision, basis_number=f"演示外计〔{year - 1}〕9 号",
                     basis_on=date(year - 1, 12, 8))  # fmt: skip
        send_plan(plan.pk, on=date(year - 1, 12, 15))
    for who, step, words, day in (
        ("section_head", "section_review", "拟同意。", 16),
        ("office_head", "head_review", "同意，请领导审批。", 17),
        ("city_leader", "approve", "同意。从严控制。", 22),
    ):
        with city.as_(who):
            decide(_item(plan, step).pk, "agree", opinion=words, on=date(year - 1, 12, day))
    with city.as_("desk_officer"):
        plan = AnnualPlan.objects.get(pk=plan.pk)
        scan = admit(_scan(), kind="plan_filing", office_id=plan.office_id, readers=plan.readers, case=plan.case_id)
        filed = date(year - 1, 12, 28)
        file_plan(plan.pk, number=f"云外计〔{year - 1}〕1 号", filed_on=filed, filed_to="省人民政府外事办公室（演示）",
                  scan=scan, on=filed)  # fmt: skip


def _next_year(city: City, unit: str, title: str, country: str, until: str) -> None:
    year = today().year + 1
    rows = [
        Row(None, "teaching_research" if unit == "university" else "own", title, "county", 5, (country,), 4,
            Decimal(96_000), "落实已签意向，商定下一步合作。", ""),
        Row(None, "own", "随市政府团组出访", "county", 9, ("DE", "FR"), 1, Decimal(42_000), "参加市政府经贸团组。", ""),
    ]  # fmt: skip
    _propose(city, unit, rows, year=year, until=until, day=today() - timedelta(days=9))


def _propose(city: City, unit: str, rows: list[Row], *, year: int, until: str, day: date) -> None:
    with city.as_(_seat(unit, "officer")):
        plan = draft_plan(year)
        save_plan(plan.pk, rows, revision=plan.revision)
        if until == "draft":
            return
        send_plan(plan.pk, on=day)
    steps = (
        (_seat(unit, "finance"), "finance_review"),
        (_seat(unit, "head"), "unit_approval"),
        ("desk_officer", "balance"),
    )
    for later, (who, step) in enumerate(steps, 1):
        if step == until:
            return
        with city.as_(who):
            decide(_item(plan, step).pk, "agree", opinion="同意。", on=day + timedelta(days=later * 2))


def _row(city: City, story: Story) -> Row:
    leader = traveller_card(city.travellers[story.people[0]], departure(story))
    places = tuple(dict.fromkeys(visit.country for visit in story.visits))
    academic = story.kind == "academic_exchange"
    return Row(
        None, "teaching_research" if academic else "own", story.title, str(leader.get("rank") or ""),
        departure(story).month, places, len(story.people), Decimal(38_000 * len(story.people)), story.purpose,
        next((visit.inviter for visit in story.visits if visit.inviter), ""),
    )  # fmt: skip


def _item(plan: AnnualPlan, step: str) -> WorkItem:
    return WorkItem.objects.get(case__subject_id=plan.pk, step=step, state=WorkItem.State.OPEN)


def _seat(unit: str, what: str) -> str:
    return SPECIAL.get((unit, what), f"{unit}_{what}")


def _scan() -> SimpleUploadedFile:
    from waiban.site.demo.trips import _scan as page

    return page("YEAR PLAN")
