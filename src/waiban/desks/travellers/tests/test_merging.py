"""One person in two units' records: what the office does about it, and what the units learn, which is nothing."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from waiban.core.audit.models import Event
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.offices.errors import CannotError, NotAllowedError
from waiban.core.people import identity, persons, queries, suggestions
from waiban.core.people.actions.add_outside_traveller import add_outside_traveller
from waiban.core.people.actions.merge_travellers import keep_apart, merge_travellers, preview_merge
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.actions.unmerge_travellers import unmerge_travellers
from waiban.core.people.models import Traveller, TravellerMerge
from waiban.core.people.personas import People
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.history import history_of
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])
NUMBER = next("11010119900307001" + last for last in "0123456789X" if identity.is_valid("11010119900307001" + last))
BORN = date(1990, 3, 7)


def twins(people: People, *, number: str | None = NUMBER, born_on: date | None = BORN) -> tuple[Traveller, Traveller]:
    """The unit's own member, and the same person typed by another unit's officer."""
    with people.as_("designated_officer"):
        one = save_traveller(
            people.city.units["unit"], name="唐一苇", facts=Facts(post="科长", rank="section"), since=date(2026, 1, 1),
            traveller_id=people.city.travellers["member"].pk, born_on=born_on, identity_number=number,
        )  # fmt: skip
    with people.as_("outsider"):
        other = save_traveller(
            people.city.units["elsewhere"], name="唐一苇", facts=Facts(post="处长"), since=date(2026, 1, 1),
            born_on=born_on, identity_number=number,
        )  # fmt: skip
    return one, other


def pairs(people: People, who: str = "office_head") -> list[tuple[set[object], bool]]:
    with people.as_(who):
        return [({one.one.pk, one.other.pk}, one.by_number) for one in suggestions.suggestions()]


def test_the_same_number_is_suggested_to_the_office_alone(people: People) -> None:
    one, other = twins(people)
    assert pairs(people) == [({one.pk, other.pk}, True)]
    for who in ("designated_officer", "outsider", "outside_office"):
        assert pairs(people, who) == [], who


def test_without_numbers_name_and_birth_date_are_a_suggestion_and_a_name_alone_is_none(people: People) -> None:
    one, other = twins(people, number=None)
    assert pairs(people) == [({one.pk, other.pk}, False)]
    twins(people, number=None, born_on=None)
    with people.as_system():
        Traveller.objects.filter(pk__in=[one.pk, other.pk]).update(born_on=None)
    assert pairs(people) == []


def test_merging_keeps_both_is_one_person_and_can_be_undone(people: People) -> None:
    one, other = twins(people)
    with people.as_("office_head"):
        done = merge_travellers(one.pk, other.pk, reason="调动，证件号码相同")
        assert persons.person_of(other.pk) == queries.person_of(one.pk) == one.pk
        assert queries.same_person_ids([other.pk])[other.pk] == {one.pk, other.pk}
        assert Traveller.objects.filter(pk__in=[one.pk, other.pk]).count() == 2
        with pytest.raises(CannotError, match="已经是同一个人"):
            merge_travellers(other.pk, one.pk, reason="再来")
    assert pairs(people) == []
    with people.as_("desk_officer"):
        unmerge_travellers(done.merge.pk, reason="看错了")
        assert persons.person_of(other.pk) == other.pk
        with pytest.raises(CannotError, match="已经撤销"):
            unmerge_travellers(done.merge.pk, reason="再撤")
    with people.as_("auditor"):
        said = list(
            Event.objects.filter(name__in=["traveller.merge", "traveller.unmerge"]).values_list("name", flat=True)
        )
    assert said == ["traveller.merge", "traveller.unmerge"]


def test_three_records_of_one_person_have_one_id_whatever_the_order(people: People) -> None:
    one, other = twins(people)
    with people.as_("outsider"):
        third = save_traveller(
            people.city.units["elsewhere"], name="唐一苇", facts=Facts(), since=date(2026, 1, 1), born_on=BORN
        )
    with people.as_("office_head"):
        merge_travellers(other.pk, third.pk, reason="同一人")
        first = merge_travellers(one.pk, third.pk, reason="同一人")
        assert {persons.person_of(row.pk) for row in (one, other, third)} == {one.pk}
        unmerge_travellers(first.merge.pk, reason="拆开")
        assert [persons.person_of(row.pk) for row in (one, other, third)] == [one.pk, other.pk, other.pk]


def test_two_told_apart_are_not_suggested_again_but_may_be_merged_later(people: People) -> None:
    one, other = twins(people, number=None)
    with people.as_("office_head"):
        keep_apart(one.pk, other.pk, reason="同名同日，两个人")
        assert suggestions.suggestions() == []
        assert persons.person_of(other.pk) == other.pk
        assert merge_travellers(one.pk, other.pk, reason="后来查明").merge.undone_on is None


def test_unlike_numbers_are_never_one_person(people: People) -> None:
    one, other = twins(people, number=None)
    unlike = next(n for last in "0123456789X" if identity.is_valid(n := "11010119900307002" + last))
    for who, unit, row, number in (
        ("designated_officer", "unit", one, NUMBER), ("outsider", "elsewhere", other, unlike),
    ):  # fmt: skip
        with people.as_(who):
            save_traveller(
                people.city.units[unit], name="唐一苇", facts=Facts(), since=date(2026, 1, 1), traveller_id=row.pk,
                born_on=BORN, identity_number=number,
            )  # fmt: skip
    assert pairs(people) == []
    with people.as_("office_head"), pytest.raises(CannotError, match="证件号码不同"):
        merge_travellers(one.pk, other.pk, reason="同一人")


def test_who_may_merge(people: People) -> None:
    one, other = twins(people)
    for who in set(people.personas) - {"desk_officer", "section_head", "office_head"}:
        with people.as_(who), pytest.raises((NotAllowedError, CannotError)):
            merge_travellers(one.pk, other.pk, reason="同一人")
        if who != "outside_office":  # another office's own list, which is empty
            assert people.client(who).get(reverse("travellers:same")).status_code == 403, who
    assert "唐一苇" not in people.client("outside_office").get(reverse("travellers:same")).content.decode()
    with people.as_system():
        assert not TravellerMerge.objects.exists()


def approved_elsewhere(people: People, other: Traveller) -> None:
    """A trip of the unit in which the other record travelled: what a rule on earlier trips looks for."""
    with people.as_("designated_officer"):
        content = world.dossier(people)
        content["members"][1] = {**content["members"][1], "id": str(other.pk)}
    trip = world.through_office(people, world.submitted(people, world.draft(people, content)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")


def test_the_rules_on_earlier_trips_follow_a_merge_and_its_undoing(people: People) -> None:
    world.ready(people)
    one, _far = twins(people)
    with people.as_("designated_officer"):
        other = save_traveller(
            people.city.units["unit"], name="唐苇", facts=Facts(post="科长", rank="section", status="serving",
            managed_by="unit", category="official"), since=date(2026, 1, 1),
        )  # fmt: skip
    approved_elsewhere(people, other)
    content = world.dossier(people)
    content["members"][1]["rank"] = "vice_minister"  # the rank whose trips a year the nation's rule counts
    trip = world.submitted(people, world.draft(people, content))

    def earlier(who: str) -> int:
        with people.as_(who):
            row = Trip.objects.select_related("unit", "office").get(pk=trip.pk)
            return len(history_of(row, value_of(row.dossier))["members"][str(one.pk)])

    assert earlier("desk_officer") == 0
    with people.as_("office_head"):
        shown = preview_merge(one.pk, other.pk)
        assert not TravellerMerge.objects.exists(), "a preview changes nothing"
    assert trip.pk in {case.key for case in shown}
    assert earlier("desk_officer") == 0
    with people.as_("office_head"):
        done = merge_travellers(one.pk, other.pk, reason="同一人")
    assert [(case.key, case.changes) for case in done.affected] == [(case.key, case.changes) for case in shown]
    assert earlier("desk_officer") == earlier("designated_officer") == earlier("city_leader") == 1
    with people.as_("office_head"):
        undone = unmerge_travellers(done.merge.pk, reason="看错了")
    assert {case.key for case in undone.affected} == {case.key for case in done.affected}
    assert earlier("desk_officer") == 0


SECRET = re.compile(r"csrfmiddlewaretoken\" value=\"[^\"]+\"|X-CSRFToken\": \"[^\"]+\"|[0-9a-f]{8}-[0-9a-f-]{27}")


def asked(client: Client, people: People, sent: dict[str, object]) -> tuple[int, str, list[str]]:
    """Status, page without what differs by chance, and the statements it took: how long an answer takes is those."""
    with CaptureQueriesContext(connection) as counted:
        answer = client.post(
            reverse("people:new_traveller"), {"unit": people.city.units["elsewhere"].pk, **sent}, follow=True
        )
    statements = [re.sub(r"'[^']*'|\d+", "?", str(query["sql"]).split("(")[0]) for query in counted.captured_queries]
    return answer.status_code, SECRET.sub("", answer.content.decode()), statements


TYPED = {
    "name": "唐一苇", "pinyin": "", "born_on": "1990-03-07", "identity_number": NUMBER, "since": "2026-01-01",
    "post": "科长", "rank": "section", "grade": "", "category": "official", "status": "serving", "managed_by": "unit",
    "heads_unit": "no", "leadership_of": "", "term_from": "",
}  # fmt: skip


@pytest.mark.parametrize("changes", [{}, {"identity_number": NUMBER[:-1] + "?"}, {"identity_number": ""}, {"name": ""}])
def test_a_unit_that_types_a_person_known_elsewhere_gets_no_hint(people: People, changes: dict[str, object]) -> None:
    """The same answer, the same statements in the same order, with and without a record in another unit."""
    from django.db import transaction

    client, answers = people.client("outsider"), []
    client.get(reverse("people:travellers"))
    for known in (False, True):
        if known:
            with people.as_("designated_officer"):
                save_traveller(
                    people.city.units["unit"], name="唐一苇", facts=Facts(), since=date(2026, 1, 1),
                    traveller_id=people.city.travellers["member"].pk, born_on=BORN, identity_number=NUMBER,
                )  # fmt: skip
        with transaction.atomic():
            answers.append(asked(client, people, {**TYPED, **changes}))
            transaction.set_rollback(True)
    assert answers[0] == answers[1]


def test_an_organiser_that_types_a_guest_gets_no_hint_either(people: People) -> None:
    """Nor does the organiser see the record that the guest's own unit keeps."""
    twins(people)
    with people.as_("designated_officer"):
        guest = add_outside_traveller(
            people.city.units["unit"], people.city.units["elsewhere"], name="唐一苇", facts=Facts(), since=today()
        )
        assert {row.pk for row in queries.travellers(search="唐一苇")} == {
            guest.pk,
            people.city.travellers["member"].pk,
        }


