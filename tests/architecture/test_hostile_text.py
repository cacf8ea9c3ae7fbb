"""What people type is shown as they typed it: never a tag, never a template, never a formula."""

from typing import Any

import pytest

from waiban.core.casework.actions.accept import accept
from waiban.core.casework.actions.decide import decide
from waiban.core.people.personas import People
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])

TAG = "<img src=x onerror=alert(1)>"
HOSTILE = f"{TAG}{{{{ 7|add:'42' }}}}{{% now 'Y' %}}\"'><b>&amp;"


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    content: dict[str, Any] = world.dossier(people)
    content["title"] = HOSTILE[:80]
    content["purpose"] = HOSTILE
    content["invitations"][0]["inviter"] = HOSTILE
    for row in content["programme"]:
        row["text"] = HOSTILE
    content["members"][1]["post"] = HOSTILE
    trip = world.submitted(people, world.draft(people, content))
    with people.as_("desk_officer"):
        accept(world.open_item(trip, "accept").pk)
        world.attest_all(trip, "desk_review", "desk")
        decide(world.open_item(trip, "desk_review").pk, "agree", opinion=HOSTILE)
    return trip


def harmless(page: str) -> None:
    assert TAG not in page
    assert "<img src=x" not in page
    assert "&gt;49" not in page, "the template that stands in the text was run"


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("section_head", "/"),
        ("section_head", "/trips/"),
        ("section_head", "/trips/{trip}/"),
        ("section_head", "/trips/items/{item}/"),
        ("section_head", "/notices/"),
        ("section_head", "/search?q=img"),
        ("designated_officer", "/trips/{trip}/"),
        ("designated_officer", "/trips/{trip}/notice/{unit}/"),
        ("auditor", "/register/"),
    ],
)
def test_pages(people: People, trip: Trip, who: str, address: str) -> None:
    with people.as_("section_head"):
        item = world.open_item(trip, "section_review").pk
    where = address.format(trip=trip.pk, item=item, unit=people.city.units["unit"].pk)
    answer = people.client(who).get(where)
    assert answer.status_code == 200
    page = answer.content.decode()
    harmless(page)
    if "{" in address:
        assert "&lt;img src=x" in page, "the text stands on the page, as text"


def test_the_draft_with_its_fields(people: People) -> None:
    content = world.dossier(people) | {"title": HOSTILE[:80], "purpose": HOSTILE}
    draft = world.draft(people, content)
    page = people.client("designated_officer").get(f"/trips/{draft.pk}/draft/").content.decode()
    harmless(page)
    assert "&lt;img src=x" in page


def test_what_a_page_asks_for_in_its_address(people: People) -> None:
    from urllib.parse import quote

    for who, address in (
        ("section_head", "/trips/?q="),
        ("section_head", "/search?q="),
        ("auditor", "/register/?who="),
    ):
        answer = people.client(who).get(address + quote(HOSTILE))
        assert answer.status_code == 200
        harmless(answer.content.decode())
