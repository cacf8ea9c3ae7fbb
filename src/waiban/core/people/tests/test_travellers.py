"""Travellers: dated facts, identity numbers that nobody reads by the way, erasure."""

from datetime import date

import pytest
from django.conf import settings
from django.db import connection, connections

from waiban.core.access.keys import readers
from waiban.core.audit.models import Event
from waiban.core.offices.errors import CannotError, NotAllowedError
from waiban.core.people import identity, queries
from waiban.core.people.actions.erase_traveller import erase_traveller
from waiban.core.people.actions.let_see import let_see
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.actions.show_identity import show_identity
from waiban.core.people.models import Traveller, TravellerRecord
from waiban.core.people.personas import People

pytestmark = pytest.mark.django_db(databases=["default", "register"])
NUMBER = "110101199003070011"  # made up; the last figure is computed so that the check holds
NUMBER = next(NUMBER[:17] + last for last in "0123456789X" if identity.is_valid(NUMBER[:17] + last))
JANUARY, JUNE, DECEMBER = date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 1)


def save(people: People, facts: Facts, since: date, traveller: Traveller | None = None, **rest: object) -> Traveller:
    with people.as_("designated_officer"):
        return save_traveller(
            people.city.units["unit"], name="唐一苇", facts=facts, since=since,
            traveller_id=traveller.pk if traveller else None, **rest,
        )  # fmt: skip


def post_on(people: People, traveller: Traveller, day: date) -> str | None:
    with people.as_("designated_officer"):
        return queries.traveller_card(traveller, day).get("post")


def test_a_new_day_ends_the_record_before_it(people: People) -> None:
    person = save(people, Facts(post="副科长", rank="deputy_section"), JANUARY)
    save(people, Facts(post="科长", rank="section"), JUNE, person)
    assert [post_on(people, person, day) for day in (date(2025, 12, 31), JANUARY, date(2026, 5, 31), JUNE)] == [
        None, "副科长", "副科长", "科长",
    ]  # fmt: skip


def test_the_same_day_corrects(people: People) -> None:
    person = save(people, Facts(post="副科长"), JANUARY)
    save(people, Facts(post="科长"), JANUARY, person)
    with people.as_("designated_officer"):
        assert [row.post for row in TravellerRecord.objects.filter(traveller=person)] == ["科长"]


def test_a_day_between_two_records_fits_in(people: People) -> None:
    person = save(people, Facts(post="一"), JANUARY)
    save(people, Facts(post="三"), DECEMBER, person)
    save(people, Facts(post="二"), JUNE, person)
    assert [post_on(people, person, day) for day in (JANUARY, JUNE, date(2026, 11, 30), DECEMBER)] == [
        "一", "二", "二", "三",
    ]  # fmt: skip


def test_saving_what_is_known_writes_no_record(people: People) -> None:
    person = save(people, Facts(post="科长"), JANUARY)
    save(people, Facts(post="科长"), JUNE, person)
    with people.as_("designated_officer"):
        assert TravellerRecord.objects.filter(traveller=person).count() == 1


def test_a_card_says_nothing_that_is_not_stated(people: People) -> None:
    person = save(people, Facts(post="科长", heads_unit=False, in_charge_of=("commerce",)), JANUARY)
    with people.as_("designated_officer"):
        assert queries.traveller_card(person, JUNE) == {
            "id": str(person.pk), "unit": "澄江市商务局", "post": "科长", "heads_unit": False,
            "in_charge_of": ["commerce"],
        }  # fmt: skip


def test_cards_of_many_cost_no_query_a_row(people: People, django_assert_num_queries: object) -> None:
    with people.as_("desk_officer"), django_assert_num_queries(2):
        rows = list(queries.with_records(queries.travellers(), JUNE))
        cards = [queries.traveller_card(row, JUNE) for row in rows if row.unit_id]
    assert {card["post"] for card in cards} == {"局长", "科长"}


def test_a_value_that_is_none_is_refused(people: People) -> None:
    for facts in (Facts(rank="emperor"), Facts(category="x"), Facts(status="x"), Facts(managed_by="x"),
                  Facts(in_charge_of=("x",))):  # fmt: skip
        with pytest.raises(CannotError):
            save(people, facts, JANUARY)


def test_the_number_is_not_in_the_database(people: People) -> None:
    person = save(people, Facts(), JANUARY, identity_number=NUMBER)
    with people.as_("designated_officer"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT t::text, convert_from(identity_number, 'UTF8') FROM people_traveller t WHERE id = %s", [person.pk]
        )
        row, secret = cursor.fetchone()
        assert NUMBER not in row
        assert NUMBER not in secret
        assert not Event.objects.filter(data__icontains=NUMBER).exists()
    assert person.identity_masked == NUMBER[:6] + "*" * 8 + NUMBER[-4:]
    assert not str(settings.WAIBAN_KEYS).startswith("postgresql")


