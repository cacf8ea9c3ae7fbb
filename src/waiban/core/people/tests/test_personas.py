"""Who sees what, persona by persona; and what an act asks for."""

from waiban.core.audit.models import Event
from waiban.core.people.models import Post, Traveller, Unit
from waiban.core.people.personas import People


def test_every_persona_acts_at_its_own_post(people: People) -> None:
    for who in people.personas:
        with people.as_(who) as principal:
            assert principal.post == people.city_of(who).posts[who].pk
            assert principal.office == people.city_of(who).office.pk
            assert Post.objects.get(pk=principal.post).name


SEE_TRAVELLERS = {"designated_officer", "unit_finance", "unit_head", "desk_officer", "section_head", "office_head",
                  "city_leader", "auditor"}  # fmt: skip


def test_travellers_are_seen_by_their_unit_and_the_office(people: People) -> None:
    for who in people.personas:
        with people.as_(who):
            assert Traveller.objects.count() == (2 if who in SEE_TRAVELLERS else 0), who


def test_the_directory_is_seen_inside_the_office_only(people: People) -> None:
    for who in people.personas:
        with people.as_(who):
            assert set(Unit.objects.values_list("office", flat=True)) == {people.city_of(who).office.pk}


def test_the_inspector_holds_no_key_of_the_staff(people: People) -> None:
    inspector, officer = people.principal("inspector"), people.principal("outsider")
    assert len(set(inspector.keys) & set(officer.keys)) == 0
    assert len(inspector.keys) == 2


def test_building_leaves_every_step_in_the_register(people: People) -> None:
    with people.as_("auditor"):
        names = set(Event.objects.values_list("name", flat=True))
    assert {"unit.add", "post.add", "account.add", "post.appoint", "traveller.save"} <= names


def test_a_client_is_signed_in(people: People) -> None:
    client = people.client("desk_officer")
    assert client.session["post"] == str(people.city.posts["desk_officer"].pk)
