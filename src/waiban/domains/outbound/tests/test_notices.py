"""Internal notices: seen by the unit, one file for its intranet, objections from anybody, down when the days are over."""

import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.people.models import Traveller
from waiban.core.people.personas import People
from waiban.domains.outbound.actions.after_notices import post_after_notices
from waiban.domains.outbound.actions.close_notice import close_notice
from waiban.domains.outbound.actions.objections import answer_objection, record_objection, take_down_notice
from waiban.domains.outbound.actions.post_notice import post_notice
from waiban.domains.outbound.actions.start_trip import start_trip
from waiban.domains.outbound.models import InternalNotice, Objection, Trip, TripVersion
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.tests.world import workday_from
from waiban.domains.outbound.versions import pin

pytestmark = pytest.mark.django_db(databases=["default", "register"])


def at_notice(people: People, *, back: int = 3, ahead: int = 14) -> InternalNotice:
    """A notice that hangs now."""
    from waiban.core.casework.actions.decide import decide

    world.ready(people)
    trip = world.draft(people)
    with people.as_("designated_officer"):
        trip = start_trip(trip.pk)
    with people.as_("unit_finance"):
        decide(world.open_item(trip, "finance_review").pk, "agree")
    with people.as_("designated_officer"):
        return post_notice(
            trip.pk, trip.unit_id, since=today() - timedelta(days=back), until=workday_from(today() + timedelta(days=ahead)),
            places=["intranet"],
        )  # fmt: skip


def test_the_whole_unit_reads_it_and_nobody_else(people: People) -> None:
    notice = at_notice(people)
    for who, status in (("unit_head", 200), ("unit_personnel", 200), ("outsider", 404), ("outside_office", 404)):
        assert people.client(who).get(f"/trips/notices/{notice.pk}/").status_code == status, who
    page = people.client("unit_personnel").get("/trips/notices/").content.decode()
    assert f"/trips/notices/{notice.pk}/" in page
    assert "赴日本经贸洽谈" in page
    sheet = people.client("unit_personnel").get("/trips/notices/export/?state=showing")
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sheet.streaming_content))).get_sheet_by_index(0).to_python()
    )
    assert [row[1] for row in rows][-1] == "澄江市商务局"
    none = people.client("unit_personnel").get("/trips/notices/?state=hanging").content.decode()
    assert f"/trips/notices/{notice.pk}/" not in none
    assert f"/trips/notices/{notice.pk}/" not in people.client("outsider").get("/trips/notices/").content.decode()


def test_the_file_stands_alone_with_the_fields_of_the_rule_only(people: People) -> None:
    notice = at_notice(people)
    with people.as_("designated_officer"):
        Traveller.objects.filter(name="唐一苇").update(identity_masked="3701**********1234", born_on="1990-04-05")
    answer = people.client("designated_officer").get(f"/trips/notices/{notice.pk}/page.html")
    text = answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment")
    for said in ("唐一苇", "科长", "大阪", "与 3 家机电企业谈二期扩产选址", f"请在 {notice.until:%Y-%m-%d}", "noindex"):
        assert said in text, said
    for never in ("1990", "3701", "<script", "href=", "src=", "http", str(notice.shown["members"][0])):
        assert never not in text, never
    assert people.client("unit_head").get(f"/trips/notices/{notice.pk}/page.html").status_code == 404


def test_after_its_days_no_file_is_made_and_it_is_taken_down(people: People) -> None:
    notice = at_notice(people)
    with people.as_("designated_officer"):
        with pytest.raises(CannotError, match="期满才能撤下"):
            take_down_notice(notice.pk)
        InternalNotice.objects.filter(pk=notice.pk).update(
            since=today() - timedelta(days=20), until=today() - timedelta(days=1)
        )
    client = people.client("designated_officer")
    assert client.get(f"/trips/notices/{notice.pk}/page.html").status_code == 410
    assert "登记已撤下" in client.get(f"/trips/notices/{notice.pk}/").content.decode()
    client.post(f"/trips/notices/{notice.pk}/", {"act": "take_down"})
    with people.as_("designated_officer"):
        assert InternalNotice.objects.get(pk=notice.pk).taken_down_on == today()


def test_an_unsigned_objection_is_recorded_and_answered_before_the_step_ends(people: People) -> None:
    notice = at_notice(people)
    with people.as_("designated_officer"):
        InternalNotice.objects.filter(pk=notice.pk).update(until=today() - timedelta(days=1))
    client = people.client("designated_officer")
    sent = {
        "act": "object",
        "received_on": (today() - timedelta(days=2)).isoformat(),
        "how": "box",
        "words": "此人上次报告未交",
    }
    assert client.post(f"/trips/notices/{notice.pk}/", sent).status_code == 302
    with people.as_("designated_officer"):
        trip = Trip.objects.get(pk=notice.trip_id)
        proof = world.attach(trip, "notice_proof")
        with pytest.raises(CannotError, match="异议还有 1 件没有答复"):
            close_notice(notice.pk, objections=True, result="已核实", proof=proof)
        objection = Objection.objects.get()
        assert objection.by_whom == ""
    with people.as_("unit_personnel"):  # reads the notice, not who complained
        assert not Objection.objects.exists()
        assert InternalNotice.objects.get(pk=notice.pk).unanswered == 1
        with pytest.raises(Objection.DoesNotExist):
            answer_objection(objection.pk, answer="x")
    with people.as_("unit_head"):
        answer_objection(objection.pk, answer="报告已补交，异议不成立。")
        with pytest.raises(CannotError, match="已经答复"):
            answer_objection(objection.pk, answer="再答")
    with people.as_("designated_officer"):
        close_notice(notice.pk, objections=True, result="已核实，不成立", proof=proof)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"words": " "}, "反映的问题"),
        ({"how": "x"}, "反映方式"),
        ({"days": 3}, "今天之后"),
        ({"days": -90}, "早于公示开始"),
    ],
)
def test_an_objection_says_when_how_and_what(people: People, change: dict[str, object], said: str) -> None:
    notice = at_notice(people)
    given = {"how": "call", "words": "有意见", "days": 0} | change
    with people.as_("designated_officer"), pytest.raises(CannotError, match=said):
        record_objection(
            notice.pk, received_on=today() + timedelta(days=int(str(given["days"]))), how=str(given["how"]),
            words=str(given["words"]),
        )  # fmt: skip


def test_after_the_trip_what_really_happened_is_shown(people: People) -> None:
    notice = at_notice(people)
    with people.as_("designated_officer"):
        trip = Trip.objects.get(pk=notice.trip_id)
        with pytest.raises(CannotError, match="实际离境和返回"):
            post_after_notices(trip.pk, since=today(), until=today() + timedelta(days=7), places=["intranet"])
        day = trip.dossier["depart"]
        actual = {
            **trip.dossier,
            "members": trip.dossier["members"][:1],
            "after": {"left": day, "came_back": trip.dossier["return"]},
        }
        pin(trip, TripVersion.Of.ACTUAL, actual, source=TripVersion.Source.RETURN, cause=None, since=today())
        (posted,) = post_after_notices(trip.pk, since=today(), until=today() + timedelta(days=7), places=["intranet"])
        assert posted.phase == "after"
        assert InternalNotice.objects.filter(trip=trip, replaced=False).count() == 2
    page = people.client("unit_personnel").get(f"/trips/notices/{posted.pk}/").content.decode()
    assert "实际执行" in page
    assert day in page
    assert "唐一苇" not in page
    with people.as_("unit_finance"), pytest.raises(CannotError):
        post_after_notices(trip.pk, since=today(), until=today(), places=["intranet"])
