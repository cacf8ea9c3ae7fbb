"""Every address says who may open it; and every one is opened by everybody, with other people's objects in it."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.architecture.routes import Route, routes
from waiban.core.access.permissions import Permission
from waiban.core.access.routes import ANYBODY, SIGNED_IN
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.decide_from_paper import decide_from_paper
from waiban.core.casework.models import Case, PaperEntry, ProcessRelease, WorkItem
from waiban.core.files.actions.admit import admit
from waiban.core.files.models import StoredFile
from waiban.core.jobs import registry
from waiban.core.jobs.actions.start import start
from waiban.core.jobs.models import Job
from waiban.core.notify.models import Notice, WebhookTarget
from waiban.core.offices.models import Grant
from waiban.core.papers.models import Paper
from waiban.core.people.actions.allow_webhook import allow_webhook
from waiban.core.people.actions.make_token import make_token
from waiban.core.people.actions.name_substitute import name_substitute
from waiban.core.people.models import Account, ApiToken, Appointment, Post, Substitute, Traveller, TravellerMerge, Unit
from waiban.core.people.personas import People
from waiban.core.ui.actions.save_view import save_view
from waiban.core.ui.lists import list_of
from waiban.core.ui.models import SavedView
from waiban.domains.outbound import debts
from waiban.domains.outbound.actions.ask_change import ask_change
from waiban.domains.outbound.actions.ask_senders import ask_senders
from waiban.domains.outbound.actions.attest_need import attest_needs
from waiban.domains.outbound.actions.explain_debt import explain_debt
from waiban.domains.outbound.actions.hand_over import hand_over
from waiban.domains.outbound.actions.make_card import make_card
from waiban.domains.outbound.actions.record_advance import record_advance
from waiban.domains.outbound.actions.record_briefing import record_briefing
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.actions.take_stock import take_stock
from waiban.domains.outbound.actions.visa_batches import open_batch
from waiban.domains.outbound.models import (
    Advance,
    AnnualPlan,
    Attachment,
    CustodyEvent,
    Debt,
    Deviation,
    Explanation,
    ImportBatch,
    InternalNotice,
    PaperNeed,
    Remedy,
    SendingPart,
    Settlement,
    Stocktake,
    Suspension,
    TravelDocument,
    Trip,
    TripCard,
    TripChange,
    VisaBatch,
)
from waiban.domains.outbound.tests import branches, world
from waiban.domains.outbound.tests.test_year_plans import proposed
from waiban.domains.partners import api as partners
from waiban.domains.partners.models import Promise

OPEN_DOORS = ("calendar_feed", "trip_card", "trip_card_worker")
"""Opened by a secret address each: a calendar by subscription (numbers, steps, days), a member's trip card."""

OTHERS = {
    "allauth.": "signing in, and one's own sign-in methods: allauth asks for itself",
    "django.views.i18n": "the language of the page, for anybody",
    "api:": "the API: every operation asks for a token and a scope (src/waiban/site/api/tests)",
}


def test_every_view_says_who_may_open_it() -> None:
    silent = []
    for route in routes():
        policy = getattr(route.view, "access_policy", None)
        known = policy in {ANYBODY, SIGNED_IN} or isinstance(policy, Permission)
        if not known and not any(route.module.startswith(module) or route.name.startswith(module) for module in OTHERS):
            silent.append(f"{route.name} ({route.module})")
    assert silent == []


def test_what_anybody_may_open_is_known_by_name() -> None:
    open_to_anybody = [route.name for route in routes() if getattr(route.view, "access_policy", None) == ANYBODY]
    assert sorted(open_to_anybody) == sorted(OPEN_DOORS)


# --- the walk -----------------------------------------------------------------------------

