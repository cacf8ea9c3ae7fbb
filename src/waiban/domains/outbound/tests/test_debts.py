"""What is owed after a trip: each from its own due day, reminded of in digests, ended by the thing or an explanation."""

from datetime import date, timedelta

import pytest

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.files.actions.admit import admit
from waiban.core.notify.models import Notice
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import NotAllowedError
from waiban.core.people.personas import People
from waiban.domains.outbound import debts, reminding
from waiban.domains.outbound.actions.end_document import report_lost
from waiban.domains.outbound.actions.explain_debt import answer_explanation, explain_debt
from waiban.domains.outbound.actions.hand_over import hand_over
from waiban.domains.outbound.actions.record_briefing import record_briefing
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.actions.submit_trip import submit_trip
from waiban.domains.outbound.actions.suspend_unit import lift_suspension, suspend_unit
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import CustodyEvent, Debt, DebtReminder, Explanation, TravelDocument, Trip
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])
Why = CustodyEvent.Why
SOON = {"documents": 7}


@pytest.fixture
def back(people: People) -> Trip:
    """Approved for two, both papers released; the approved return lies in the future."""
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        travellers = people.city.travellers
        record_briefing(trip.pk, [travellers["leader"].pk, travellers["member"].pk], signed_on=today())
        for who, number in (("leader", "SE1111111"), ("member", "PE1111111")):
            register_document(
                travellers[who].pk, kind="service" if who == "leader" else "public_affairs", number=number,
                expires_on=today() + timedelta(days=1400),
            )  # fmt: skip
        hand_over(
            list(TravelDocument.objects.values_list("pk", flat=True)), Why.RELEASE, trip_id=trip.pk, taken_by="沈砚秋"
        )
        return Trip.objects.select_related("office", "unit", "case").get(pk=trip.pk)


def open_of(people: People, trip: Trip, day: date) -> dict[str, list[Debt]]:
    debts.refresh_office(people.office.pk, day)
    found: dict[str, list[Debt]] = {}
    with people.as_("desk_officer"):
        for debt in debts.open_debts().filter(trip=trip):
            found.setdefault(debt.kind, []).append(debt)
    return found


def digests(people: People, who: str) -> list[Notice]:
    with people.as_(who):
        return list(
            Notice.objects.filter(event=reminding.DIGEST, post_id=people.city.posts[who].pk).order_by("id")
        )  # fmt: skip


def next_workday(day: date) -> date:
    return world.workday_from(day)


def test_each_debt_counts_from_its_own_due_day(people: People, back: Trip) -> None:
    came_back = back.return_on
    assert came_back is not None
    owed = open_of(people, back, came_back + timedelta(days=1))
    assert {kind: len(rows) for kind, rows in owed.items() if kind != "settlement"} == {
        "documents": 2, "report": 1, "post_notice": 1,
    }  # fmt: skip
    assert {row.due_on for row in owed["documents"]} == {came_back + timedelta(days=7)}
    assert owed["report"][0].due_on > came_back + timedelta(days=27)
    assert owed["report"][0].rule == "trip_report_deadline"


def test_nothing_is_owed_before_the_return(people: People, back: Trip) -> None:
    assert back.return_on is not None
    assert open_of(people, back, back.return_on) == {}


def test_the_province_may_ask_for_the_papers_sooner(people: People, back: Trip) -> None:
    """Deadlines of several levels stack: the earliest wins."""
    from waiban.core.offices.overlays import OVERLAY

    overlay = """
overlays:
  - rule: passport_return_deadline
    relation: tightened
    values: {limit: {dated: [{from: 2020-01-01, value: 3}]}}
    citation: {instrument: guides, article: not_seen, how_read: see_evidence, confidence: high, status: current}
"""
    with people.as_("office_head"):
        set_setting(people.office, OVERLAY, overlay, reason="省里要求三天内上交")
    back.office.__dict__.pop("known_law", None)
    assert back.return_on is not None
    owed = open_of(people, back, back.return_on + timedelta(days=1))
    assert {row.due_on for row in owed["documents"]} == {back.return_on + timedelta(days=3)}


