"""Nobody sees or becomes what they may not, by any statement."""

import pytest
from django.db import DatabaseError, connection, transaction

from waiban.core.access.keys import readers
from waiban.core.access.principals import PUBLIC, Kind, NoPrincipalError, Principal, acting_as
from waiban.core.offices.models import Office
from waiban.core.people.models import Unit
from waiban.core.people.principals import system

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office.objects.create(
        slug="yt",
        name="云汀市外办",
        name_en="Yunting",
        short_name="云外",
        city="云汀市",
        city_en="Yunting",
        law_path="cn/nation",
    )


@pytest.fixture
def unit(office: Office) -> Unit:
    with acting_as(system(office.pk, "test")):
        return Unit.objects.create(
            office=office,
            name="市商务局",
            short_name="商务局",
            kind="government",
            readers=readers(office.pk, staff=True),
        )


def test_rows_are_seen_by_holders_of_a_key_only(office: Office, unit: Unit) -> None:
    with acting_as(system(office.pk, "test")):
        assert list(Unit.objects.all()) == [unit]
    with acting_as(PUBLIC):
        assert list(Unit.objects.all()) == []
    with acting_as(Principal(Kind.ACCOUNT, keys=(999_999,))):
        assert list(Unit.objects.all()) == []


def test_asking_while_nobody_acts_raises() -> None:
    with pytest.raises(NoPrincipalError):
        Unit.objects.count()


def test_leaving_a_block_gives_back_what_was_before(office: Office, unit: Unit) -> None:
    with acting_as(system(office.pk, "test")):
        with acting_as(PUBLIC):
            assert not Unit.objects.exists()
        assert Unit.objects.exists()
        with pytest.raises(ZeroDivisionError), acting_as(PUBLIC):
            raise ZeroDivisionError
        assert Unit.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1; SET LOCAL waiban.keys = '{1,2,3}'",
        "SELECT set_config('waiban.keys', '{1,2,3}', true)",
        "SELECT 1 FROM people_unit WHERE set_config('waiban.keys', '{1}', true) IS NOT NULL",
    ],
)
@pytest.mark.parametrize("parameters", [None, [1]])
def test_no_statement_changes_who_acts(
    office: Office, unit: Unit, statement: str, parameters: list[int] | None
) -> None:
    if parameters:
        statement = statement.replace("SELECT 1", "SELECT %s::int", 1)
        if "%s" not in statement:
            statement += " AND %s::int = 1" if "WHERE" in statement else ", %s::int"
    with acting_as(PUBLIC):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
        assert not Unit.objects.exists()


def test_the_app_role_owns_nothing_and_cannot_bypass(office: Office) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)
