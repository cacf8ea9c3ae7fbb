"""The API by its own door: what a token may do, what it never may, once and never over another's change."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import acting_as
from waiban.core.audit.models import Event
from waiban.core.casework.models import WorkItem
from waiban.core.notify.models import Notice
from waiban.core.offices.errors import CannotError
from waiban.core.people.actions.make_token import end_token, make_token
from waiban.core.people.models import ApiToken
from waiban.core.people.personas import People
from waiban.core.people.tokens import ALLOWS
from waiban.domains.outbound.models import OutsideRecord, Trip
from waiban.domains.outbound.outside import approval_to_record, picture
from waiban.domains.outbound.tests import world
from waiban.site.api.main import api

pytestmark = pytest.mark.django_db(databases=["default", "register"])
EVERYTHING = list(ApiToken.Scope.values)
Call = Callable[..., Any]


def token_for(people: People, who: str = "designated_officer", scopes: list[str] | None = None) -> str:
    with people.as_("office_head"):
        _row, secret = make_token(
            people.city.posts[who].pk, name="单位办公系统", scopes=scopes or EVERYTHING,
            expires_on=timezone.localdate() + timedelta(days=30),
        )  # fmt: skip
    return secret


def call(secret: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return Client().generic(
        method, f"/api/v1{path}", json.dumps(body) if body is not None else "", content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", **{name.replace("_", "-"): value for name, value in headers.items()}},
    )  # fmt: skip


def key() -> str:
    return str(uuid.uuid4())


def test_a_dossier_goes_in_is_read_changed_and_handed_on(people: People) -> None:
    world.ready(people)
    secret, dossier = token_for(people), world.dossier(people)
    added = call(secret, "POST", "/trips", {"dossier": dossier}, Idempotency_Key=key())
    assert added.status_code == 201, added.content
    trip = added.json()
    read = call(secret, "GET", f"/trips/{trip['id']}")
    assert read.json()["dossier"]["title"] == dossier["title"]
    changed = call(
        secret, "PUT", f"/trips/{trip['id']}", {"dossier": dossier | {"title": "改名"}}, If_Match=read["ETag"]
    )
    assert changed.json()["title"] == "改名"
    stale = call(secret, "PUT", f"/trips/{trip['id']}", {"dossier": dossier}, If_Match=read["ETag"])
    assert stale.status_code == 412
    assert call(secret, "PUT", f"/trips/{trip['id']}", {"dossier": dossier}).status_code == 428
    judged = call(secret, "GET", f"/trips/{trip['id']}/check").json()
    assert judged["verdict"] in ("clear", "blocked", "incomplete")
    started = call(secret, "POST", f"/trips/{trip['id']}/start", Idempotency_Key=key(), If_Match=changed["ETag"])
    assert started.json()["state"] == "in_unit", started.content
    with people.as_("auditor"):
        assert Event.objects.filter(principal="token", name="trip.create").count() == 1
    with acting_as(people.principal("auditor"), using="register"):  # calls are noted on the register's own connection
        assert Event.objects.using("register").filter(name="api.call").count() >= 6


def test_the_same_key_gives_the_same_answer_and_another_request_under_it_is_refused(people: People) -> None:
    secret, mine = token_for(people), key()
    first = call(secret, "POST", "/trips", {"dossier": {"title": "一"}}, Idempotency_Key=mine)
    again = call(secret, "POST", "/trips", {"dossier": {"title": "一"}}, Idempotency_Key=mine)
    assert first.json() == again.json()
    assert call(secret, "POST", "/trips", {"dossier": {"title": "二"}}, Idempotency_Key=mine).status_code == 409
    assert call(secret, "POST", "/trips", {"dossier": {"title": "三"}}).status_code == 400
    with people.as_("designated_officer"):
        assert Trip.objects.count() == 1


def test_a_wrong_field_is_named(people: People) -> None:
    secret = token_for(people)
    answer = call(secret, "POST", "/checks", {"dossier": {"depart": "morgen"}})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["pointer"] == "/dossier/depart"
    assert call(secret, "POST", "/checks", {"dossier": {"nonsense": 1}}).status_code == 422
    assert call(secret, "GET", "/trips?limit=900").json()["pointer"] == "/limit"


def test_row_security_and_scopes_hold_for_tokens(people: People) -> None:
    world.ready(people)
    trip = world.draft(people)
    other = token_for(people, "outsider")
    assert call(other, "GET", f"/trips/{trip.pk}").status_code == 404
    assert call(other, "GET", "/trips").json()["trips"] == []
    reader = token_for(people, scopes=["trips:read"])
    assert call(reader, "GET", f"/trips/{trip.pk}").status_code == 200
    assert call(reader, "POST", "/trips", {"dossier": {}}, Idempotency_Key=key()).status_code == 403
    assert call("wb_wrong", "GET", "/trips").status_code == 401
    assert Client().get("/api/v1/trips").status_code == 401


def test_an_ended_or_outdated_token_opens_nothing(people: People) -> None:
    secret = token_for(people)
    with people.as_("office_head"):
        row = ApiToken.objects.get()
        with pytest.raises(CannotError, match="一年以内"):
            make_token(row.post_id, name="x", scopes=["check"], expires_on=timezone.localdate() + timedelta(days=900))
        end_token(row.pk)
    assert call(secret, "GET", "/trips").status_code == 401
    late = token_for(people)
    with people.as_system():
        ApiToken.objects.filter(revoked_at=None).update(expires_on=timezone.localdate() - timedelta(days=1))
    assert call(late, "GET", "/trips").status_code == 401


def test_no_scope_decides_attests_or_releases() -> None:
    never = {
        Permission.CASE_DECIDE, Permission.CASE_ACCEPT, Permission.CASE_RECORD_FROM_PAPER, Permission.PAPER_DRAW,
        Permission.PAPER_VOID, Permission.PROCESS_RELEASE, Permission.OFFICE_SET, Permission.PEOPLE_SET, Permission.AUDIT_READ,
    }  # fmt: skip
    for allowed in ALLOWS.values():
        assert not allowed & never


def test_every_operation_asks_for_a_token_and_a_scope() -> None:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, said in methods.items():
            assert said["security"] == [{"Token": []}], (method, path)
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                assert getattr(operation.view_func, "scope", "") in EVERYTHING, operation.path


def test_an_outside_approval_asks_for_the_paper_and_approves_nothing(people: People) -> None:
    world.ready(people, grant=False)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    from waiban.core.casework.actions.decide import decide

    with people.as_("desk_officer"):
        decide(world.open_item(trip, "report_upward").pk, "done")
    secret = token_for(people, "desk_officer", ["status:report", "trips:read"])
    day = timezone.localdate()

    def say(status: str, days: int) -> Any:
        body = {
            "system": "省系统", "kind": "approval", "status": status, "number": "鲁外〔2027〕88",
            "happened_on": (day - timedelta(days=days)).isoformat(),
        }  # fmt: skip
        return call(secret, "POST", f"/trips/{trip.pk}/outside-records", body, Idempotency_Key=key())

    assert say("已批准", 1).json()["mapped"] == "approved"
    assert say("办理中", 5).status_code == 201
    assert say("研究中", 0).json()["mapped"] == ""
    with people.as_("desk_officer"):
        fresh = Trip.objects.select_related("office", "case").get(pk=trip.pk)
        assert fresh.state == Trip.State.FORWARDED
        assert picture(fresh)["approval"].raw == "研究中"
        assert approval_to_record(fresh) is None
        assert OutsideRecord.objects.count() == 3
        assert WorkItem.objects.filter(case=fresh.case, step="outside_approval", state="open").exists()
        assert Notice.objects.filter(event="trip.approval_to_record").count() == 1
    say("已批准", 0)
    with people.as_("desk_officer"):
        assert approval_to_record(fresh) is not None
    body = {"system": "省系统", "kind": "approval", "status": "x", "happened_on": (day + timedelta(days=2)).isoformat()}
    later = call(secret, "POST", f"/trips/{trip.pk}/outside-records", body, Idempotency_Key=key())
    assert later.json()["pointer"] == "/happened_on"


def test_an_older_record_never_moves_the_picture_back(people: People) -> None:
    world.ready(people)
    trip = world.draft(people)
    secret, day = token_for(people), timezone.localdate()
    for status, days in (("已办结", 1), ("已收件", 9)):
        body = {
            "system": "省系统",
            "kind": "plan",
            "status": status,
            "happened_on": (day - timedelta(days=days)).isoformat(),
        }
        call(secret, "POST", f"/trips/{trip.pk}/outside-records", body, Idempotency_Key=key())
    shown = call(secret, "GET", f"/trips/{trip.pk}/status").json()["outside"]
    assert [row["status"] for row in shown] == ["已办结"]


def test_too_many_requests_are_slowed_down(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waiban.site.api.auth.A_MINUTE", 3)
    secret = token_for(people)
    codes = [call(secret, "GET", "/trips").status_code for _ in range(6)]
    assert 429 in codes


def test_the_heads_page_shows_the_secret_once(people: People) -> None:
    head = people.client("office_head")
    given = {
        "what": "token", "name": "单位系统", "post": str(people.city.posts["designated_officer"].pk), "scopes": ["check"],
        "expires_on": (timezone.localdate() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    page = head.post("/connections/", given).content.decode()
    assert 'value="wb_' in page
    assert 'value="wb_' not in head.get("/connections/").content.decode()
    assert head.get("/connections/described/").status_code == 200
    assert people.client("designated_officer").get("/connections/").status_code == 403
    assert head.post("/connections/", given | {"expires_on": "morgen"}).status_code == 422