def test_a_merge_shows_the_units_nothing(people: People) -> None:
    one, other = twins(people)
    before = {who: pages(people, who, row) for who, row in (("designated_officer", one), ("outsider", other))}
    with people.as_("office_head"):
        merge_travellers(one.pk, other.pk, reason="同一人")
    for who, row in (("designated_officer", one), ("outsider", other)):
        assert pages(people, who, row) == before[who], who
        with people.as_(who):
            assert persons.same_person_ids([row.pk])[row.pk] == {row.pk}
    assert (
        "同一人的其他记录"
        in people.client("office_head").get(reverse("travellers:page", args=[one.pk])).content.decode()
    )


def pages(people: People, who: str, row: Traveller) -> list[str]:
    client = people.client(who)
    addresses = (reverse("people:travellers"), reverse("travellers:page", args=[row.pk]))
    return [SECRET.sub("", client.get(address).content.decode()) for address in addresses]


def test_the_office_merges_and_undoes_on_its_pages(people: People) -> None:
    one, other = twins(people)
    client = people.client("office_head")
    listed = client.get(reverse("travellers:same")).content.decode()
    assert "证件号码相同" in listed
    assert "唐一苇" not in client.get(reverse("travellers:same"), {"basis": "name"}).content.decode()
    export = client.get(reverse("travellers:export_same"))
    assert export.status_code == 200
    assert b"".join(export.streaming_content)[:2] == b"PK"
    pair = f"{reverse('travellers:compare')}?one={one.pk}&other={other.pk}"
    assert "并入的记录" in client.get(pair).content.decode()
    assert client.post(pair, {"act": "merge", "reason": ""}).status_code == 422
    assert client.post(pair, {"act": "merge", "reason": "同一人"}).status_code == 302
    with people.as_system():
        row = TravellerMerge.objects.get(undone_on=None)
    assert "唐一苇" in client.get(reverse("travellers:merges")).content.decode()
    assert client.post(reverse("travellers:unmerge", args=[row.pk]), {"reason": "看错了"}).status_code == 302
    assert "看错了" in client.get(reverse("travellers:merges"), {"view": "undone"}).content.decode()
    assert client.get(f"{reverse('travellers:compare')}?one=x&other=y").status_code == 404
    assert people.client("outside_office").get(pair).status_code == 404
