"""Joined groups, Hong Kong, Taiwan, researchers: each road by its doors, with who may and what approves."""

from datetime import date, timedelta
from typing import Any

import pytest

from waiban.core.casework.actions.accept import accept
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.papers.models import Paper
from waiban.core.people.models import Unit
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.close_notice import close_notice
from waiban.domains.outbound.actions.create_draft import create_draft
from waiban.domains.outbound.actions.post_notice import post_notice
from waiban.domains.outbound.actions.record_outside_approval import record_outside_approval
from waiban.domains.outbound.actions.save_draft import save_draft
from waiban.domains.outbound.actions.start_trip import start_again, start_trip
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.models import InternalNotice, Trip
from waiban.domains.outbound.tests import branches, world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def joined(people: People) -> dict[str, Any]:
    content = world.dossier(people)
    content["organising"] = "joins_province"
    content["organiser"] = {
        "name": "省人民政府外事办公室", "kind": "foreign_affairs_office", "for_profit": False, "group_size": 6,
        "approval_no": "鲁外批〔2027〕31 号", "task_notice_no": "鲁外通〔2027〕12 号",
        "consent_asked_on": (today() - timedelta(days=30)).isoformat(),
    }  # fmt: skip
    return content


def to_taiwan(people: People) -> dict[str, Any]:
    content = world.dossier(people)
    content["title"] = "赴台湾经贸交流"
    for stop in content["stops"]:
        stop.update(country="TW", city="台北")
    for line in content["budget"]["lines"]:
        if line.get("country"):
            line.update(country="TW", city="台北")
    content["invitations"][0].update(country="TW", issued_in="TW", inviter="台北机电交流协会")
    return content


def start(people: People, content: dict[str, Any]) -> Trip:
    trip = world.draft(people, content)
    with people.as_("designated_officer"):
        return start_trip(trip.pk)


def process_of(people: People, trip: Trip) -> str:
    with people.as_("designated_officer"):
        return Case.objects.values_list("release__process", flat=True).get(pk=trip.case_id)


def test_a_joined_group_ends_in_a_confirmation_under_a_grant_of_its_kind(people: People) -> None:
    world.ready(people)
    branches.grant(people, "测授〔2025〕3号", documents=["confirmation"])
    trip = world.through_unit(people, world.draft(people, joined(people)))
    assert process_of(people, trip) == "joined"
    with people.as_("designated_officer"):
        world.attach(trip, "request", "商请〔2027〕3 号")
        with pytest.raises(CannotError, match="组团方征求意见函"):
            submit_trip(trip.pk)
        world.attach(trip, "consent")
        trip = submit_trip(trip.pk)
    trip = world.through_office(people, trip)
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意参团。")
        paper = Paper.objects.get(case_id=trip.case_id)
        trip = Trip.objects.get(pk=trip.pk)
    assert paper.kind == "confirmation"
    assert "确" in paper.document_number
    assert (trip.dossier["approval"]["document"], trip.state) == ("confirmation", Trip.State.APPROVED)


def test_a_grant_for_own_groups_confirms_nobody(people: People) -> None:
    world.ready(people)
    trip = world.through_unit(people, world.draft(people, joined(people)))
    with people.as_("designated_officer"):
        world.attach(trip, "request", "商请〔2027〕3 号")
        world.attach(trip, "consent")
        trip = submit_trip(trip.pk)
    trip = world.through_office(people, trip)
    with people.as_("desk_officer"):
        assert WorkItem.objects.filter(case_id=trip.case_id, step="report_upward", state="open").exists()
        assert not WorkItem.objects.filter(case_id=trip.case_id, step="approve").exists()


def taiwan_submitted(people: People) -> Trip:
    trip = world.through_unit(people, world.draft(people, to_taiwan(people)))
    assert process_of(people, trip) == "taiwan"
    with people.as_("designated_officer"):
        world.attach(trip, "request", "商请〔2027〕3 号")
        return submit_trip(trip.pk)


def taiwan_reviewed(people: People, trip: Trip) -> None:
    with people.as_("taiwan_office"):
        accept(world.open_item(trip, "accept").pk)
        world.attest_all(trip, "taiwan_review", "desk")
        decide(world.open_item(trip, "taiwan_review").pk, "agree", opinion="材料齐备。")


def test_taiwan_goes_to_its_own_office_and_only_the_higher_number_approves(people: People) -> None:
    world.ready(people)  # the city's grant is the foreign affairs office's: worth nothing here
    trip = taiwan_submitted(people)
    with people.as_("desk_officer"):
        assert not Trip.objects.exists()
        assert not WorkItem.objects.exists()
    taiwan_reviewed(people, trip)
    with people.as_("taiwan_office"):
        assert not WorkItem.objects.filter(case_id=trip.case_id, step="taiwan_decision").exists()
        decide(world.open_item(trip, "taiwan_upward").pk, "done")
        assert not Paper.objects.exists()
        with pytest.raises(CannotError, match="文号、日期和扫描件"):
            decide(world.open_item(trip, "outside_approval").pk, "agree")
        scan = world.attach(trip, "outside_approval")
        done = record_outside_approval(trip.pk, number="台批〔2027〕8 号", dated=today(), by="省台办", scan=scan)
        assert done.state == Trip.State.APPROVED
        assert not Paper.objects.exists()


def test_with_a_grant_of_its_own_the_taiwan_office_approves_by_its_own_paper(people: People) -> None:
    world.ready(people)
    branches.grant(people, "台授〔2025〕1号", by="省台办", channels=["taiwan"])
    trip = taiwan_submitted(people)
    taiwan_reviewed(people, trip)
    with people.as_("taiwan_office"):
        with pytest.raises(CannotError, match="文号、日期和扫描件"):
            decide(world.open_item(trip, "taiwan_decision").pk, "agree")
        scan = world.attach(trip, "outside_approval")
        done = record_outside_approval(trip.pk, number="澄台批〔2027〕2 号", dated=today(), by="澄江市台办", scan=scan)
        assert done.state == Trip.State.APPROVED


