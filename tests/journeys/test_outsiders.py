"""Who has no business with a trip sees nothing of it: no row, no page, no file, no search hit, no line of an export."""

import io
import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.journeys.house import House, Reader
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.models import WorkItem
from waiban.core.papers.models import Paper
from waiban.domains.outbound.models import Attachment
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.journey
TITLE = "赴日本水产育种合作"


@pytest.fixture
def addresses(house: House) -> list[str]:
    """Every address that names the trip, its items, its files or its papers."""
    people = house.people
    content = world.dossier(people) | {"title": TITLE}
    trip = world.through_office(people, world.submitted(people, world.draft(people, content)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        unit = people.city.units["unit"]
        found = [
            reverse(f"outbound:{name}", args=[trip.pk])
            for name in ("case", "draft", "dossier", "process", "come_back", "report")
        ]
        found += [reverse(f"outbound:{name}", args=[trip.pk, unit.pk]) for name in ("notice", "notice_sheet")]
        for item in WorkItem.objects.filter(case=trip.case_id):
            found += [reverse(f"outbound:{name}", args=[item.pk]) for name in ("decide", "decision_sheet")]
        found += [reverse("files:read", args=[one.file_id]) for one in Attachment.objects.filter(trip=trip)]
        papers = list(Paper.objects.filter(case_id=trip.case_id))
        found += [reverse("outbound:paper", args=[paper.pk]) for paper in papers]
        found += [reverse("files:read", args=[paper.pdf_id]) for paper in papers]
    assert len(papers) == 1
    return found


def test_outsiders_see_nothing(house: House, addresses: list[str]) -> None:
    desk = house.at("desk_officer")
    desk.go(f"/search?q={TITLE}")
    expect(desk.page.locator("main")).to_contain_text(TITLE)
    assert TITLE in words_of_export(desk)
    assert [desk.status_of(address) for address in addresses if address.startswith("/files/")] == [200, 200, 200]

    for who in ("outsider", "outside_office"):
        reader = house.at(who)
        for address in ("/", "/trips/", f"/trips/?q={TITLE}", f"/search?q={TITLE}"):
            reader.go(address)
            expect(reader.page.locator("table")).to_have_count(0)
            assert "澄江市商务局" not in reader.page.content(), f"{who} at {address}"
        assert TITLE not in words_of_export(reader)
        answers = {address: reader.status_of(address) for address in addresses}
        seen = {address: status for address, status in answers.items() if status not in (403, 404)}
        assert not seen, f"{who} reaches {seen}"
        reader.go(addresses[0], status=404)
        reader.shoot(f"nothing-for-{who}")

    stranger = house.reader()
    for address in [*addresses, "/", "/trips/", "/trips/export/", f"/search?q={TITLE}"]:
        answer = stranger.page.request.get(house.url + address, max_redirects=0)
        assert answer.status == 302, f"{address}: {answer.status}"
        assert answer.headers["location"].startswith("/accounts/login/"), address
    stranger.page.goto(house.url + addresses[0])
    expect(stranger.page.get_by_label("账号")).to_be_visible()
    stranger.check()
    stranger.shoot_all("signin")


def words_of_export(reader: Reader) -> str:
    """Everything written in the spreadsheet of the list."""
    with zipfile.ZipFile(io.BytesIO(reader.body_of("/trips/export/"))) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