def test_reading_the_number_is_an_event_with_a_reason(people: People) -> None:
    person = save(people, Facts(), JANUARY, identity_number=NUMBER)
    with people.as_("desk_officer"):
        with pytest.raises(CannotError):
            show_identity(person.pk, reason="")
        assert show_identity(person.pk, reason="核对护照") == NUMBER
    with people.as_("outsider"), pytest.raises(Traveller.DoesNotExist):
        show_identity(person.pk, reason="看看")
    with people.as_("auditor") as auditor:
        keys = "{" + ",".join(map(str, auditor.keys)) + "}"
    with connections["register"].cursor() as cursor:
        cursor.execute(f"SET LOCAL waiban.keys = '{keys}'")
        cursor.execute("SELECT data->>'reason' FROM audit_event WHERE kind = 'read'")
        assert cursor.fetchall() == [("核对护照",)]


def test_the_same_number_twice_in_a_unit_is_refused(people: People) -> None:
    save(people, Facts(), JANUARY, identity_number=NUMBER)
    with pytest.raises(CannotError, match="已有"):
        save(people, Facts(), JANUARY, identity_number=NUMBER.lower())


def test_a_mistyped_number_is_refused(people: People) -> None:
    wrong = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    with pytest.raises(CannotError, match="校验"):
        save(people, Facts(), JANUARY, identity_number=wrong)


def test_masks() -> None:
    assert identity.masked("E12345678") == "*****5678"
    assert identity.masked("123") == "***"
    assert identity.decrypt(identity.encrypt("e 1234 5678")) == "E12345678"
    assert identity.digest("e12345678") == identity.digest("E1234 5678") != identity.digest("E12345679")


def test_the_keys_are_made_once_and_closed_to_others() -> None:
    identity.encrypt("1")
    file = settings.WAIBAN_KEYS / identity.ENCRYPTION
    assert file.stat().st_mode & 0o077 == 0


def test_who_may_keep_travellers(people: People) -> None:
    person = save(people, Facts(), JANUARY)
    for who in set(people.personas) - {"designated_officer"}:
        with people.as_(who), pytest.raises((NotAllowedError, Traveller.DoesNotExist)):
            save_traveller(
                people.city.units["unit"], name="唐二苇", facts=Facts(), since=JANUARY, traveller_id=person.pk
            )


def test_a_traveller_is_not_taken_from_another_unit(people: People) -> None:
    person = save(people, Facts(), JANUARY)
    with people.as_("outsider"), pytest.raises(Traveller.DoesNotExist):
        save_traveller(
            people.city.units["elsewhere"], name="唐二苇", facts=Facts(), since=JANUARY, traveller_id=person.pk
        )


def test_erasing_leaves_nothing_but_the_id(people: People) -> None:
    person = save(people, Facts(post="科长"), JANUARY, identity_number=NUMBER, pinyin="TANG YIWEI")
    with people.as_("designated_officer"):
        erase_traveller(person.pk, reason="期限届满")
        row = Traveller.objects.get(pk=person.pk)
        assert (row.name, row.pinyin, row.identity_number, row.identity_masked, row.identity_hash) == (
            "",
            "",
            None,
            "",
            "",
        )
        assert bytes(row.salt) == b""
        assert not TravellerRecord.objects.filter(traveller=person).exists()
        assert person.pk not in {known.pk for known in queries.travellers()}


def test_who_is_shown_a_case_sees_who_travels_and_keeps_seeing_it(people: People) -> None:
    person = save(people, Facts(post="科长"), JANUARY)
    post = people.city.posts["personnel_body"].pk
    with people.as_("personnel_body"):
        assert not Traveller.objects.exists()
    with people.as_("designated_officer"):
        let_see([person.pk], readers(people.office.pk, posts=(post,)))
    save(people, Facts(post="副局长"), JUNE, person)
    with people.as_("personnel_body"):
        assert [row.pk for row in Traveller.objects.all()] == [person.pk]
        assert queries.traveller_card(person, JUNE)["post"] == "副局长"
        with pytest.raises(NotAllowedError):
            save_traveller(people.city.units["unit"], name="改名", facts=Facts(), since=JUNE, traveller_id=person.pk)
    with people.as_("outsider"):
        assert not Traveller.objects.exists()


def test_nobody_lets_others_see_whom_he_does_not_see(people: People) -> None:
    person = save(people, Facts(), JANUARY)
    with people.as_("outsider"):
        let_see([person.pk], readers(people.office.pk, posts=(people.city.posts["outsider"].pk,)))
        assert not Traveller.objects.exists()