def test_taiwan_and_another_place_are_applied_for_apart(people: People) -> None:
    world.ready(people)
    content = to_taiwan(people)
    content["stops"].append({"country": "JP", "city": "大阪"})
    with pytest.raises(CannotError, match="分别申报"):
        start(people, content)


def test_hong_kong_alone_has_its_own_steps(people: People) -> None:
    world.ready(people)
    content = world.dossier(people)
    content["stops"] = [{**content["stops"][0], "country": "HK", "city": "香港"}]
    trip = start(people, content)
    assert process_of(people, trip) == "hk_macao"
    page = people.client("designated_officer").get(f"/trips/{trip.pk}/").content.decode()
    assert "通行证" in page
    assert "护签" not in page


def test_what_belongs_on_another_road_after_a_withdrawal_takes_it(people: People) -> None:
    world.ready(people)
    trip = start(people, world.dossier(people))
    client = people.client("designated_officer")
    client.post(f"/trips/{trip.pk}/withdraw/", {"reason": "改成参团"})
    with people.as_("designated_officer"):
        trip = Trip.objects.get(pk=trip.pk)
        content = joined(people)
        edits = [{"op": "add", "path": f"/{key}", "value": content[key]} for key in ("organising", "organiser")]
        save_draft(trip.pk, [], revision=trip.revision, edits=edits)
        start_again(trip.pk)
    assert process_of(people, trip) == "joined"
    with people.as_("unit_finance"):
        assert world.open_item(trip, "finance_review")


# --- teaching and research -----------------------------------------------------------------


def research(people: People, *, activity: str | None = "research") -> dict[str, Any]:
    """Ten days in one country for eight: over the ordinary limits of days and size."""
    content = world.dossier(people)
    depart = date.fromisoformat(content["depart"])
    days = [(depart + timedelta(days=n)).isoformat() for n in range(10)]
    content |= {
        "title": "赴日本海洋材料合作研究", "kind": "academic_exchange", "unit_kind": "university", "return": days[9],
        "exemption": {"kind": "teaching_research", **({"activity": activity} if activity else {})},
    }  # fmt: skip
    content["stops"][0]["leave"] = days[9]
    content["legs"][1].update(departs=f"{days[9]}T13:00", arrives=f"{days[9]}T14:40")
    content["programme"] = [
        {"date": day, "part": "day", "city": "大阪", "text": "合作实验", "host": "大阪湾岸大学", "nature": "official"}
        for day in days
    ]
    for member in content["members"]:
        member.update(category="teaching_research", heads_unit=False, managed_by="unit")
        member.pop("in_charge_of", None)
    return content


def through_nature(people: People, trip: Trip) -> Trip:
    with people.as_("unit_finance"), pytest.raises(WorkItem.DoesNotExist):
        world.open_item(trip, "finance_review")
    with people.as_("unit_head"):
        decide(world.open_item(trip, "nature_statement").pk, "agree", opinion="属学术交流合作。")
    with people.as_("unit_finance"):
        decide(world.open_item(trip, "finance_review").pk, "agree", opinion="同意。")
    with people.as_("designated_officer"):
        unit = people.city.units["unit"]
        post_notice(
            trip.pk, unit.pk, since=today() - timedelta(days=20), until=today() - timedelta(days=1), places=["intranet"]
        )
        notice = InternalNotice.objects.get(trip=trip, replaced=False)
        close_notice(notice.pk, objections=False, result="无异议", proof=world.attach(trip, "notice_proof"))
    with people.as_("unit_head"):
        decide(world.open_item(trip, "unit_approval").pk, "agree", opinion="同意。")
    with people.as_("designated_officer"):
        world.attach(trip, "request", "商请〔2027〕3 号")
        return Trip.objects.get(pk=trip.pk)


def as_university(people: People) -> None:
    with people.as_system("the unit is a university"):
        Unit.objects.filter(pk=people.city.units["unit"].pk).update(kind="university")
    people.city.units["unit"].kind = "university"


def test_researchers_over_the_limits_pass_with_the_heads_signed_statement(people: People) -> None:
    world.ready(people)
    as_university(people)
    trip = through_nature(people, start(people, research(people)))
    assert process_of(people, trip) == "academic"
    assert "程知远" in trip.dossier["exemption"]["nature_signed_by"]
    with people.as_("designated_officer"):
        assert submit_trip(trip.pk).state == Trip.State.SUBMITTED


def test_a_thin_claim_doesnt_lift_the_limits(people: People) -> None:
    world.ready(people)
    as_university(people)
    trip = through_nature(people, start(people, research(people, activity=None)))
    with people.as_("designated_officer"), pytest.raises(CannotError):
        submit_trip(trip.pk)


def test_an_officials_claim_is_none(people: People) -> None:
    world.ready(people)
    as_university(people)
    content = research(people)
    content["members"][0]["category"] = "official"
    with people.as_("designated_officer"):
        trip = start_trip(create_draft(people.city.units["unit"], content).pk)
    trip = through_nature(people, trip)
    with people.as_("designated_officer"), pytest.raises(CannotError, match="天"):
        submit_trip(trip.pk)


def test_a_head_who_doesnt_see_research_in_it_ends_it(people: People) -> None:
    world.ready(people)
    trip = start(people, research(people))
    with people.as_("unit_head"):
        decide(world.open_item(trip, "nature_statement").pk, "refuse", opinion="属一般校际交流。")
        assert Trip.objects.get(pk=trip.pk).state == Trip.State.REFUSED
