"""What an office settles: versioned, with a reason, by its own head only."""

from datetime import date

import pytest
from django.db import connections
from django.urls import reverse

from waiban.core.audit.models import Event
from waiban.core.offices import settings
from waiban.core.offices.actions.end_grant import end_grant
from waiban.core.offices.actions.record_grant import record_grant
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import CannotError, NotAllowedError
from waiban.core.offices.models import OfficeSetting
from waiban.core.offices.queries import grants_in_force, setting, settings_of, versions
from waiban.core.people.personas import People

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def test_a_setting_has_its_default_until_it_is_set(people: People) -> None:
    with people.as_("office_head"):
        assert setting(people.office, "paper.valid_days") is None
        set_setting(people.office, "paper.valid_days", "90", reason="省里统一要求")
        assert setting(people.office, "paper.valid_days") == 90
        set_setting(people.office, "paper.valid_days", "", reason="取消期限")
        assert setting(people.office, "paper.valid_days") is None
        assert [row.version for row in versions(people.office, "paper.valid_days")] == [2, 1]
        (first, second) = Event.objects.filter(name="office.set").order_by("id")
        assert (first.data["value"], second.data["reason"]) == (90, "取消期限")


def test_every_reader_gets_the_same_value(people: People) -> None:
    with people.as_("office_head"):
        set_setting(people.office, "paper.contact", "林疏影 8600 1234", reason="换人")
    for who in people.personas:
        with people.as_(who):
            assert setting(people.office.pk, "paper.contact") == "林疏影 8600 1234"
            if who in ("inspector", "outside_office"):
                assert not OfficeSetting.objects.exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("paper.valid_days", "许多"),
        ("paper.valid_days", "0"),
        ("paper.square", "on"),
        ("paper.date_figures", "roman"),
        ("paper.number.task_approval", "云外批〔{year}〕号"),
        ("paper.number.task_approval", "{year}{number}{other}"),
        ("paper.number.task_approval", "{year}{number}{number}"),
        ("paper.contact", "字" * 201),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_saved(people: People, key: str, value: str) -> None:
    with people.as_("office_head"):
        with pytest.raises(CannotError):
            set_setting(people.office, key, value, reason="试")
        assert not OfficeSetting.objects.exists()


def test_a_reason_is_asked_for(people: People) -> None:
    with people.as_("office_head"), pytest.raises(CannotError):
        set_setting(people.office, "paper.contact", "8600 1234", reason=" ")


def test_nobody_else_sets_and_the_refusal_is_kept(people: People) -> None:
    for who in set(people.personas) - {"office_head"}:
        with people.as_(who), pytest.raises(NotAllowedError):
            set_setting(people.office, "paper.contact", "8600 1234", reason="试")
    with people.as_("auditor") as auditor:
        keys = "{" + ",".join(map(str, auditor.keys)) + "}"
    with connections["register"].cursor() as cursor:
        cursor.execute(f"SET LOCAL waiban.keys = '{keys}'")
        cursor.execute("SELECT count(*) FROM audit_event WHERE kind = 'refusal' AND name = 'office.set'")
        assert cursor.fetchone() == (len(people.personas) - 1,)


def test_an_unknown_key_is_an_error_not_an_empty_value(people: People) -> None:
    with people.as_("office_head"), pytest.raises(KeyError):
        setting(people.office, "paper.no_such_thing")


def test_all_settings_come_in_one_statement(people: People, django_assert_num_queries: object) -> None:
    with people.as_("office_head"), django_assert_num_queries(1):
        values = settings_of(people.office)
    assert set(values) == {known.key for known in settings.all_settings()}


GRANT = {
    "number": "省外函〔2026〕7 号",
    "by": "省外办",
    "granted_on": date(2026, 1, 5),
    "since": date(2026, 2, 1),
    "until": date(2027, 1, 31),
    "ranks": ["county", "section"],
}


