"""From the approved budget to what is reimbursed: cut by the rules of the day of payment, confirmed by finance."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from waiban.core.audit.models import Event
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.errors import CannotError
from waiban.core.people.personas import People
from waiban.domains.outbound import debts
from waiban.domains.outbound.actions.confirm_settlement import confirm_settlement, return_settlement
from waiban.domains.outbound.actions.hand_in_settlement import hand_in_settlement
from waiban.domains.outbound.actions.record_advance import record_advance, remove_advance
from waiban.domains.outbound.actions.save_settlement import begin_settlement, save_settlement
from waiban.domains.outbound.models import Debt, Settlement, Trip
from waiban.domains.outbound.settling import advances_of, by_id, cny_of, judge, sums_of
from waiban.domains.outbound.tests import world

pytestmark = pytest.mark.django_db(databases=["default", "register"])


@pytest.fixture
def away(people: People) -> Trip:
    world.ready(people)
    trip = world.through_office(people, world.submitted(people, world.draft(people)))
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_system():
        Trip.objects.filter(pk=trip.pk).update(state=Trip.State.AWAY)
    with people.as_("designated_officer"):
        return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def written(people: People, trip: Trip, **changes: str) -> Settlement:
    """`lodging_days="5"` and the like: item and part, on what the approved budget gave."""
    with people.as_("designated_officer"):
        settlement = begin_settlement(trip.pk)
        posted = []
        for name, text in changes.items():
            item, part = name.split("_", 1)
            place = [line["item"] for line in settlement.lines].index(item)
            posted += [(f"/budget/lines/{place}/{part}", [text]), (f"/budget/lines/{place}/amount", [""])]
        return save_settlement(settlement.pk, posted, revision=settlement.revision, paid_on=today()).settlement


def handed_in(people: People, trip: Trip, **changes: str) -> Settlement:
    settlement = written(people, trip, **changes)
    with people.as_("designated_officer"):
        return hand_in_settlement(settlement.pk)


def test_it_begins_with_the_approved_budget_and_refuses_nothing_of_it(people: People, away: Trip) -> None:
    settlement = written(people, away)
    with people.as_("designated_officer"):
        assert [line["item"] for line in settlement.lines] == ["airfare", "lodging", "meals", "incidentals"]
        assert judge(settlement) == []
        sums = sums_of(settlement, [], [])
        assert sums.total == Decimal("20690.00")
        assert sum(sums.by_member.values()) == sums.total
        assert len(sums.by_member) == 2


def test_before_the_departure_there_is_nothing_to_settle(people: People) -> None:
    world.ready(people)
    trip = world.draft(people)
    with people.as_("designated_officer"), pytest.raises(CannotError, match="出发以后"):
        begin_settlement(trip.pk)


def test_a_night_too_many_is_not_reimbursed_and_the_article_is_named(people: People, away: Trip) -> None:
    settlement = written(people, away, lodging_days="5")
    with people.as_("designated_officer"):
        (one,) = [one for one in judge(settlement) if one.line is not None]
        assert one.rule == "own_lodging_nights"
        assert Decimal(one.cny) == Decimal(15000) * 2 * Decimal("0.047")
        assert "516" in one.article
        assert "晚" in one.text_zh


def test_above_the_cap_of_the_city_only_the_cap_stands(people: People, away: Trip) -> None:
    settlement = written(people, away, lodging_unit_price="90000")
    with people.as_("designated_officer"):
        refused = judge(settlement)
        line = next(one for one in refused if one.rule == "lodging_by_rank")
        kept = cny_of(settlement.lines[1], settlement.rates) - Decimal(line.cny)  # type: ignore[operator]
        assert Decimal(0) < kept < Decimal(90000) * 8 * Decimal("0.047")


def test_the_sum_above_the_approval_is_cut_to_it(people: People, away: Trip) -> None:
    settlement = written(people, away, airfare_unit_price="9000")
    with people.as_("designated_officer"):
        (one,) = judge(settlement)
        assert (one.line, one.rule) == (None, "reimbursement_only_as_approved")
        assert Decimal(one.cny) == Decimal(10000)


def test_drawn_money_gives_a_refund_or_a_debt(people: People, away: Trip) -> None:
    with people.as_("unit_finance"):
        record_advance(away.pk, "advance", currency="CNY", amount=Decimal(15000), drawn_on=today())
        wrong = record_advance(away.pk, "advance", currency="CNY", amount=Decimal(1), drawn_on=today())
        record_advance(
            away.pk, "exchange", currency="JPY", amount=Decimal(200000), rate_to_cny=Decimal("0.05"), drawn_on=today()
        )
        remove_advance(wrong.pk)
    settlement = written(people, away)
    with people.as_("designated_officer"):
        sums = sums_of(settlement, advances_of(away), [])
        assert sums.drawn == Decimal("25000.00")
        assert sums.refund == Decimal("4310.00")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"currency": "JPY", "amount": Decimal(1)}, "rate_to_cny"),
        ({"currency": "CNY", "amount": Decimal(0)}, "amount"),
        ({"currency": "XX", "amount": Decimal(1)}, "currency"),
        ({"currency": "CNY", "amount": Decimal(1), "rate_to_cny": Decimal(1)}, "rate_to_cny"),
    ],
)
def test_a_bad_advance_names_its_field(people: People, away: Trip, given: dict[str, Any], field: str) -> None:
    with people.as_("unit_finance"), pytest.raises(CannotError) as error:
        record_advance(away.pk, "advance", drawn_on=today(), **given)
    assert error.value.pointer == field  # type: ignore[attr-defined]


def test_finance_confirms_and_what_it_pays_all_the_same_has_its_reason(people: People, away: Trip) -> None:
    settlement = handed_in(people, away, lodging_days="5")
    with people.as_("unit_finance"):
        assert settlement.refused_cny > 0
        settlement = confirm_settlement(settlement.pk, opinion="同意核销。", waived={0: "凌晨抵达，须提前入住"})
        assert settlement.state == Settlement.State.CONFIRMED
        assert settlement.findings[0]["waived"] == "凌晨抵达，须提前入住"
    with people.as_("designated_officer"):
        trip = Trip.objects.get(pk=away.pk)
        # Cut to the approval all the same: the sum has its own row, which nobody waived.
        assert Decimal(trip.dossier["after"]["actual_total_cny"]) == Decimal("20690.00")
        assert Debt.objects.get(trip=trip, kind="settlement").ended == "done"
    with people.as_system():
        assert Event.objects.filter(name="trip.confirm_settlement").count() == 1


def test_finance_sends_it_back_and_it_is_written_again(people: People, away: Trip) -> None:
    settlement = handed_in(people, away)
    with people.as_("designated_officer"), pytest.raises(CannotError, match="已报财务"):
        save_settlement(settlement.pk, [], revision=settlement.revision)
    with people.as_("unit_finance"):
        settlement = return_settlement(settlement.pk, opinion="机票票据不全。")
    assert settlement.state == Settlement.State.DRAFT
    with people.as_("designated_officer"):
        assert hand_in_settlement(settlement.pk).state == Settlement.State.HANDED_IN


def test_without_amounts_or_the_day_of_payment_it_is_not_handed_in(people: People, away: Trip) -> None:
    with people.as_("designated_officer"):
        settlement = begin_settlement(away.pk)
        with pytest.raises(CannotError, match="付款日期"):
            hand_in_settlement(settlement.pk)
        edits = [{"op": "add", "path": "/budget/lines/-", "value": {"item": "visa", "currency": "USD"}}]
        settlement = save_settlement(settlement.pk, [], revision=settlement.revision, edits=edits).settlement
        with pytest.raises(CannotError, match="第 5 项"):
            hand_in_settlement(settlement.pk)


def test_the_debt_stands_until_it_is_confirmed(people: People, away: Trip) -> None:
    debts.refresh(away.pk, away.office_id)
    with people.as_("designated_officer"):
        debt = Debt.objects.get(trip=away, kind="settlement")
        assert debt.ended_on is None
        assert debt.due_on == away.return_on + timedelta(days=30)  # type: ignore[operator]


def test_the_page_for_each(people: People, away: Trip) -> None:
    address = f"/trips/{away.pk}/money/"
    officer, finance = people.client("designated_officer"), people.client("unit_finance")
    assert officer.post(address).status_code == 302
    with people.as_("designated_officer"):
        settlement = Settlement.objects.get(trip=away)
    page = officer.get(address).content.decode()
    assert "报财务核定" in page
    wrong = {"revision": settlement.revision, "/budget/lines/0/unit_price": "四千", "paid_on": today().isoformat()}
    answer = officer.post(f"/trips/settlements/{settlement.pk}/save/", wrong)
    assert answer.status_code == 422
    assert "四千" in answer.content.decode()
    good = {"revision": settlement.revision, "paid_on": today().isoformat(), "hand_in": "1"}
    assert officer.post(f"/trips/settlements/{settlement.pk}/save/", good).status_code == 302
    assert "核定" in finance.get(address).content.decode()
    assert finance.get(f"/trips/settlements/{settlement.pk}/export/").content[:2] == b"PK"
    assert finance.post(f"/trips/settlements/{settlement.pk}/confirm/", {"opinion": "同意"}).status_code == 302
    assert by_id_state(people, settlement) == Settlement.State.CONFIRMED
    for who in ("outsider", "outside_office"):
        assert people.client(who).get(address).status_code == 404


def by_id_state(people: People, settlement: Settlement) -> str:
    with people.as_("designated_officer"):
        return by_id(settlement.pk).state
