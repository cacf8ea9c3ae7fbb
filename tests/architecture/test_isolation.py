"""Each way by which rows could reach the wrong reader, tried by somebody who may not see them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory

from waiban.core.access.middleware import RequestTransaction
from waiban.core.access.principals import NoPrincipalError, Principal, become
from waiban.core.access.streams import streamed
from waiban.core.jobs import registry
from waiban.core.jobs import run as runner
from waiban.core.jobs.actions.start import start
from waiban.core.jobs.models import Job
from waiban.core.people.personas import People
from waiban.core.people.principals import principal_of
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])

OUTSIDERS = ("outsider", "outside_office", "inspector")
INSIDER = "designated_officer"


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    return world.submitted(people, world.draft(people))


def titles() -> list[str]:
    """A query whose author forgot every filter."""
    return list(Trip.objects.values_list("title", flat=True))


@pytest.mark.parametrize("who", OUTSIDERS)
def test_a_forgotten_filter_shows_nothing(people: People, trip: Trip, who: str) -> None:
    with people.as_(INSIDER):
        assert titles() == [trip.title]
    with people.as_(who):
        assert titles() == []
        assert Trip.objects.count() == 0
        assert not Trip.objects.filter(pk=trip.pk).exists()
        assert Trip.objects.aggregate(most=world_max())["most"] is None


def world_max() -> Any:
    from django.db.models import Max

    return Max("depart")


INJECTED = (
    "SELECT title FROM outbound_trip WHERE title = '' OR 1=1",
    "SELECT title FROM outbound_trip WHERE title = '' UNION SELECT title FROM outbound_trip",
    "SELECT name FROM people_traveller WHERE true",
    "SELECT d.dossier::text FROM outbound_trip d CROSS JOIN people_unit",
    "SELECT row_to_json(t)::text FROM outbound_trip t",
    "SELECT data::text FROM audit_event WHERE true OR office_id IS NULL",
    "SELECT content FROM casework_dossierversion",
    "SELECT name FROM files_storedfile",
)


@pytest.mark.parametrize("statement", INJECTED)
@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_injected_condition_shows_nothing(people: People, trip: Trip, who: str, statement: str) -> None:
    with people.as_(INSIDER), connection.cursor() as cursor:
        cursor.execute(statement)
        of_insider = {str(row[0]) for row in cursor.fetchall()}
    with people.as_(who), connection.cursor() as cursor:
        cursor.execute(statement)
        seen = {str(row[0]) for row in cursor.fetchall()}
    assert not seen & {trip.title, "唐一苇"}
    if "audit_event" not in statement:
        assert of_insider
        assert not seen & of_insider


STACKED = (
    "SELECT 1; SET LOCAL waiban.keys = '{1,2,3,4,5,6,7,8,9,10,11,12}'",
    "SELECT 1; RESET ROLE",
    "SET ROLE waiban_owner",
    "SET SESSION AUTHORIZATION waiban_super",
    "SELECT set_config('waiban.keys', '{1,2,3}', true)",
    "SELECT set_config('waiban.upkeep', 'on', true)",
    "DO $$ BEGIN PERFORM set_config('waiban.keys', '{1,2,3}', true); END $$",
    "ALTER TABLE outbound_trip DISABLE ROW LEVEL SECURITY",
    "DROP POLICY readers_select ON outbound_trip",
    "CREATE TEMPORARY TABLE people_appointment (account_id uuid)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "COPY outbound_trip TO '/dev/null'",
    "GRANT waiban_owner TO waiban_app",
)


@pytest.mark.parametrize("statement", STACKED)
def test_no_statement_opens_a_way(people: People, trip: Trip, statement: str) -> None:
    with people.as_("outsider"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert titles() == []


def test_what_one_cannot_see_one_cannot_change_or_plant(people: People, trip: Trip) -> None:
    with people.as_("outsider"):
        assert Trip.objects.filter(pk=trip.pk).update(title="x") == 0
        assert Trip.objects.filter(pk=trip.pk).delete()[0] == 0
        stolen = Trip.objects.model(
            pk=trip.pk, office_id=trip.office_id, unit_id=trip.unit_id, title="x", readers=trip.readers
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            stolen.save(force_insert=True)
    with people.as_(INSIDER):
        assert titles() == [trip.title]


def stream_of(rows: QuerySet[Trip]) -> Iterator[bytes]:
    return (row.title.encode() for row in rows)


def served(principal: Principal, view: Any) -> HttpResponseBase:
    """`view` behind the middlewares that matter here, as `principal`."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        become(principal)
        response: HttpResponseBase = view(request)
        if isinstance(response, TemplateResponse):
            response.render()
        return response

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return RequestTransaction(answer)(request)


@pytest.mark.parametrize("who", [INSIDER, *OUTSIDERS])
def test_a_lazy_template_reads_as_who_asked(people: People, trip: Trip, who: str) -> None:
    template = engines["django"].from_string("{% for row in rows %}[{{ row.title }}]{% endfor %}")

    def view(request: HttpRequest) -> TemplateResponse:
        return TemplateResponse(request, template, {"rows": Trip.objects.all()})  # type: ignore[arg-type]

    response = served(people.principal(who), view)
    assert isinstance(response, TemplateResponse)
    assert response.content.decode() == (f"[{trip.title}]" if who == INSIDER else "")


@pytest.mark.parametrize("who", [INSIDER, *OUTSIDERS])
def test_a_streamed_export_reads_as_who_asked(people: People, trip: Trip, who: str) -> None:
    def view(_request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(streamed(lambda: stream_of(Trip.objects.all())))

    response = served(people.principal(who), view)
    assert isinstance(response, StreamingHttpResponse)
    body = b"".join(response.streaming_content).decode()  # type: ignore[arg-type]
    assert body == (trip.title if who == INSIDER else "")


def test_an_export_that_forgot_who_asked_is_a_fault_and_no_empty_file(people: People, trip: Trip) -> None:
    def view(_request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(row.title.encode() for name in ("all",) for row in getattr(Trip.objects, name)())

    response = served(people.principal(INSIDER), view)
    assert isinstance(response, StreamingHttpResponse)
    with pytest.raises(NoPrincipalError):
        b"".join(response.streaming_content)  # type: ignore[arg-type]


@pytest.mark.parametrize("who", [INSIDER, "outsider", "outside_office"])
def test_a_job_reads_as_who_asked(people: People, trip: Trip, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(registry, "_work", {"test.titles": lambda _run: seen.extend(titles())})
    monkeypatch.setattr(runner, "_principal_of", principal_of)
    office = people.city_of(who).office
    with people.as_(who):
        job = start("test.titles", title="x", office_id=office.pk)
    runner.run(job.pk, office.pk)
    with people.as_(who):
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    assert seen == ([trip.title] if who == INSIDER else [])


def test_the_history_of_others_comes_as_what_a_rule_needs_and_no_more(people: People, trip: Trip) -> None:
    """Functions that see more give numbers, days and marks: no title, name or text of another's trip."""
    query = (
        "SELECT p.proname, pg_get_function_result(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = 'public' AND p.prosecdef AND p.proname LIKE 'outbound%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        results = dict(cursor.fetchall())
    assert results
    assert not [
        name for name, result in results.items() if " title" in result or " name" in result or "dossier" in result
    ]