def test_a_grant_holds_between_its_days_and_until_it_is_taken_back(people: People) -> None:
    with people.as_("office_head"):
        grant = record_grant(people.office, **GRANT)
        days = [date(2026, 1, 31), date(2026, 2, 1), date(2027, 1, 31), date(2027, 2, 1)]
        assert [len(grants_in_force(people.office, day)) for day in days] == [0, 1, 1, 0]
        end_grant(grant.pk, on=date(2026, 6, 1), reason="新文件代替")
        assert [len(grants_in_force(people.office, day)) for day in (date(2026, 5, 31), date(2026, 6, 1))] == [1, 0]
        with pytest.raises(CannotError):
            end_grant(grant.pk, on=date(2026, 7, 1), reason="再收一次")


@pytest.mark.parametrize(
    "change",
    [
        {"number": ""},
        {"by": " "},
        {"ranks": []},
        {"channels": ["foreign", "taiwan"]},
        {"documents": []},
        {"until": date(2026, 1, 1)},
    ],
)
def test_a_grant_says_what_it_grants(people: People, change: dict[str, object]) -> None:
    with people.as_("office_head"), pytest.raises(CannotError):
        record_grant(people.office, **{**GRANT, **change})


def test_only_the_head_puts_a_grant_on_record(people: People) -> None:
    with people.as_("desk_officer"), pytest.raises(NotAllowedError):
        record_grant(people.office, **GRANT)
    with people.as_("outside_office"):
        assert list(grants_in_force(people.office, date(2026, 3, 1))) == []


def test_the_settings_page_changes_a_value(people: People) -> None:
    client = people.client("office_head")
    assert "批件有效天数" in client.get(reverse("offices:settings")).content.decode()
    address = reverse("offices:setting", args=["paper.valid_days"])
    assert "不小于 1" in client.post(address, {"value": "0", "reason": "试"}).content.decode()
    assert client.post(address, {"value": "60", "reason": "省里要求"}).status_code == 302
    page = client.get(address).content.decode()
    assert 'value="60"' in page
    assert "省里要求" in page
    assert (
        client.post(reverse("offices:setting", args=["paper.square"]), {"value": "no", "reason": "内网"}).status_code
        == 302
    )
    with people.as_("office_head"):
        assert setting(people.office, "paper.square") is False
    assert client.get(reverse("offices:setting", args=["no.such"])).status_code == 404


def test_the_grants_page_records_and_takes_back(people: People) -> None:
    client = people.client("office_head")
    assert "没有登记授权文件" in client.get(reverse("offices:grants")).content.decode()
    sent = {**GRANT, "channels": ["foreign"], "documents": ["task_approval"]}
    assert client.post(reverse("offices:new_grant"), sent).status_code == 302
    page = client.get(reverse("offices:grants")).content.decode()
    assert "省外函〔2026〕7 号" in page
    with people.as_("office_head"):
        (grant,) = grants_in_force(people.office, date(2026, 3, 1))
    end = reverse("offices:finish_grant", args=[grant.pk])
    assert client.post(end, {"on": "2026-03-01", "reason": "收回"}).status_code == 302
    assert "已收回" in client.get(reverse("offices:grants")).content.decode()


def test_others_get_no_page(people: People) -> None:
    for who in ("designated_officer", "desk_officer", "auditor", "inspector", "outside_office"):
        assert people.client(who).get(reverse("offices:settings")).status_code == 403


def test_the_office_says_what_it_is_called(people: People) -> None:
    client, address = people.client("office_head"), reverse("offices:office")
    assert 'value="澄外"' in client.get(address).content.decode()
    sent = {
        "name": people.office.name,
        "name_en": "",
        "short_name": "澄",
        "telephone": "8600 1234",
        "notice": "周六停机",
    }
    assert client.post(address, {**sent, "short_name": ""}).status_code == 200
    assert client.post(address, sent).status_code == 302
    people.office.refresh_from_db()
    assert (people.office.telephone, people.office.notice) == ("8600 1234", "周六停机")
    with people.as_("auditor"):
        event = Event.objects.get(name="office.save")
    assert (event.data["before"]["short_name"], event.data["after"]["short_name"]) == ("澄外", "澄")
    assert people.client("desk_officer").post(address, sent).status_code == 403
