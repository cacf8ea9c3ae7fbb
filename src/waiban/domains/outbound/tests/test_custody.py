"""Travel documents: one place at a time, one valid paper of a kind, and nothing handed out without a task."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from waiban.core.audit.models import Event
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import NotAllowedError
from waiban.core.people import identity
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.apply_for_document import apply_for_document
from waiban.domains.outbound.actions.end_document import cancel_document, expire_documents
from waiban.domains.outbound.actions.hand_over import hand_over
from waiban.domains.outbound.actions.issue_document import issue_document
from waiban.domains.outbound.actions.look_up_document import look_up_document, show_number
from waiban.domains.outbound.actions.record_briefing import record_briefing
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.actions.take_stock import misread, take_stock
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import is_code
from waiban.domains.outbound.models import CustodyEvent, Debt, TravelDocument, Trip
from waiban.domains.outbound.tests import world

Place, State, Why = TravelDocument.Place, TravelDocument.State, CustodyEvent.Why
pytestmark = pytest.mark.django_db(databases=["default", "register"])
NUMBER = "PE1234567"


@pytest.fixture
def approved(people: People) -> Trip:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        return Trip.objects.select_related("office", "unit", "case").get(pk=trip.pk)


def registered(people: People, who: str = "member", number: str = NUMBER, **more: object) -> TravelDocument:
    return register_document(
        people.city.travellers[who].pk, kind="public_affairs", number=number, issuer="省外办",
        issued_on=today() - timedelta(days=400), expires_on=today() + timedelta(days=1400), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_document_lies_in_the_drawer_under_our_own_code(people: People) -> None:
    with people.as_("desk_officer"):
        document = registered(people)
        assert (document.place, document.state, document.steps) == (Place.DRAWER, State.VALID, 1)
        assert is_code(document.code)
        assert NUMBER not in document.code
        assert (document.number_masked, identity.decrypt(document.number_secret or b"")) == ("*****4567", NUMBER)
        assert CustodyEvent.objects.get(document=document).why == Why.REGISTERED


def test_a_second_valid_passport_is_stopped_by_the_act_and_by_the_database(people: People) -> None:
    with people.as_("desk_officer"):
        first = registered(people)
        with pytest.raises(CannotError, match=first.code):
            register_document(
                people.city.travellers["member"].pk, kind="service", number="SE7654321",
                expires_on=today() + timedelta(days=900),
            )  # fmt: skip
        first.pk, first.code, first.number_hash, first.kind = None, "ANOTHER", "", "service"
        with pytest.raises(IntegrityError, match="one_valid_official_passport"), transaction.atomic():
            first.save(force_insert=True)


def test_only_the_office_registers(people: People) -> None:
    for who in ("designated_officer", "unit_head", "city_leader"):
        with people.as_(who), pytest.raises(NotAllowedError):
            registered(people)


def test_who_sees_a_document(people: People) -> None:
    with people.as_("desk_officer"):
        registered(people)
    seen = []
    for who in people.personas:
        with people.as_(who):
            if TravelDocument.objects.exists():
                seen.append(who)
    assert seen == [
        "designated_officer", "unit_finance", "unit_head", "desk_officer", "section_head", "office_head", "city_leader",
        "auditor",
    ]  # fmt: skip


def test_an_application_needs_an_approved_task_and_no_valid_passport(people: People) -> None:
    world.ready(people)
    waiting = world.submitted(people, world.draft(people))
    member = people.city.travellers["member"].pk
    with people.as_("desk_officer"), pytest.raises(CannotError, match="任务没有批准"):
        apply_for_document(waiting.pk, member, kind="public_affairs")
    trip = world.through_office(people, waiting)
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        document = apply_for_document(waiting.pk, member, kind="public_affairs", issuer="省外办")
        assert (document.place, document.state) == (Place.APPLYING, State.APPLIED)
        with pytest.raises(CannotError, match="已经在申办"):
            apply_for_document(waiting.pk, member, kind="public_affairs")
        issue_document(document.pk, number=NUMBER, issued_on=today(), expires_on=today() + timedelta(days=1825))
        document.refresh_from_db()
        assert (document.place, document.state, document.steps) == (Place.DRAWER, State.VALID, 2)
        with pytest.raises(CannotError, match="已有一本有效"):
            apply_for_document(waiting.pk, member, kind="service")
        document.applied_for = None
        document.state = State.APPLIED
        with pytest.raises(IntegrityError, match="an_application_has_its_task"), transaction.atomic():
            document.save()


def test_release_needs_the_task_and_the_signed_briefing(people: People, approved: Trip) -> None:
    member = people.city.travellers["member"].pk
    with people.as_("desk_officer"):
        document = registered(people)
        with pytest.raises(CannotError, match="已批准的任务"):
            hand_over([document.pk], Why.RELEASE)
        with pytest.raises(CannotError, match="还没签行前教育"):
            hand_over([document.pk], Why.RELEASE, trip_id=approved.pk)
        record_briefing(approved.pk, [member], signed_on=today())
        (event,) = hand_over([document.pk], Why.RELEASE, trip_id=approved.pk, taken_by="沈砚秋")
        document.refresh_from_db()
        assert (document.place, document.place_trip_id, event.taken_from) == (
            Place.TRAVELLER,
            approved.pk,
            Place.DRAWER,
        )
        assert document.due_back == approved.return_on + timedelta(days=7)  # type: ignore[operator]
        with pytest.raises(CannotError, match="现在在“本人持有”"):
            hand_over([document.pk], Why.RELEASE, trip_id=approved.pk)


def test_the_briefing_is_a_setting(people: People, approved: Trip) -> None:
    with people.as_("office_head"):
        set_setting(people.office, "documents.release_needs_briefing", False, reason="本地另有规定")
    with people.as_("desk_officer"):
        document = registered(people)
        hand_over([document.pk], Why.RELEASE, trip_id=approved.pk)


def test_a_stranger_to_the_task_gets_nothing(people: People, approved: Trip) -> None:
    with people.as_system():
        from waiban.core.people.actions.save_traveller import Facts, save_traveller

        other = save_traveller(
            people.city.units["unit"], name="尹未名", facts=Facts(rank="staff"), since=date(2020, 1, 1)
        )
    with people.as_("desk_officer"):
        document = register_document(
            other.pk, kind="public_affairs", number="PE0000001", expires_on=today() + timedelta(days=900)
        )
        with pytest.raises(CannotError, match="不在已批准的团组里"):
            hand_over([document.pk], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")


def test_the_unit_records_what_reaches_its_hands_and_no_more(people: People, approved: Trip) -> None:
    member = people.city.travellers["member"].pk
    with people.as_("desk_officer"):
        document = registered(people)
        record_briefing(approved.pk, [member], signed_on=today())
    with people.as_("designated_officer"), pytest.raises(NotAllowedError):
        hand_over([document.pk], Why.RELEASE, trip_id=approved.pk)
    with people.as_("desk_officer"):
        hand_over([document.pk], Why.RELEASE, trip_id=approved.pk)
    with people.as_("outsider"), pytest.raises(CannotError):
        hand_over([document.pk], Why.TO_UNIT)
    with people.as_("designated_officer"):
        hand_over([document.pk], Why.TO_UNIT, given_by="唐一苇")
        hand_over([document.pk], Why.SENT, words="机要交换")
        with pytest.raises(NotAllowedError):
            hand_over([document.pk], Why.HANDED_IN)
    with people.as_("desk_officer"):
        hand_over([document.pk], Why.HANDED_IN, given_by="沈砚秋")
        document.refresh_from_db()
        assert (document.place, document.place_trip_id, document.steps) == (Place.DRAWER, None, 5)
        passport = Trip.objects.get(pk=approved.pk).dossier["members"][1]["passport"]
        assert passport == {
            "kind": "public_affairs", "expires": document.expires_on.isoformat(),  # type: ignore[union-attr]
            "returned_on": today().isoformat(),
        }  # fmt: skip
        debt = Debt.objects.get(trip=approved, kind="documents", key=str(document.pk))
        assert (debt.ended, debt.ended_on) == ("done", today())


def test_custody_is_a_chain_that_the_database_holds(people: People) -> None:
    with people.as_("desk_officer"):
        document = registered(people)
        first = CustodyEvent.objects.get(document=document)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            CustodyEvent.objects.filter(pk=first.pk).update(place=Place.TRAVELLER)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            first.delete()
        for step, taken_from in ((3, "drawer"), (2, "traveller")):
            fake = CustodyEvent(
                document=document, step=step, taken_from=taken_from, place="in_transit", why="sent",
                happened_on=today(), slip=1, slip_year=2026, readers=document.readers,
            )  # fmt: skip
            with pytest.raises(DatabaseError, match="not there"), transaction.atomic():
                fake.save(force_insert=True)
        CustodyEvent.objects.filter(pk=first.pk).update(readers=first.readers)


def test_where_a_document_is_and_its_newest_step_say_the_same(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        document = registered(people)
        hand_over([document.pk], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")
        hand_over([document.pk], Why.HANDED_IN)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM outbound_traveldocument d LEFT JOIN outbound_custodyevent e "
                "ON e.document_id = d.id AND e.step = d.steps WHERE e.place IS DISTINCT FROM d.place"
            )
            assert cursor.fetchone() == (0,)


def test_a_slip_has_one_number_for_the_whole_act(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        mine = [registered(people), registered(people, "leader", "PE2222222")]
        events = hand_over([one.pk for one in mine], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")
        assert len({event.slip for event in events}) == 1
        assert events[0].slip == CustodyEvent.objects.get(document=mine[1], step=1).slip + 1


def test_all_of_a_hand_over_or_none(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        mine = [registered(people), registered(people, "leader", "PE2222222")]
        hand_over([mine[0].pk], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")
        with pytest.raises(CannotError), transaction.atomic():
            hand_over([one.pk for one in mine], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")
        assert TravelDocument.objects.get(pk=mine[1].pk).place == Place.DRAWER


def test_a_look_up_goes_by_the_keyed_hash_and_is_logged(people: People) -> None:
    with people.as_("desk_officer"):
        document = registered(people)
        assert look_up_document(" pe1234567 ") == document
        assert look_up_document("PE9999999") is None
        assert show_number(document.pk, reason="核对签证申请表") == NUMBER
        with pytest.raises(CannotError, match="理由"):
            show_number(document.pk, reason=" ")
    with people.as_("designated_officer"), pytest.raises(NotAllowedError):
        look_up_document(NUMBER)
    with people.as_("auditor") as auditor:
        keys = "{" + ",".join(map(str, auditor.keys)) + "}"
        assert all(NUMBER not in str(row.data) for row in Event.objects.all())
    with connections["register"].cursor() as cursor:
        cursor.execute(f"SET LOCAL waiban.keys = '{keys}'")
        cursor.execute("SELECT name, data->>'found' FROM audit_event WHERE kind = 'read' ORDER BY recorded_at, id")
        found = [("document.look_up", "true"), ("document.look_up", "false"), ("document.show_number", None)]
        assert cursor.fetchall() == found
        cursor.execute("SELECT count(*) FROM audit_event WHERE data::text LIKE %s", [f"%{NUMBER}%"])
        assert cursor.fetchone() == (0,)


def test_a_count_says_what_is_missing_and_what_lies_there_too_many(people: People, approved: Trip) -> None:
    with people.as_("desk_officer"):
        here, away = registered(people), registered(people, "leader", "PE2222222")
        hand_over([away.pk], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")
        row = take_stock(people.office, [away.code.lower(), "ZZZZZZ", away.code])
        assert (row.expected, row.found) == ([here.code], [away.code])
        assert (row.missing, row.extra, row.unknown) == ([here.code], [away.code], ["ZZZZZZ"])
        hand_over([away.pk], Why.FOUND, mark="清点时已在柜内")
        assert take_stock(people.office, [here.code, away.code]).missing == []
        broken = here.code[:-1] + ("2" if here.code[-1] != "2" else "3")
        assert misread([here.code, broken]) == [broken]
    with people.as_("designated_officer"), pytest.raises(NotAllowedError):
        take_stock(people.office, [])


def test_an_expired_document_makes_room_for_a_new_one(people: People) -> None:
    with people.as_("desk_officer"):
        document = register_document(
            people.city.travellers["member"].pk, kind="public_affairs", number=NUMBER, expires_on=today()
        )
    with people.as_system():
        assert expire_documents(people.office.pk, today()) == 0
        assert expire_documents(people.office.pk, today() + timedelta(days=1)) == 1
    with people.as_("desk_officer"):
        document.refresh_from_db()
        assert (document.state, document.place) == (State.EXPIRED, Place.DRAWER)
        registered(people, number="PE3333333")
        cancel_document(document.pk, reason="过期换发")
        document.refresh_from_db()
        assert (document.state, document.place) == (State.CANCELLED, Place.NOWHERE)


def test_two_hand_overs_of_one_document_wait_for_each_other(people: People, approved: Trip) -> None:
    """The second finds it gone: the lock is on the document's row."""
    with people.as_("desk_officer"):
        document = registered(people)
        hand_over([document.pk], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")
        with pytest.raises(CannotError, match=re.escape("使领馆")):
            hand_over([document.pk], Why.VISA, trip_id=approved.pk, words="日本驻上海总领事馆")


def test_no_permit_for_a_foreign_trip(people: People, approved: Trip) -> None:
    member = people.city.travellers["member"].pk
    with people.as_("desk_officer"):
        permit = register_document(
            member, kind="hk_macao_permit", number="CD1234567", expires_on=today() + timedelta(days=900)
        )
        record_briefing(approved.pk, [member], signed_on=today())
        for why in (Why.VISA, Why.RELEASE):
            with pytest.raises(CannotError, match="不用因公往来港澳"):
                hand_over([permit.pk], why, trip_id=approved.pk, words="使领馆")
        with pytest.raises(CannotError, match="不用大陆居民往来台湾"):
            apply_for_document(approved.pk, member, kind="taiwan_permit")
