"""What is stored in Chinese is read in the reader's language; and one clock has one ring, wherever it is seen."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from waiban.core.audit.sentences import sentence
from waiban.core.casework.actions.accept import accept
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.models import Case, Deadline
from waiban.core.casework.queries import timeline
from waiban.core.notify import queries as notices
from waiban.core.people.personas import People
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])
RING = re.compile(r'class="clock[^"]*"[^>]*><svg[^>]*><use href="[^"#]*#(s-[\w-]+)"')


@pytest.fixture
def trip(people: People) -> Trip:
    world.ready(people)
    return world.submitted(people, world.draft(people))


def page(people: People, who: str, address: str, language: str = "en") -> str:
    client: Client = people.client(who)
    client.cookies["django_language"] = language
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def row_of(text: str) -> str:
    found = re.search(r"<tr data-row.*?</tr>", text, re.DOTALL)
    assert found
    return found[0]


def test_an_inbox_row_says_size_and_day_in_english(people: People, trip: Trip) -> None:
    english = row_of(page(people, "desk_officer", reverse("inbox")))
    assert "人" not in english.replace(trip.title, "")
    assert "离境" not in english
    assert "2 people" in english
    chinese = row_of(page(people, "desk_officer", reverse("inbox"), "zh-hans"))
    assert "离境" in re.sub(r"<[^>]+>", "", chinese)


def test_a_place_to_filter_by_has_its_english_name_and_still_filters(people: People, trip: Trip) -> None:
    text = page(people, "desk_officer", f"{reverse('inbox')}?destination=日本")
    assert "Japan" in text
    assert trip.title in text


def test_a_notice_names_its_step_in_the_readers_language(people: People, trip: Trip) -> None:
    with people.as_("desk_officer"):
        with override("en"):
            english = [told.text for told in notices.notices()]
        with override("zh-hans"):
            chinese = [told.text for told in notices.notices()]
    assert [told.split(trip.title)[0] for told in chinese] == ["受理："]
    assert all(not re.search("[\u4e00-\u9fff]", told.replace(trip.title, "")) for told in english), english


def test_the_register_keeps_codes_and_says_them_in_the_readers_language(people: People, trip: Trip) -> None:
    with people.as_("desk_officer"):
        accept(world.open_item(trip, "accept").pk)
        send_back(world.open_item(trip, "desk_review").pk, "submit", reason="Please mend.")
        events = [event for event in timeline(trip.case) if event.name in ("case.decide", "case.send_back")]  # type: ignore[arg-type]
    assert all("answer" not in event.data for event in events)
    assert events[-1].data["outcome"] == "send_back"
    for event in events:
        with override("en"):
            said = sentence(event.name, {**event.data, "opinion": ""})
        assert not re.search("[\u4e00-\u9fff]", said), said
        with override("zh-hans"):
            assert re.search("[\u4e00-\u9fff]", sentence(event.name, event.data))


def test_the_old_word_of_an_event_is_still_said() -> None:
    with override("zh-hans"):
        assert sentence("case.decide", {"verb": "审核", "answer": "同意", "opinion": ""}) == "审核：同意 "


def test_a_case_sent_upward_says_who_has_it_in_english(people: People) -> None:
    world.ready(people, grant=False)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("desk_officer"):
        decide(world.open_item(trip, "report_upward").pk, "done")
    address = reverse("outbound:case", args=[trip.pk])
    assert "上级外事部门" in page(people, "desk_officer", address, "zh-hans")
    assert "上级外事部门" not in page(people, "desk_officer", address)


def test_one_clock_has_one_ring_in_inbox_case_page_and_list(people: People, trip: Trip) -> None:
    """Also where an earlier clock of another desk runs beside: then every page of the case shows that one."""
    with people.as_("desk_officer"):
        accept(world.open_item(trip, "accept").pk)
        item = world.open_item(trip, "desk_review")
        deadlines = Deadline.objects.filter(case=trip.case_id, met_on=None, dropped_on=None).order_by("due")
        assert deadlines.filter(item=item).exists()
    case, listed = reverse("outbound:case", args=[trip.pk]), reverse("outbound:list")
    head = RING.findall(page(people, "office_head", case))[0]
    assert RING.findall(row_of(page(people, "office_head", listed)))[0] == head
    desk = RING.findall(page(people, "desk_officer", reverse("outbound:decide", args=[item.pk])))[0]
    assert RING.findall(row_of(page(people, "desk_officer", reverse("inbox"))))[0] == desk
    doing = RING.findall(row_of(page(people, "designated_officer", f"{reverse('inbox')}?view=doing")))[0]
    assert doing == head
    with people.as_system():
        assert Case.objects.get(pk=trip.case_id).due == min(deadline.due for deadline in deadlines.all())
