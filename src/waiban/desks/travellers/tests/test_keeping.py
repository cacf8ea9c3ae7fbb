"""How long a person's data stays, who sees it until then, and what a reason opens: with the clock moved."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from waiban.core.audit.models import Event
from waiban.core.casework.actions.withdraw import cancel_case
from waiban.core.casework.clocks import today
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import CannotError
from waiban.core.people import identity, retention
from waiban.core.people.actions.erase_traveller import erase_traveller
from waiban.core.people.actions.keep_travellers import keep_travellers
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.models import Traveller
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world
from waiban.domains.partners import api as partners
from waiban.domains.partners.contracts import NewPromise

pytestmark = pytest.mark.django_db(databases=["default", "register"])
NUMBER = next("11010119900307001" + last for last in "0123456789X" if identity.is_valid("11010119900307001" + last))
DAY = timedelta(days=1)


def night(people: People, on: date) -> tuple[int, int]:
    with people.as_system("personal data"):
        return keep_travellers(people.office, on)


def started(people: People) -> Trip:
    world.ready(people)
    with people.as_("designated_officer"):
        return start_trip(world.draft(people).pk)


def ended(people: People, trip: Trip) -> date:
    with people.as_("designated_officer"):
        return cancel_case(trip.case_id, reason="邀请方改期").ended_on or today()


def names(people: People, who: str) -> set[str]:
    with people.as_(who):
        return set(Traveller.objects.filter(erased_on=None).values_list("name", flat=True))


def numbered(people: People, code: str = "member") -> Traveller:
    row = people.city.travellers[code]
    with people.as_("designated_officer"):
        return save_traveller(
            row.unit, name=row.name, facts=Facts(post="科长"), since=date(2026, 1, 1), traveller_id=row.pk,
            identity_number=NUMBER,
        )  # fmt: skip


def test_nothing_goes_while_a_case_is_open_and_all_goes_years_after_its_end(people: People) -> None:
    trip = started(people)
    far = today() + timedelta(days=40 * 366)
    assert night(people, far) == (0, 0)
    end = ended(people, trip)
    last_day = retention.in_years(end, 5)
    assert night(people, last_day - DAY)[0] == 0
    with people.as_("designated_officer"):
        assert Traveller.objects.get(pk=people.city.travellers["member"].pk).kept_until == last_day
    assert night(people, last_day)[0] == 2
    assert night(people, last_day) == (0, 0)
    with people.as_("designated_officer"):
        row = Traveller.objects.get(pk=people.city.travellers["member"].pk)
        assert (row.name, row.identity_hash, bytes(row.salt)) == ("", "", b"")
    with people.as_("auditor"):
        events = Event.objects.filter(name="traveller.expire")
        assert {event.principal for event in events} == {"system"}
        assert len(events) == 2


def test_the_years_are_the_offices_to_set(people: People) -> None:
    end = ended(people, started(people))
    with people.as_("office_head"):
        set_setting(people.office, retention.YEARS, 1, reason="按单位档案规定")
    assert night(people, retention.in_years(end, 1) - DAY)[0] == 0
    assert night(people, retention.in_years(end, 1))[0] == 2


def test_who_never_travelled_goes_years_after_being_typed(people: People) -> None:
    assert night(people, retention.in_years(today(), 5) - DAY)[0] == 0
    assert night(people, retention.in_years(today(), 5))[0] == 2


def test_another_rooms_need_keeps_a_person(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a document in the drawer or an open promise says by `retention.register`."""
    row = people.city.travellers["member"]
    monkeypatch.setattr(retention, "_holds", list(retention._holds))
    retention.register(lambda ids: {row.pk: [retention.Hold("护照在外办保管")]} if row.pk in ids else {})
    assert night(people, retention.in_years(today(), 30))[0] == 1
    assert names(people, "designated_officer") == {"唐一苇"}
    with people.as_("designated_officer"), pytest.raises(CannotError, match="护照在外办保管"):
        erase_traveller(row.pk, reason="本人要求")


def test_an_open_promise_of_a_trip_keeps_who_was_on_it(people: People) -> None:
    trip = started(people)
    with people.as_("designated_officer"):
        new = NewPromise(
            place=0, by="ours", counterpart="大阪湾岸产业振兴会", what="寄二期选址资料", made_on=today(),
            unit=people.city.units["unit"].pk,
        )  # fmt: skip
        partners.record(people.office, "trip", trip.pk, 1, [new])
    ended(people, trip)
    far = retention.in_years(today(), 30)
    assert night(people, far)[0] == 0
    with people.as_("designated_officer"):
        partners.withdraw("trip", trip.pk, reason="登记有误")
    assert night(people, far)[0] == 2


