"""护照签证办理: what is needed is suggested and attested; what is issued is held against the approved route."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.offices.errors import NotAllowedError
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.personas import People
from waiban.domains.outbound.actions import progress_need as progress
from waiban.domains.outbound.actions.attest_need import attest_needs, join_visas
from waiban.domains.outbound.actions.progress_need import Issued, agrees
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.actions.set_entry_rule import set_entry_rule
from waiban.domains.outbound.actions.visa_batches import open_batch, send_batch
from waiban.domains.outbound.entering import stays_in, visa_points
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import PaperNeed, Trip, VisaBatch
from waiban.domains.outbound.needs import refresh_needs, wanted_papers
from waiban.domains.outbound.tests import world
from waiban.dossiers.load import SCHEMA_ID, trip_from
from waiban.dossiers.trip import Stop

pytestmark = pytest.mark.django_db(databases=["default", "register"])
Kind, Answer, State = PaperNeed.Kind, PaperNeed.Answer, PaperNeed.State
D = date


def stop(country: str, arrive: date, leave: date, **more: Any) -> Stop:
    return Stop(
        country=country, arrive=arrive, leave=leave, transit=more.get("transit", False), leaves_airport=more.get("out")
    )


@pytest.fixture
def approved(people: People) -> Trip:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        return Trip.objects.select_related("office", "unit", "case").get(pk=trip.pk)


def of(people: People, trip: Trip, kind: str, who: str = "member") -> PaperNeed:
    return PaperNeed.objects.get(trip=trip, kind=kind, traveller=people.city.travellers[who].pk)


# --- the route ---------------------------------------------------------------------------------------------------


def test_there_and_back_again_is_two_entries() -> None:
    route = [
        stop("DE", D(2027, 3, 1), D(2027, 3, 3)),
        stop("GB", D(2027, 3, 3), D(2027, 3, 5)),
        stop("DE", D(2027, 3, 5), D(2027, 3, 6)),
    ]
    stays = stays_in(route, ["DE"])
    assert stays is not None
    assert [(one.since, one.until, one.days) for one in stays] == [
        (D(2027, 3, 1), D(2027, 3, 3), 3), (D(2027, 3, 5), D(2027, 3, 6), 2),
    ]  # fmt: skip
    answers = {one.code: one.answer for one in visa_points(
        route, ["DE"], name_agrees=True, valid_from=D(2027, 2, 1), valid_until=D(2027, 3, 31), entries=1, stay_days=5,
    )}  # fmt: skip
    assert answers == {"name": "met", "validity": "met", "entries": "not_met", "stay": "met"}


def test_places_of_one_visa_one_after_another_are_one_entry() -> None:
    route = [stop("DE", D(2027, 3, 1), D(2027, 3, 3)), stop("FR", D(2027, 3, 3), D(2027, 3, 6))]
    stays = stays_in(route, ["DE", "FR"])
    assert stays is not None
    assert [(one.countries, one.days) for one in stays] == [(("DE", "FR"), 6)]


def test_an_airside_transit_is_no_entry_and_an_unstated_one_is_not_known() -> None:
    inside = [
        stop("DE", D(2027, 3, 1), D(2027, 3, 1), transit=True, out=False),
        stop("FR", D(2027, 3, 1), D(2027, 3, 4)),
    ]
    assert stays_in(inside, ["DE"]) == []
    unstated = [stop("DE", D(2027, 3, 1), D(2027, 3, 1), transit=True), stop("FR", D(2027, 3, 1), D(2027, 3, 4))]
    assert stays_in(unstated, ["DE"]) is None
    entries = visa_points(
        unstated, ["DE"], name_agrees=None, valid_from=None, valid_until=None, entries=1, stay_days=None
    )
    assert {one.answer for one in entries} == {"not_stated"}


@pytest.mark.parametrize(
    ("allowed", "answer"), [(2, "not_met"), (3, "not_stated"), (4, "not_stated"), (5, "met"), (None, "not_stated")]
)
def test_days_of_stay_may_count_each_stay_or_all(allowed: int | None, answer: str) -> None:
    route = [
        stop("DE", D(2027, 3, 1), D(2027, 3, 3)),
        stop("GB", D(2027, 3, 3), D(2027, 3, 5)),
        stop("DE", D(2027, 3, 5), D(2027, 3, 6)),
    ]
    found = visa_points(
        route, ["DE"], name_agrees=None, valid_from=None, valid_until=None, entries=0, stay_days=allowed
    )
    assert next(one.answer for one in found if one.code == "stay") == answer


@pytest.mark.parametrize(
    ("since", "until", "answer"),
    [(D(2027, 3, 1), D(2027, 3, 6), "met"), (D(2027, 3, 2), D(2027, 4, 1), "not_met"), (D(2027, 2, 1), D(2027, 3, 5), "not_met"), (None, D(2027, 4, 1), "not_stated")],
)  # fmt: skip
def test_validity_covers_first_and_last_day(since: date | None, until: date | None, answer: str) -> None:
    route = [stop("DE", D(2027, 3, 1), D(2027, 3, 6))]
    found = visa_points(route, ["DE"], name_agrees=None, valid_from=since, valid_until=until, entries=0, stay_days=None)
    assert next(one.answer for one in found if one.code == "validity") == answer


def test_names_in_either_order_agree() -> None:
    assert agrees("TANG/YIWEI", "Tang Yiwei") is True
    assert agrees("YI WEI TANG", "TANG YIWEI") is True
    assert agrees("TANG YIWEN", "TANG YIWEI") is False
    assert agrees("", "TANG YIWEI") is None


# --- what is needed -----------------------------------------------------------------------------------------------


def test_where_nothing_is_known_the_desk_is_asked(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        visa, passport = of(people, approved, Kind.VISA), of(people, approved, Kind.PASSPORT)
        assert (visa.countries, visa.suggested, visa.suggested_by) == (["JP"], Answer.NOT_STATED, "no_rule")
        assert (passport.suggested, passport.suggested_by) == (Answer.NEEDED, "none_held")
        assert of(people, approved, Kind.EXIT_CERTIFICATE).suggested == Answer.NOT_STATED
        assert {row.answer for row in PaperNeed.objects.filter(trip=approved)} == {Answer.NOT_STATED}


def test_the_dated_table_suggests_by_kind_of_passport(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        set_entry_rule(
            people.office.pk, country="JP", paper="service", need="visa_free", source="测试用协定一览", since=D(2020, 1, 1),
            longest_stay=30,
        )  # fmt: skip
        set_entry_rule(
            people.office.pk,
            country="JP",
            paper="public_affairs",
            need="visa",
            source="测试用协定一览",
            since=D(2020, 1, 1),
        )
        assert refresh_needs(approved.pk, approved.office_id) == 0
        assert of(people, approved, Kind.VISA, "leader").suggested == Answer.NOT_NEEDED
        assert of(people, approved, Kind.EXIT_CERTIFICATE, "leader").suggested == Answer.NEEDED
        assert of(people, approved, Kind.VISA).suggested == Answer.NEEDED
        assert of(people, approved, Kind.EXIT_CERTIFICATE).suggested == Answer.NOT_NEEDED
        with pytest.raises(CannotError, match="依据"):
            set_entry_rule(people.office.pk, country="FR", paper="service", need="visa", source=" ", since=today())
        with pytest.raises(CannotError, match="请选国家"):
            set_entry_rule(people.office.pk, country="HK", paper="service", need="visa", source="x", since=today())


def test_a_shorter_free_stay_than_the_trip_is_not_taken_for_free(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        set_entry_rule(
            people.office.pk, country="JP", paper="service", need="visa_free", source="测试用", since=D(2020, 1, 1),
            longest_stay=3,
        )  # fmt: skip
        refresh_needs(approved.pk, approved.office_id)
        assert of(people, approved, Kind.VISA, "leader").suggested == Answer.NOT_STATED


def test_hong_kong_needs_permit_and_endorsement_and_taiwan_its_permit_alone() -> None:
    def needs(*places: str) -> list[tuple[str, tuple[str, ...]]]:
        value = trip_from(
            {
                "schema": SCHEMA_ID,
                "members": [{"id": "1", "rank": "staff"}],
                "stops": [{"country": place, "transit": False} for place in places],
            },
            draft=True,
        )
        assert value.members
        return [(one.kind, one.countries) for one in wanted_papers(value, value.members[0], [], [])]

    assert needs("HK", "MO") == [("hk_macao_permit", ()), ("endorsement", ("HK", "MO"))]
    assert needs("TW") == [("taiwan_permit", ("TW",))]
    assert needs("FR", "HK") == [
        ("hk_macao_permit", ()), ("endorsement", ("HK",)), ("passport", ()), ("visa", ("FR",)), ("exit_certificate", ()),
    ]  # fmt: skip


def test_a_valid_passport_is_not_applied_for_again(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        register_document(
            people.city.travellers["member"].pk, kind="public_affairs", number="PE1234567",
            expires_on=today() + timedelta(days=1000),
        )  # fmt: skip
        refresh_needs(approved.pk, approved.office_id)
        assert of(people, approved, Kind.PASSPORT).suggested_by == "held"
        assert of(people, approved, Kind.PASSPORT, "leader").suggested_by == "none_held"


def test_the_desk_attests_and_says_why_against_the_table(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        passport = of(people, approved, Kind.PASSPORT)
        with pytest.raises(CannotError, match="理由"):
            attest_needs([passport.pk], needed=False)
        (row,) = attest_needs([passport.pk], needed=False, words="已有,台账还没导入")
        assert (row.answer, row.answered_on) == (Answer.NOT_NEEDED, today())
        refresh_needs(approved.pk, approved.office_id)
        assert of(people, approved, Kind.PASSPORT).answer == Answer.NOT_NEEDED
    with people.as_("designated_officer"), pytest.raises(NotAllowedError):
        attest_needs([passport.pk], needed=True)


# --- how far it is ------------------------------------------------------------------------------------------------


def test_a_visa_goes_by_its_batch_and_the_note_only_by_our_own_channel(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        ids = [of(people, approved, Kind.VISA, who).pk for who in ("leader", "member")]
        with pytest.raises(CannotError, match="确认要办"):
            open_batch(ids, consulate="日本驻上海总领事馆", country="JP")
        attest_needs(ids, needed=True)
        progress.book(ids, booked_on=today() + timedelta(days=3), words="采指纹")
        with pytest.raises(CannotError, match="批次"):
            progress.submit(ids)
        batch = open_batch(ids, consulate="日本驻上海总领事馆", country="JP")
        assert batch.via == VisaBatch.Via.PROVINCE
        with pytest.raises(CannotError, match="不出照会"), transaction.atomic():
            send_batch(batch.pk, note_verbale="外照字 1 号")
        with pytest.raises(IntegrityError, match="own_channel"), transaction.atomic():
            VisaBatch.objects.filter(pk=batch.pk).update(note_verbale="外照字 1 号")
        send_batch(batch.pk, outside_number="鲁签 2027-15")
        assert {row.state for row in PaperNeed.objects.filter(pk__in=ids)} == {State.SUBMITTED}


def test_our_own_channel_needs_its_note(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        ids = [of(people, approved, Kind.VISA).pk]
        attest_needs(ids, needed=True)
        batch = open_batch(ids, consulate="日本驻上海总领事馆", country="JP", via="own")
        with pytest.raises(CannotError, match="照会"), transaction.atomic():
            send_batch(batch.pk)
        assert send_batch(batch.pk, note_verbale="外照字 1 号").note_verbale_on == today()


def submitted_visa(people: People, trip: Trip) -> PaperNeed:
    row = of(people, trip, Kind.VISA)
    attest_needs([row.pk], needed=True)
    batch = open_batch([row.pk], consulate="日本驻上海总领事馆", country="JP")
    send_batch(batch.pk)
    return row


def test_an_issued_visa_that_does_not_fit_is_taken_only_with_words(people: People, approved: Trip) -> None:
    with people.as_("designated_officer"):
        member = people.city.travellers["member"]
        save_traveller(
            member.unit, name=member.name, facts=Facts(rank="section", category="official"), since=D(2020, 1, 1),
            traveller_id=member.pk, pinyin="TANG YIWEI",
        )  # fmt: skip
    assert approved.depart
    assert approved.return_on
    with people.as_("desk_officer"):
        row = submitted_visa(people, approved)
        short = Issued("TANG YIWEI", approved.depart, approved.return_on - timedelta(days=1), 1, 15)
        with pytest.raises(CannotError, match="不符"), transaction.atomic():
            progress.issue(row.pk, short)
        wrong_name = Issued("TANG YIWEN", approved.depart, approved.return_on, 1, 15)
        with pytest.raises(CannotError, match="不符"), transaction.atomic():
            progress.issue(row.pk, wrong_name)
        progress.issue(row.pk, short, mismatch_words="使馆答应离境前更正")
        row.refresh_from_db()
        assert (row.state, row.name_agrees, row.mismatch_words) == (State.ISSUED, True, "使馆答应离境前更正")
        assert "TANG" not in str({name: getattr(row, name) for name in row.__dict__})


def test_a_refusal_says_why_and_a_request_for_more_what(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        row = submitted_visa(people, approved)
        with pytest.raises(CannotError, match="补什么"):
            progress.ask_more([row.pk], words="")
        progress.ask_more([row.pk], words="单位营业执照复印件")
        progress.submit([row.pk])
        with pytest.raises(CannotError, match="被拒"):
            progress.refuse_need([row.pk], reason="")
        progress.refuse_need([row.pk], reason="未说明")
        row.refresh_from_db()
        assert (row.state, row.ended_words, row.asked_words) == (State.REFUSED, "未说明", "单位营业执照复印件")


def test_nothing_is_made_before_it_was_attested(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        row = of(people, approved, Kind.PASSPORT)
        with pytest.raises(CannotError, match="先确认要办"):
            progress.book([row.pk], booked_on=today())
        with pytest.raises(IntegrityError, match="only_what_is_needed"), transaction.atomic():
            PaperNeed.objects.filter(pk=row.pk).update(state=State.SUBMITTED)


def test_several_stops_by_one_visa(people: People) -> None:
    world.ready(people)
    content = world.dossier(people)
    depart = date.fromisoformat(content["depart"])
    days = [(depart + timedelta(days=n)).isoformat() for n in range(5)]
    content["stops"] = [
        {"country": "JP", "city": "大阪", "arrive": days[0], "leave": days[3], "transit": False},
        {"country": "KR", "city": "首尔", "arrive": days[3], "leave": days[4], "transit": False},
    ]
    content["invitations"].append(content["invitations"][0] | {"country": "KR", "issued_in": "KR"})
    with people.as_("designated_officer"):
        from waiban.domains.outbound.actions.create_draft import create_draft

        trip = create_draft(people.city.units["unit"], content)
    with people.as_system():
        from waiban.domains.outbound.models import TripVersion
        from waiban.domains.outbound.versions import pin

        pin(trip, TripVersion.Of.APPROVED, trip.dossier, source=TripVersion.Source.OUTSIDE, cause=None, since=today())
    assert refresh_needs(trip.pk, trip.office_id) == 8
    with people.as_system():
        rows = list(PaperNeed.objects.filter(kind=Kind.VISA, traveller=people.city.travellers["member"].pk))
        joined = join_visas([row.pk for row in rows])
        assert (joined.countries, joined.answer) == (["JP", "KR"], Answer.NEEDED)
    assert refresh_needs(trip.pk, trip.office_id) == 0
    with people.as_system():
        assert PaperNeed.objects.filter(kind=Kind.VISA).count() == 3