OF_ONE_CASE: dict[str, type[models.Model]] = {
    "attachment_id": Attachment,
    "card_id": TripCard,
    "case_id": Case,
    "change_id": TripChange,
    "debt_id": Debt,
    "deviation_id": Deviation,
    "document_id": TravelDocument,
    "event_id": CustodyEvent,
    "explanation_id": Explanation,
    "need_id": PaperNeed,
    "stocktake_id": Stocktake,
    "suspension_id": Suspension,
    "visa_batch_id": VisaBatch,
    "advance_id": Advance,
    "settlement_id": Settlement,
    "entry_id": PaperEntry,
    "file_id": StoredFile,
    "item_id": WorkItem,
    "job_id": Job,
    "notice_id": Notice,
    "paper_id": Paper,
    "part_id": SendingPart,
    "plan_id": AnnualPlan,
    "promise_id": Promise,
    "remedy_id": Remedy,
    "shown_id": InternalNotice,
    "traveller_id": Traveller,
    "trip_id": Trip,
    "view_id": SavedView,
}
OF_THE_OFFICE: dict[str, type[models.Model]] = {
    "account_id": Account,
    "appointment_id": Appointment,
    "batch_id": ImportBatch,
    "grant_id": Grant,
    "merge_id": TravellerMerge,
    "post_id": Post,
    "release_id": ProcessRelease,
    "substitute_id": Substitute,
    "token_id": ApiToken,
    "unit_id": Unit,
    "webhook_id": WebhookTarget,
}
WORDS = {"key": "paper.contact", "list_code": "trips", "paper": "task_approval", "token": "not-a-token"}
"""What stands in an address that is no id."""

NOBODY = "nobody"
OUTSIDERS = ("outsider", "outside_office", "inspector", NOBODY)
GONE = {403, 404, 405}
SECRET_WORDS = ("赴日本经贸洽谈", "唐一苇")


@dataclass
class House:
    people: People
    objects: dict[str, list[Any]] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        client = Client() if who == NOBODY else self.people.client(who)
        client.raise_request_exception = True
        return client


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> House:
    """One trip approved, one at the desks, one decided on paper, one a draft; a substitute, a job, notices."""
    world.ready(people)
    approved = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(approved, "approve").pk, "agree", opinion="同意。")
    on_paper = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("desk_officer"):
        proof = world.attach(on_paper, "decision_scan")
        decide_from_paper(
            world.open_item(on_paper, "approve").pk,
            written_on=timezone.localdate(),
            words="拟同意",
            counts_as="agree",
            scan_id=proof.file_id,
        )
    world.submitted(people, world.draft(people))
    world.draft(people)
    proposed(people)
    with people.as_("office_head"):
        day = timezone.localdate()
        name_substitute(
            people.city.accounts["desk_officer"],
            people.city.posts["section_head"],
            since=day,
            until=day + timedelta(days=3),
            reason="出差",
        )
    with people.as_("desk_officer"):
        save_view(list_of("trips"), name="未结案", query="view=open", columns=[])
    with people.as_("designated_officer"):
        ask_change(approved.pk, reason="对方改期")
        Deviation.objects.create(
            trip=approved, kind="extend_stay", approved="2027-03-01/2027-03-05", actual="2027-03-01/2027-03-06",
            readers=Trip.objects.get(pk=approved.pk).readers,
        )  # fmt: skip
        unit = people.city.units["unit"]
        partners.record(
            people.office, "trip_report", uuid.uuid4(), 1,
            [partners.NewPromise(0, "ours", "某会", "寄样品", timezone.localdate(), unit.pk)],
        )  # fmt: skip
    papers_of(people, approved)
    money_of(people, approved)
    part_of_a_group(people)
    monkeypatch.setattr(registry, "_work", registry._work | {"test.walk": lambda _run: None})
    with people.as_("designated_officer"):
        start("test.walk", title="导出", office_id=people.office.pk)
    found = House(people)
    with people.as_system():
        for name, model in (OF_ONE_CASE | OF_THE_OFFICE).items():
            rows = model._default_manager.order_by("-pk")
            if name == "account_id":
                rows = rows.filter(pk__in=[account.pk for account in people.city.accounts.values()])
            if name == "item_id":
                rows = rows.order_by("state", "-pk").filter(state="open")
            found.objects[name] = [row.pk for row in rows[:2]] or [uuid.uuid4()]
        missing = [name for name, model in OF_ONE_CASE.items() if not model._default_manager.exists()]
        assert set(missing) <= {"remedy_id"}
    return found


def money_of(people: People, trip: Trip) -> None:
    """An advance, a settlement begun, a trip card; a token and an address that is told."""
    day = timezone.localdate()
    with people.as_("designated_officer"):
        make_card(trip.pk, people.city.travellers["member"].pk)
        record_advance(trip.pk, "advance", currency="CNY", amount=Decimal(1000), drawn_on=day)
        Settlement.objects.create(trip=trip, readers=Trip.objects.get(pk=trip.pk).readers)
    with people.as_("office_head"):
        make_token(
            people.city.posts["designated_officer"].pk,
            name="单位系统",
            scopes=["check"],
            expires_on=day + timedelta(days=9),
        )
        allow_webhook(people.office, url="https://example.org/hook", name="省系统")