def test_a_persons_last_trip_counts_for_all_records_of_the_person(people: People) -> None:
    from waiban.core.people.actions.merge_travellers import merge_travellers

    trip = started(people)
    with people.as_("designated_officer"):
        other = save_traveller(people.city.units["unit"], name="唐苇", facts=Facts(), since=date(2026, 1, 1))
    with people.as_("office_head"):
        merge_travellers(people.city.travellers["member"].pk, other.pk, reason="同一人")
    assert night(people, retention.in_years(today(), 20))[0] == 0
    ended(people, trip)
    assert night(people, retention.in_years(today(), 20))[0] == 3


def test_only_the_platform_runs_the_night(people: People) -> None:
    with people.as_("office_head"), pytest.raises(PermissionError):
        keep_travellers(people.office, today())


def test_a_post_outside_sees_who_travels_as_long_as_the_case_lasts_and_the_days_after(people: People) -> None:
    trip = started(people)
    assert names(people, "personnel_body") == {"程知远", "唐一苇"}
    assert night(people, today() + timedelta(days=400)) == (0, 0)
    end = ended(people, trip)
    assert night(people, end + timedelta(days=89)) == (0, 0)
    assert names(people, "personnel_body") == {"程知远", "唐一苇"}
    assert night(people, end + timedelta(days=90)) == (0, 2)
    assert names(people, "personnel_body") == set()
    for who in ("designated_officer", "desk_officer", "city_leader"):
        assert names(people, who) == {"程知远", "唐一苇"}, who
    with people.as_("auditor"):
        assert Event.objects.filter(name="traveller.hide", principal="system").count() == 2


def test_a_new_case_shows_them_again(people: People) -> None:
    ended(people, started(people))
    night(people, today() + timedelta(days=200))
    assert names(people, "personnel_body") == set()
    with people.as_("designated_officer"):
        start_trip(world.draft(people).pk)
    assert names(people, "personnel_body") == {"程知远", "唐一苇"}


def test_erasing_by_hand_is_refused_while_a_case_is_open(people: People) -> None:
    trip = started(people)
    row = people.city.travellers["member"]
    client, address = people.client("designated_officer"), reverse("travellers:erase", args=[row.pk])
    page = client.get(address).content.decode()
    assert "还没办结" in page
    assert "永久删除" not in page
    refused = client.post(address, {"reason": "本人要求"})
    assert refused.status_code == 422
    assert "还没办结" in refused.content.decode()
    ended(people, trip)
    page = client.get(address).content.decode()
    assert "会留下的" in page
    assert "永久删除唐一苇的个人信息" in page
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "本人要求"}).status_code == 302
    assert names(people, "designated_officer") == {"程知远"}
    assert client.get(address).status_code == 404
    for who, status in (("desk_officer", 403), ("outsider", 404), ("unit_head", 403)):
        address = reverse("travellers:erase", args=[people.city.travellers["leader"].pk])
        assert people.client(who).get(address).status_code == status, who


def test_the_page_says_what_for_and_how_long(people: People) -> None:
    trip = started(people)
    address = reverse("travellers:page", args=[people.city.travellers["member"].pk])
    page = people.client("designated_officer").get(address).content.decode()
    assert "办理因公临时出国（境）" in page
    assert "用完后再保存 5 年" in page
    end = ended(people, trip)
    page = people.client("desk_officer").get(address).content.decode()
    assert retention.in_years(end, 5).isoformat() in page
    assert people.client("outsider").get(address).status_code == 404


def test_a_number_is_shown_for_a_reason_and_hidden_again(people: People) -> None:
    row = numbered(people)
    page, show = reverse("travellers:page", args=[row.pk]), reverse("travellers:show_number", args=[row.pk])
    client = people.client("desk_officer")
    assert NUMBER not in client.get(page).content.decode()
    refused = client.post(show, {"reason": " "})
    assert (refused.status_code, NUMBER in refused.content.decode()) == (422, False)
    shown = client.post(show, {"reason": "核对护照"})
    assert NUMBER in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert NUMBER not in client.get(page).content.decode()
    assert client.get(show).status_code == 405
    assert people.client("outsider").post(show, {"reason": "看看"}).status_code == 404
    with people.as_("auditor"):
        assert list(Event.objects.filter(name="traveller.show_identity").values_list("data__reason", flat=True)) in (
            [],
            ["核对护照"],
        )


def test_the_list_filters_and_exports_what_it_filters(people: People) -> None:
    client = people.client("desk_officer")
    unit = people.city.units["unit"].pk
    assert "程知远" in client.get(reverse("people:travellers"), {"unit": unit}).content.decode()
    assert (
        "程知远"
        not in client.get(reverse("people:travellers"), {"unit": people.city.units["elsewhere"].pk}).content.decode()
    )
    assert client.get(reverse("people:travellers"), {"unit": "x"}).status_code == 404
    sheet = client.get(reverse("travellers:export"), {"unit": unit})
    assert b"".join(sheet.streaming_content)[:2] == b"PK"