def test_reminders_go_by_working_day_one_digest_a_person(people: People, back: Trip) -> None:
    came_back = back.return_on
    assert came_back is not None
    due = came_back + timedelta(days=7)
    day = came_back + timedelta(days=1)
    said: dict[date, tuple[int, int]] = {}
    while day <= due + timedelta(days=8):
        debts.refresh_office(people.office.pk, day)
        reminding.remind(people.office, day)
        assert reminding.remind(people.office, day) == 0  # a second run on the same day says nothing again
        said[day] = (len(digests(people, "designated_officer")), len(digests(people, "unit_head")))
        day += timedelta(days=1)
    officer, head = said[day - timedelta(days=1)]
    # -3, 0, +7 of the two documents: three digests, not six; the head joins from +7.
    assert (officer, head) == (3, 1)
    first = next(when for when, (count, _head) in said.items() if count)
    assert first == next_workday(due - timedelta(days=3))
    latest = digests(people, "designated_officer")[-1].data
    assert (latest["n"], latest["late"]) == (2, 2)
    with people.as_("desk_officer"):
        assert {row.offset for row in DebtReminder.objects.all()} == {-3, 0, 7}


def test_a_reminder_before_the_day_after_the_return_is_left_out(people: People, back: Trip) -> None:
    with people.as_("office_head"):
        set_setting(people.office, reminding.REMIND_ON, "-7 -6 0", reason="早一点")
    came_back = back.return_on
    assert came_back is not None
    day = next_workday(came_back + timedelta(days=1))
    debts.refresh_office(people.office.pk, day)
    reminding.remind(people.office, day)
    with people.as_("desk_officer"):
        offsets = set(DebtReminder.objects.filter(debt__kind="documents").values_list("offset", flat=True))
    assert offsets == {-6}  # -7 would have fallen on the day of the return


def test_the_debts_end_stops_the_reminders(people: People, back: Trip) -> None:
    came_back = back.return_on
    assert came_back is not None
    debts.refresh_office(people.office.pk, came_back + timedelta(days=1))
    with people.as_("desk_officer"):
        hand_over(list(TravelDocument.objects.values_list("pk", flat=True)), Why.HANDED_IN)
    left = open_of(people, back, came_back + timedelta(days=9))
    assert set(left) - {"settlement"} == {"report", "post_notice"}
    reminding.remind(people.office, next_workday(came_back + timedelta(days=9)))
    assert digests(people, "designated_officer") == []


def test_the_leader_gets_a_list_at_thirty_days(people: People, back: Trip) -> None:
    came_back = back.return_on
    assert came_back is not None
    day = next_workday(came_back + timedelta(days=37))
    debts.refresh_office(people.office.pk, day)
    reminding.remind(people.office, day)
    with people.as_("city_leader"):
        listed = Notice.objects.filter(event=reminding.LIST)
        assert [(row.data["n"], row.data["units"]) for row in listed] == [(2, 1)]
    reminding.remind(people.office, next_workday(day + timedelta(days=1)))
    with people.as_("city_leader"):
        assert Notice.objects.filter(event=reminding.LIST).count() == 1


def test_delay_is_cleared_by_an_explanation_with_proof(people: People, back: Trip) -> None:
    came_back = back.return_on
    assert came_back is not None
    (report,) = open_of(people, back, came_back + timedelta(days=40))["report"]
    with people.as_("designated_officer"):
        proof = admit(world.scan(), office_id=people.office.pk, readers=report.readers, kind="explanation")
        with pytest.raises(CannotError, match="经过"):
            explain_debt(report.pk, words=" ", proof=proof)
        given = explain_debt(report.pk, words="团长返回后住院，附医院证明。", proof=proof)
        with pytest.raises(NotAllowedError):
            answer_explanation(given.pk, accept=True)
    with people.as_("desk_officer"):
        with pytest.raises(CannotError, match="原因"):
            answer_explanation(given.pk, accept=False)
        answer_explanation(given.pk, accept=True)
        assert Debt.objects.get(pk=report.pk).ended == "explained"
    assert "report" not in open_of(people, back, came_back + timedelta(days=41))