def part_of_a_group(people: People) -> None:
    """A unit that sends one person into a group of ours; its posts are not among those who walk."""
    port = branches.open_unit(people, "port", "澄江市港航局", "市港航局")
    content = world.dossier(people)
    branches.add_member(people, content, port, "江晚舟")
    trip = world.draft(people, content)
    with people.as_("designated_officer"):
        trip = start_trip(trip.pk)
    with people.as_("unit_finance"):
        decide(world.open_item(trip, "finance_review").pk, "agree")
    with people.as_("designated_officer"):
        ask_senders(trip.pk)
    for seat in branches.SEATS:
        del people.city.posts[f"port_{seat}"], people.city.accounts[f"port_{seat}"]


def papers_of(people: People, trip: Trip) -> None:
    """A document released for the trip and owed, an explanation, a count, a visa batch, a suspended unit."""
    member = people.city.travellers["member"].pk
    day = timezone.localdate()
    with people.as_("desk_officer"):
        document = register_document(
            member, kind="public_affairs", number="PE1234567", expires_on=day + timedelta(days=900)
        )
        record_briefing(trip.pk, [member], signed_on=day)
        hand_over([document.pk], "release", trip_id=trip.pk)
        take_stock(people.office, [document.code])
        visa = PaperNeed.objects.get(trip=trip, kind="visa", traveller=member)
        attest_needs([visa.pk], needed=True)
        open_batch([visa.pk], consulate="某国驻某市总领事馆", country="JP")
        Suspension.objects.create(
            office=people.office, suspended_unit=people.city.units["unit"], article="本办办法第九条", reason="逾期未交",
            since=day, readers=document.readers,
        )  # fmt: skip
    debts.refresh_office(people.office.pk, day + timedelta(days=366))
    with people.as_("desk_officer"):
        debt = Debt.objects.get(document=document)
        proof = admit(world.scan(), office_id=people.office.pk, readers=debt.readers, kind="explanation")
        explain_debt(debt.pk, words="航班取消", proof=proof)


def addresses(house: House, route: Route) -> Iterator[str]:
    most = max((len(house.objects[param]) for param in route.params if param in house.objects), default=1)
    for position in range(most):
        chosen = {
            param: WORDS[param] if param in WORDS else house.objects[param][position % len(house.objects[param])]
            for param in route.params
        }
        yield reverse(route.name, kwargs=chosen)


def ours() -> list[Route]:
    return [route for route in routes() if route.module.startswith("waiban.")]


def test_the_walk_knows_every_name_in_an_address() -> None:
    known = {*OF_ONE_CASE, *OF_THE_OFFICE, *WORDS}
    assert {param for route in ours() for param in route.params} - known == set()


def ask(client: Client, method: str, address: str) -> tuple[int, bytes]:
    """What the server answers; whatever it does is undone."""
    with transaction.atomic():
        call: Callable[..., Any] = getattr(client, method)
        answer = call(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, body


@pytest.mark.django_db(databases=["default", "register"])
@pytest.mark.parametrize("half", [0, 1])
def test_everybody_everywhere(house: House, half: int) -> None:
    """Never a fault of the server; and outsiders find nothing: not the page, not a word of it. In halves, for two cores."""
    faults = []
    for who in (*house.people.personas, NOBODY)[half::2]:
        client = house.client(who)
        for route in ours():
            for address in addresses(house, route):
                for method in ("get", "post"):
                    try:
                        status, body = ask(client, method, address)
                    except Exception as fault:  # noqa: BLE001 - told below, all of them
                        faults.append(f"{who}: {method} {route.name}: {type(fault).__name__}: {str(fault)[:200]}")
                        continue
                    faults += judged(who, method, route, status, body)
    assert not faults, "\n".join(sorted(set(faults)))


def judged(who: str, method: str, route: Route, status: int, body: bytes) -> Iterator[str]:
    if status >= 500:
        yield f"{who}: {method} {route.name}: {status}"
    if who not in OUTSIDERS:
        return
    private = any(param in OF_ONE_CASE for param in route.params)
    foreign = who in {"outside_office", NOBODY} and bool(set(route.params) - set(WORDS))
    if who == NOBODY:
        if status not in {302, *GONE} and route.name not in OPEN_DOORS:
            yield f"{who}: {method} {route.name} answers {status}"
    elif (private or (foreign and "office" not in route.name)) and status not in GONE:
        yield f"{who}: {method} {route.name} answers {status}"
    if any(word.encode() in body for word in SECRET_WORDS):
        yield f"{who}: {method} {route.name} shows what is not for them"
