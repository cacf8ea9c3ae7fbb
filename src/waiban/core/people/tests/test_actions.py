"""Acts on units, posts, accounts, appointments and substitutes, at the door that callers use."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from waiban.core.audit.models import Event
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import CannotError, NotAllowedError
from waiban.core.people import queries
from waiban.core.people.actions.add_account import add_account
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.actions.add_unit import add_unit
from waiban.core.people.actions.appoint import appoint
from waiban.core.people.actions.end_appointment import end_appointment
from waiban.core.people.actions.end_substitute import end_substitute
from waiban.core.people.actions.name_substitute import name_substitute
from waiban.core.people.actions.save_account import save_account
from waiban.core.people.actions.save_unit import save_unit
from waiban.core.people.models import Appointment, Post, Substitute
from waiban.core.people.personas import LONG_AGO, People
from waiban.core.people.principals import principal_of
from waiban.kernel.clock import Clock

pytestmark = pytest.mark.django_db(databases=["default", "register"])
TODAY = Clock().today()
WEEK = timedelta(days=7)


def stand_in(people: People, who: str, for_whom: str, *, by: str = "office_head", since: date = TODAY) -> Substitute:
    with people.as_(by):
        return name_substitute(
            people.city.accounts[who], people.city.posts[for_whom], since=since, until=since + WEEK, reason="出差"
        )


def test_a_substitute_acts_at_the_post_between_the_days(people: People) -> None:
    officer, post = people.city.accounts["section_head"].pk, people.city.posts["office_head"].pk
    assert post not in principal_of(officer).standing_in
    stand_in(people, "section_head", "office_head")
    principal = principal_of(officer)
    assert principal.standing_in == {post}
    assert principal.at(post).for_post == post
    assert principal_of(officer, post).for_post == post
    assert principal.post == people.city.posts["section_head"].pk


def test_a_substitute_of_next_week_does_not_act_today(people: People) -> None:
    stand_in(people, "section_head", "office_head", since=TODAY + WEEK)
    assert not principal_of(people.city.accounts["section_head"].pk).standing_in


def test_an_ended_substitution_is_kept_and_opens_nothing(people: People) -> None:
    row = stand_in(people, "section_head", "office_head")
    with people.as_("office_head"):
        end_substitute(row.pk, last_day=TODAY - timedelta(days=1))
        assert Substitute.objects.get(pk=row.pk).ended_on == TODAY - timedelta(days=1)
        assert queries.substitutes_of(people.city.posts["office_head"], TODAY) == []
        with pytest.raises(CannotError):
            end_substitute(row.pk, last_day=TODAY)
    assert not principal_of(people.city.accounts["section_head"].pk).standing_in


def test_nobody_stands_in_for_himself(people: People) -> None:
    with pytest.raises(CannotError, match="自己"):
        stand_in(people, "office_head", "office_head")


def test_two_do_not_stand_in_for_each_other(people: People) -> None:
    stand_in(people, "section_head", "office_head")
    with pytest.raises(CannotError, match="互相代理"):
        stand_in(people, "office_head", "section_head")
    stand_in(people, "office_head", "section_head", since=TODAY + WEEK + timedelta(days=1))


def test_a_ring_of_three_is_refused(people: People) -> None:
    stand_in(people, "section_head", "office_head")
    stand_in(people, "desk_officer", "section_head")
    with pytest.raises(CannotError, match="互相代理"):
        stand_in(people, "office_head", "desk_officer")


def test_a_substitution_that_was_ended_closes_no_ring(people: People) -> None:
    row = stand_in(people, "section_head", "office_head")
    with people.as_("office_head"):
        end_substitute(row.pk, last_day=TODAY - timedelta(days=1))
    stand_in(people, "office_head", "section_head")


def test_no_chain_a_substitute_of_a_substitute_gets_nothing(people: People) -> None:
    stand_in(people, "section_head", "office_head")
    stand_in(people, "desk_officer", "section_head")
    assert principal_of(people.city.accounts["desk_officer"].pk).standing_in == {people.city.posts["section_head"].pk}


@pytest.mark.parametrize(
    ("by", "for_whom", "allowed"),
    [
        ("designated_officer", "designated_officer", True),
        ("unit_head", "unit_finance", True),
        ("unit_head", "desk_officer", False),
        ("office_head", "unit_finance", True),
        ("section_head", "desk_officer", True),
        ("designated_officer", "unit_head", False),
        ("outsider", "unit_head", False),
        ("inspector", "desk_officer", False),
        ("outside_office", "desk_officer", False),
    ],
)
def test_who_names_a_substitute(people: People, by: str, for_whom: str, allowed: bool) -> None:
    if allowed:
        stand_in(people, "city_leader", for_whom, by=by)
    else:
        with pytest.raises(NotAllowedError):
            stand_in(people, "city_leader", for_whom, by=by)


def test_a_stranger_to_the_office_is_no_substitute(people: People) -> None:
    with people.as_("office_head"), pytest.raises(CannotError, match="任职"):
        name_substitute(
            people.neighbour.accounts["outside_office"], people.city.posts["desk_officer"],
            since=TODAY, until=TODAY, reason="出差",
        )  # fmt: skip


def test_the_register_says_who_named_whom(people: People) -> None:
    stand_in(people, "section_head", "office_head")
    with people.as_("auditor"):
        event = Event.objects.get(name="substitute.name")
    assert event.data["account"] == str(people.city.accounts["section_head"].pk)
    assert event.post_id == people.city.posts["office_head"].pk


def test_one_holder_a_post_and_day(people: People) -> None:
    with people.as_("office_head"):
        account = add_account(people.office, username="next", name="后任")
        post = people.city.posts["desk_officer"]
        with pytest.raises(CannotError, match="已有人"):
            appoint(account, post, since=TODAY)
        end_appointment(Appointment.objects.get(post=post).pk, last_day=TODAY - timedelta(days=1))
        appoint(account, post, since=TODAY)
        assert queries.holder_of(post, TODAY) == account
        assert queries.holder_of(post, TODAY - timedelta(days=1)) == people.city.accounts["desk_officer"]
    assert principal_of(people.city.accounts["desk_officer"].pk).post is None


def test_the_database_itself_refuses_two_holders(people: People) -> None:
    with people.as_system():
        row = Appointment.objects.get(post=people.city.posts["desk_officer"])
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.create(
                account=people.city.accounts["unit_head"], post=row.post, since=LONG_AGO, readers=row.readers
            )


def test_nobody_appoints_himself_or_without_the_right(people: People) -> None:
    with people.as_("office_head"):
        post = add_post(people.city.units["office"], role="office_head", name="第二主任岗")
    with people.as_("office_head"), pytest.raises(NotAllowedError):
        appoint(people.city.accounts["office_head"], post, since=TODAY)
    with people.as_("section_head"), pytest.raises(NotAllowedError):
        appoint(people.city.accounts["desk_officer"], post, since=TODAY)


def test_an_account_holds_two_posts_and_chooses(people: People) -> None:
    with people.as_("office_head"):
        second = add_post(people.city.units["office"], role="desk_officer", name="值班岗")
        appoint(people.city.accounts["section_head"], second, since=TODAY)
    account = people.city.accounts["section_head"].pk
    assert principal_of(account).post == people.city.posts["section_head"].pk
    assert principal_of(account, second.pk).post == second.pk
    assert principal_of(account, str(people.city.posts["city_leader"].pk)).post == people.city.posts["section_head"].pk


def test_units_hang_in_a_tree_without_rings(people: People) -> None:
    unit, branch = people.city.units["unit"], people.city.units["branch"]
    with people.as_("office_head"):
        with pytest.raises(CannotError):
            save_unit(unit.pk, name=unit.name, short_name="", kind=unit.kind, parent=branch)
        with pytest.raises(CannotError):
            add_unit(people.office, name=unit.name, kind="government")
        with pytest.raises(CannotError):
            add_unit(people.office, name="新单位", kind="secret")
        saved = save_unit(unit.pk, name="澄江市商务和投资局", short_name="市商投局", kind="government", parent=None)
        assert saved.name == "澄江市商务和投资局"
        tree = queries.unit_tree(people.office, TODAY)
    depth = {row.unit.pk: row.depth for row in tree}
    assert (depth[unit.pk], depth[branch.pk]) == (0, 1)
    with people.as_("desk_officer"), pytest.raises(NotAllowedError):
        add_unit(people.office, name="新单位", kind="government")


def test_the_tree_costs_four_queries(people: People, django_assert_num_queries: object) -> None:
    with people.as_("desk_officer"), django_assert_num_queries(4):
        tree = queries.unit_tree(people.office, TODAY)
    assert sum(len(branch.seats) for branch in tree) == len(people.city.posts)


def test_a_principal_costs_one_query(people: People, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):
        principal_of(people.city.accounts["desk_officer"].pk)


def test_an_office_changes_its_own_accounts_only(people: People) -> None:
    mine, other = people.city.accounts["desk_officer"], people.neighbour.accounts["outside_office"]
    with people.as_("office_head"):
        save_account(people.office, mine.pk, name="林疏影", email="", is_active=False)
        with pytest.raises(NotAllowedError):
            save_account(people.office, other.pk, name="别人", email="", is_active=False)
        with pytest.raises(CannotError):
            save_account(people.office, people.city.accounts["office_head"].pk, name="自己", email="", is_active=False)
        with pytest.raises(CannotError, match="有人用"):
            add_account(people.office, username="CAST-desk_officer", name="同名")
        with pytest.raises(CannotError):
            add_account(people.office, username="weak", name="弱", password="1234567890")


@pytest.mark.parametrize(
    ("unit", "managed_by", "who"),
    [
        ("unit", "city", "personnel_body"),
        ("unit", "province", "personnel_body"),
        ("unit", "unit", "unit_personnel"),
        ("unit", "", "unit_personnel"),
        ("branch", "unit", "unit_personnel"),
        ("branch", "county", "unit_personnel"),
        ("branch", "city", "personnel_body"),
        ("elsewhere", "", "personnel_body"),
        ("elsewhere", "unit", None),
    ],
)
def test_the_competent_personnel_body(people: People, unit: str, managed_by: str, who: str | None) -> None:
    with people.as_("desk_officer"):
        found = queries.personnel_post_for(people.city.units[unit], managed_by)
    assert found == (people.city.posts[who] if who else None)


def test_an_office_may_settle_which_body_is_the_citys(people: People) -> None:
    with people.as_("office_head"):
        set_setting(people.office, "people.personnel_unit", people.city.units["unit"].name, reason="机构改革")
        assert queries.personnel_post_for(people.city.units["elsewhere"], "city") == people.city.posts["unit_personnel"]


def test_who_is_told_what_waits_at_a_post(people: People) -> None:
    stand_in(people, "section_head", "office_head")
    with people.as_("desk_officer"):
        told = queries.people_at([people.city.posts["office_head"].pk], TODAY)
    assert set(told) == {people.city.accounts["office_head"], people.city.accounts["section_head"]}


def test_a_closed_post_opens_nothing(people: People) -> None:
    with people.as_system():
        Post.objects.filter(pk=people.city.posts["desk_officer"].pk).update(closed_on=TODAY)
    assert principal_of(people.city.accounts["desk_officer"].pk).post is None