def test_a_loss_is_explained_and_ends_when_the_office_accepts(people: People, back: Trip) -> None:
    came_back = back.return_on
    assert came_back is not None
    rows = open_of(people, back, came_back + timedelta(days=1))["documents"]
    lost = rows[0].document_id
    assert lost is not None
    with people.as_("designated_officer"):
        proof = admit(world.scan(), office_id=people.office.pk, readers=rows[0].readers, kind="explanation")
        report_lost(lost, words="在大阪被窃，附报警回执和使领馆证明。", proof=proof)
    with people.as_("desk_officer"):
        given = Explanation.objects.get(document=lost)
        assert (given.debt_id, TravelDocument.objects.get(pk=lost).state) == (rows[0].pk, "lost")
        answer_explanation(given.pk, accept=True)
    left = open_of(people, back, came_back + timedelta(days=2))["documents"]
    assert [row.pk for row in left] == [rows[1].pk]


def test_suspending_a_unit_is_off_until_the_office_states_its_article(people: People, back: Trip) -> None:
    came_back = back.return_on
    assert came_back is not None
    open_of(people, back, came_back + timedelta(days=40))
    unit = people.city.units["unit"]
    late = came_back + timedelta(days=40)
    filed = world.submitted(people, world.draft(people))
    waiting = world.through_unit(people, world.draft(people))
    with people.as_("desk_officer"), pytest.raises(CannotError, match="没有开启"):
        suspend_unit(unit.pk, reason="逾期未交", on=late)
    with people.as_("office_head"):
        set_setting(people.office, reminding.SUSPEND, True, reason="本办办法")
        set_setting(people.office, reminding.ARTICLE, "澄外发〔2026〕3 号第九条", reason="本办办法")
    with people.as_("desk_officer"):
        row = suspend_unit(unit.pk, reason="逾期未交", on=late)
    with people.as_("designated_officer"):
        world.attach(waiting, "request", "商请〔2027〕4 号")
        with pytest.raises(CannotError, match="暂停受理新团组"):
            submit_trip(waiting.pk)
    world.through_office(people, filed)  # what was filed goes on
    with people.as_("desk_officer"), pytest.raises(NotAllowedError):
        lift_suspension(row.pk, reason="已办结")
    with people.as_("office_head"):
        with pytest.raises(CannotError, match="理由"):
            lift_suspension(row.pk, reason="")
        lift_suspension(row.pk, reason="已办结")
    with people.as_("designated_officer"):
        assert submit_trip(waiting.pk).state == Trip.State.SUBMITTED


def test_the_return_makes_the_debts_and_the_report_ends_its_own(people: People, back: Trip) -> None:
    """At once, not at the next round of the worker."""
    with people.as_system():
        assert not Debt.objects.filter(trip=back).exists()
        Trip.objects.filter(pk=back.pk).update(
            depart=today() - timedelta(days=5), return_on=today() - timedelta(days=1)
        )
    debts.refresh(back.pk, people.office.pk)
    with people.as_system():
        report = Debt.objects.get(trip=back, kind="report")
        assert report.ended_on is None
        trip = Trip.objects.get(pk=back.pk)
        trip.dossier["after"] = {
            "came_back": (today() - timedelta(days=1)).isoformat(),
            "report_filed": today().isoformat(),
        }
        trip.save()
    debts.refresh(back.pk, people.office.pk)
    with people.as_system():
        report.refresh_from_db()
        assert (report.ended, report.ended_on, report.came_back) == ("done", today(), today() - timedelta(days=1))
