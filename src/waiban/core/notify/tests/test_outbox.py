"""Nothing leaves before commit; what waits leaves once; a fault is tried again; a post sees only its own."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from waiban.core.access.keys import reader_key, system_keys
from waiban.core.access.models import ReaderKey
from waiban.core.access.principals import Kind, NoPrincipalError, Principal, acting_as
from waiban.core.notify import deliver, outbox, texts
from waiban.core.notify.actions.read_notices import read_notices
from waiban.core.notify.deliver import Address, deliver_due
from waiban.core.notify.models import Notice, Outgoing
from waiban.core.notify.outbox import enqueue
from waiban.core.notify.queries import notices, unread, unread_count
from waiban.core.offices.models import Office

pytestmark = pytest.mark.django_db

HEAD, OFFICER = uuid.uuid4(), uuid.uuid4()
CASE, OTHER_CASE = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def office() -> Office:
    return Office.objects.create(
        slug="yt", name="云汀市外办", name_en="Yunting", short_name="云外", city="云汀市", city_en="Yunting",
        law_path="cn/nation",
    )  # fmt: skip


def holder(office: Office, post: uuid.UUID) -> Principal:
    key = reader_key(office.pk, ReaderKey.Kind.POST, post)
    return Principal(Kind.ACCOUNT, post=post, office=office.pk, keys=(key,), posts=frozenset({post}))


@pytest.fixture
def officer(office: Office) -> Iterator[Principal]:
    with acting_as(holder(office, OFFICER)) as principal:
        yield principal


@pytest.fixture(autouse=True)
def sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_texts", {"case.work": "%(verb)s：%(title)s"})


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    values: dict[str, Any] = {"notify.mail": True, "notify.channels": "", "notify.digest_minutes": 0}
    monkeypatch.setattr(outbox, "setting", lambda _office, key: values[key])
    monkeypatch.setattr(deliver, "setting", lambda _office, key: values[key])
    return values


def tell(office: Office, title: str = "赴德国经贸访问", thread: uuid.UUID = CASE, post: uuid.UUID = HEAD) -> None:
    data = {"verb": "审核团组", "title": title}
    enqueue("case.work", office=office.pk, to_posts=[post, post], thread=thread, data=data, url="/trips/")


def nobody(_post: uuid.UUID) -> list[Address]:
    return []


def by_mail(_post: uuid.UUID) -> list[Address]:
    return [Address("head@yunting.example")]


def test_who_is_told_sees_it_and_who_told_does_not(office: Office, officer: Principal) -> None:
    tell(office)
    assert unread_count() == 0
    assert not Notice.objects.exists()
    with acting_as(holder(office, HEAD)):
        assert [told.text for told in unread()] == ["审核团组：赴德国经贸访问"]


def test_an_act_that_rolls_back_tells_nobody(office: Office, officer: Principal, at_once: dict[str, Any]) -> None:
    with transaction.atomic():
        tell(office)
        transaction.set_rollback(True)
    assert deliver_due(by_mail) == 0
    assert mail.outbox == []
    with acting_as(holder(office, HEAD)):
        assert unread_count() == 0


def test_nothing_leaves_until_the_worker_comes_and_then_once(
    office: Office, officer: Principal, at_once: dict[str, Any]
) -> None:
    tell(office)
    assert mail.outbox == []
    assert deliver_due(by_mail) == 1
    assert deliver_due(by_mail) == 0
    assert [letter.subject for letter in mail.outbox] == ["审核团组：赴德国经贸访问"]
    assert mail.outbox[0].extra_headers["References"] == f"<{CASE}@waiban>"


def test_several_notices_of_a_post_go_in_one_letter(
    office: Office, officer: Principal, at_once: dict[str, Any]
) -> None:
    tell(office)
    tell(office, "赴日本友城交流", OTHER_CASE)
    tell(office, "赴德国经贸访问（补正）")
    assert deliver_due(by_mail) == 3
    [letter] = mail.outbox
    assert letter.subject == "外办：3 件事"
    assert letter.body.index("补正") < letter.body.index("日本") or letter.body.index("日本") < letter.body.index(
        "德国"
    )
    assert letter.body.count("· ") == 3


def test_a_window_holds_mail_back(office: Office, officer: Principal, at_once: dict[str, Any]) -> None:
    at_once["notify.digest_minutes"] = 5
    tell(office)
    assert deliver_due(by_mail) == 0


def test_a_post_office_that_fails_is_tried_again_later_and_given_up_in_the_end(
    office: Office, officer: Principal, at_once: dict[str, Any], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # the discard port: nobody answers
    tell(office)
    clock = timezone.now()
    pauses = []
    for _ in range(deliver.TRIES):
        monkeypatch.setattr(timezone, "now", lambda now=clock: now)
        assert deliver_due(by_mail) == 0
        with acting_as(Principal(Kind.SYSTEM, office=office.pk, keys=system_keys(office.pk))):
            row = Outgoing.objects.get()
        assert "ConnectionRefusedError" in row.fault
        pauses.append(row.due_at - clock)
        clock = row.due_at + timedelta(seconds=1)
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16)]
    assert row.state == Outgoing.State.GIVEN_UP
    assert deliver_due(by_mail) == 0


def test_a_post_without_address_is_told_by_the_bell_alone(
    office: Office, officer: Principal, at_once: dict[str, Any]
) -> None:
    tell(office)
    assert deliver_due(nobody) == 1
    assert mail.outbox == []


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # apprise, on Python 3.11
def test_a_group_learns_how_many_and_nothing_else(
    office: Office, officer: Principal, at_once: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once |= {"notify.mail": False, "notify.channels": "json://127.0.0.1:9/hook"}
    sent: list[str] = []
    monkeypatch.setattr(deliver.apprise.Apprise, "notify", lambda _self, body: sent.append(body) or True)
    tell(office)
    assert deliver_due(by_mail) == 1
    assert sent == ["外办平台有 1 件新事，请登录查看"]


def test_reading_one_reads_what_came_before_it_in_its_thread(office: Office, officer: Principal) -> None:
    tell(office, "一")
    tell(office, "二")
    tell(office, "三", OTHER_CASE)
    with acting_as(holder(office, HEAD)):
        assert [told.text for told in unread()] == ["审核团组：三", "审核团组：二"]
        first_thread = next(told for told in unread() if told.text.endswith("二"))
        assert read_notices(first_thread.id) == 2
        assert unread_count() == 1
        read_notices()
        assert unread_count() == 0
        assert len(notices()) == 3


def test_the_letter_speaks_the_readers_language_and_a_gap_in_the_data_stays_empty(
    office: Office, officer: Principal, at_once: dict[str, Any]
) -> None:
    enqueue("case.work", office=office.pk, to_posts=[HEAD], thread=CASE, data={"title": "Germany"})
    enqueue("unknown.event", office=office.pk, to_posts=[HEAD], thread=CASE, data={})
    deliver_due(by_mail)
    assert "· ：Germany" in mail.outbox[0].body


def test_a_notice_outside_an_act_is_a_fault(office: Office) -> None:
    with pytest.raises(NoPrincipalError):
        tell(office)
