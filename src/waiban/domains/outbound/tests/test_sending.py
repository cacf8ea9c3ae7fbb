"""An own group of three units: each asked apart, each seeing its own people; one refusal stops nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Case, WorkItem
from waiban.core.papers.models import Paper
from waiban.core.people.models import Traveller
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.ask_senders import ask_senders, finish_consulting
from waiban.domains.outbound.actions.close_notice import close_notice
from waiban.domains.outbound.actions.post_notice import post_notice
from waiban.domains.outbound.actions.save_draft import save_draft
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.decided import decided_on
from waiban.domains.outbound.models import InternalNotice, SendingPart, Trip, TripMember
from waiban.domains.outbound.tests import branches, world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def group(people: People) -> Trip:
    """Two of the organising unit, one of the port, one of culture; finance has agreed, the officer may ask."""
    world.ready(people)
    branches.grant(people, "测授〔2025〕2号", documents=["task_approval", "task_notice"])
    port = branches.open_unit(people, "port", "澄江市港航局", "市港航局")
    culture = branches.open_unit(people, "culture", "澄江市文旅局", "市文旅局")
    content = world.dossier(people)
    branches.add_member(people, content, port, "江晚舟")
    branches.add_member(people, content, culture, "陆时雨")
    for line in content["budget"]["lines"]:
        line["people"] = 4
    content["budget"]["lines"].append(
        {"item": "insurance", "currency": "CNY", "unit_price": 300, "people": 2, "amount": 600, "payer": "sender_unit"}
    )
    trip = world.draft(people, content)
    with people.as_("designated_officer"):
        trip = start_trip(trip.pk)
    with people.as_("unit_finance"):
        decide(world.open_item(trip, "finance_review").pk, "agree", opinion="同意。")
    return trip


def asked(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        assert len(ask_senders(trip.pk)) == 2
        assert ask_senders(trip.pk) == []


def reload(people: People, trip: Trip) -> Trip:
    with people.as_("designated_officer"):
        return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def through_notice(people: People, trip: Trip) -> None:
    with people.as_("designated_officer"):
        unit = people.city.units["unit"]
        post_notice(
            trip.pk, unit.pk, since=today() - timedelta(days=20), until=today() - timedelta(days=1), places=["intranet"]
        )
        notice = InternalNotice.objects.get(trip=trip, unit=unit, replaced=False)
        close_notice(notice.pk, objections=False, result="无异议", proof=world.attach(trip, "notice_proof"))
    with people.as_("unit_head"):
        decide(world.open_item(trip, "unit_approval").pk, "agree", opinion="同意。")


def test_a_unit_sees_its_own_people_and_of_the_others_a_number(people: People, group: Trip) -> None:
    asked(people, group)
    with people.as_("port_head"):
        assert not Trip.objects.exists()
        assert not TripMember.objects.exists()
        assert list(Traveller.objects.values_list("name", flat=True)) == ["江晚舟"]
        part = SendingPart.objects.get()
        said = str(part.content)
        assert [member["unit"] for member in part.content["dossier"]["members"]] == ["澄江市港航局"]
        assert {(one["unit"], one["count"]) for one in part.content["others"]} == {
            ("澄江市商务局", 2),
            ("澄江市文旅局", 1),
        }
        assert list(Case.objects.values_list("pk", flat=True)) == [part.case_id]
    with people.as_("designated_officer"):
        for row in Traveller.objects.exclude(name="江晚舟"):
            assert str(row.pk) not in said
    page = people.client("port_head").get(f"/trips/parts/{part.pk}/")
    assert page.status_code == 200
    assert "江晚舟" in page.content.decode()
    assert "陆时雨" not in page.content.decode()
    assert people.client("culture_head").get(f"/trips/parts/{part.pk}/").status_code == 404
    assert people.client("port_head").get(f"/trips/{group.pk}/").status_code == 404


def test_one_refusal_opens_a_smaller_group_and_stops_nobody_else(people: People, group: Trip) -> None:
    asked(people, group)
    branches.consent(people, "port")
    branches.consent(people, "culture", "refuse", "同期有重要活动，无人可派。")
    branches.prepare(people, "port")  # the other unit goes on
    with people.as_("designated_officer"), pytest.raises(CannotError, match="文旅局不同意派员（同期有重要活动"):
        finish_consulting(group.pk)
    trip = reload(people, group)
    assert trip.editable
    with people.as_("designated_officer"):
        place = [m["unit"] for m in trip.dossier["members"]].index("澄江市文旅局")
        save_draft(trip.pk, [], revision=trip.revision, edits=[{"op": "remove", "path": f"/members/{place}"}])
        with pytest.raises(CannotError, match="征询后改了，请重新征询澄江市港航局"):
            finish_consulting(trip.pk)  # its share of the money is another now
        ask_senders(trip.pk)
    branches.consent(people, "port")
    with people.as_("designated_officer"):
        finish_consulting(trip.pk)
        states = set(SendingPart.objects.filter(trip=trip).values_list("unit__short_name", "state"))
        part = branches.part_of(trip, people.city.units["port"])
    assert states == {("市港航局", "dropped"), ("市文旅局", "dropped"), ("市港航局", "agreed")}
    assert [one["unit"] for one in part.content["others"]] == ["澄江市商务局"]
    assert part.case is not None
    assert (part.case.version, part.content["head_count"]) == (1, 3)
    through_notice(people, trip)
    with people.as_("designated_officer"):
        world.attach(trip, "request", "商请〔2027〕3 号")
        with pytest.raises(CannotError, match="港航局还没有办齐"):
            submit_trip(trip.pk)
    branches.prepare(people, "port")
    with people.as_("designated_officer"):
        trip = submit_trip(trip.pk)
        reviews = {m: one.get("personnel_review", {}).get("result") for m, one in decided_on(trip)["members"].items()}
    assert list(reviews.values()) == ["agree"]
    trip = world.through_office(people, trip)
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("port_officer"):
        notice = Paper.objects.get()
        assert (notice.kind, notice.case_id) == (
            "task_notice",
            branches.part_of(trip, people.city.units["port"]).case_id,
        )
    with people.as_("culture_officer"):
        assert not Paper.objects.exists()


def test_changed_places_are_asked_again_and_a_refusal_ends_only_its_own_part(people: People, group: Trip) -> None:
    asked(people, group)
    branches.consent(people, "port")
    branches.consent(people, "culture")
    with people.as_("culture_personnel"):
        part = SendingPart.objects.get()
        decide(branches.part_item(part, "personnel_filing").pk, "refuse", opinion="不符合派出条件。")
    with people.as_("designated_officer"):
        states = dict(SendingPart.objects.values_list("unit__short_name", "state"))
        assert states == {"市港航局": "agreed", "市文旅局": "refused"}
        assert WorkItem.objects.filter(case_id=group.case_id, step="consult", state="open").exists()
        trip = Trip.objects.get(pk=group.pk)
        changed: dict[str, Any] = trip.dossier["stops"][0] | {"city": "神户"}
        save_draft(trip.pk, [], revision=trip.revision, edits=[{"op": "replace", "path": "/stops/0", "value": changed}])
        assert len(ask_senders(trip.pk)) == 2


def test_the_other_way_round_nobody_asks_for_the_organising_unit(people: People, group: Trip) -> None:
    with people.as_("port_officer"), pytest.raises((CannotError, Trip.DoesNotExist)):
        ask_senders(group.pk)
