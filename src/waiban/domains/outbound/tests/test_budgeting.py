"""Budget lines from the itinerary, and what becomes of them when it moves."""

from datetime import date, timedelta
from typing import Any

import pytest

from waiban.core.people.personas import People
from waiban.domains.outbound.actions.build_budget import build_budget
from waiban.domains.outbound.actions.save_draft import save_draft
from waiban.domains.outbound.budgeting import build, key_of
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world
from waiban.dossiers.trip import Trip as TripValue
from waiban.rulebook.law import load_level

LAW = load_level("cn/shandong/yunting")


def trip_value(**changes: Any) -> TripValue:
    content: dict[str, Any] = {
        "depart": "2025-03-03",
        "return": "2025-03-10",
        "members": [{"id": "a", "rank": "deputy_bureau"}, {"id": "b", "rank": "section"}],
        "stops": [
            {"country": "KR", "city": "首尔", "arrive": "2025-03-03", "leave": "2025-03-06"},
            {"country": "JP", "city": "大阪", "arrive": "2025-03-06", "leave": "2025-03-10"},
        ],
    }
    return value_of(content | changes)


def by_key(lines: dict[str, dict[str, Any]], item: str) -> list[dict[str, Any]]:
    return [line for key, line in lines.items() if key.startswith(f"{item}|")]


def test_nights_days_and_caps_come_from_the_itinerary_and_the_table_in_force() -> None:
    built = build(trip_value(), LAW, on=date(2025, 2, 1))
    seoul, osaka = by_key(built.lines, "lodging")
    assert (seoul["days"], seoul["unit_price"], seoul["currency"], seoul["people"]) == (3, 180, "USD", 2)
    assert seoul["amount"] == 180 * 2 * 3
    assert osaka["days"] == 4
    meals = by_key(built.lines, "meals")
    # Eight days, both border days counted; the day of the crossing counts where they arrive.
    assert [line["days"] for line in meals] == [3, 5]
    assert [line["days"] for line in by_key(build(trip_value(), LAW, crossing="leave").lines, "meals")] == [4, 4]


def test_the_cabin_goes_by_rank_and_the_fare_is_left_to_state() -> None:
    fares = by_key(build(trip_value(), LAW).lines, "airfare")
    assert sorted((line["cabin"], line["people"]) for line in fares) == [("business", 1), ("economy", 1)]
    assert all("unit_price" not in line and "amount" not in line for line in fares)
    assert by_key(build(trip_value(kind="meeting"), LAW).lines, "registration")
    assert not by_key(build(trip_value(), LAW).lines, "registration")


def test_the_old_table_before_its_end_and_both_in_the_year_of_the_change() -> None:
    def lodging(year: int) -> tuple[dict[str, Any], str]:
        value = trip_value(
            depart=f"{year}-03-03", **{"return": f"{year}-03-07"},
            stops=[{"country": "MN", "arrive": f"{year}-03-03", "leave": f"{year}-03-07"}],
        )  # fmt: skip
        built = build(value, LAW)
        line = by_key(built.lines, "lodging")[0]
        return line, built.notes.get(key_of(line), "")

    cap_old = LAW.tables["perdiem"].find(date(2014, 3, 3), ("MN", None), "lodging")
    cap_new = LAW.tables["perdiem"].find(date(2020, 3, 3), ("MN", None), "lodging")
    assert lodging(2014)[0]["unit_price"] == cap_old
    assert lodging(2020)[0]["unit_price"] == cap_new
    line, note = lodging(2017)
    if cap_old == cap_new:
        assert (line["unit_price"], note) == (cap_new, "")
    else:
        assert "unit_price" not in line
        assert str(cap_old) in note
        assert str(cap_new) in note


def test_what_the_host_provides_is_taken_off() -> None:
    hosted = trip_value(budget={"host_provides": [{"country": "KR", "what": "lodging", "days": 3}]})
    assert [line["country"] for line in by_key(build(hosted, LAW).lines, "lodging")] == ["JP"]
    driven = trip_value(budget={"host_provides": [{"country": "KR", "what": "local_transport", "days": 3}]})
    whole = by_key(build(trip_value(), LAW).lines, "incidentals")[0]
    less = by_key(build(driven, LAW).lines, "incidentals")[0]
    assert less["amount"] == whole["amount"] * 4 // 10


def test_the_rate_is_that_of_its_day() -> None:
    table = LAW.tables["reference_rate"]
    rows = {row["day"]: row["rate"] for row in table.editions[0].rows if row["currency"] == "USD"}
    first, second = sorted(rows)[10], sorted(rows)[40]
    for day in (first, second):
        built = build(trip_value(), LAW, on=day)
        assert (built.rate_date, built.rates["USD"]) == (day, rows[day])
    weekend = next(day for day in (first + timedelta(days=n) for n in range(7)) if day not in rows)
    assert build(trip_value(), LAW, on=weekend).rate_date < weekend  # type: ignore[operator]


def test_an_unstated_itinerary_gives_lines_without_counts() -> None:
    built = build(value_of({"stops": [{"country": "KR"}], "members": [{"id": "a"}]}), LAW)
    assert all("days" not in line and "amount" not in line for line in by_key(built.lines, "lodging"))


@pytest.mark.django_db
class TestFollowing:
    def drafted(self, people: People) -> Trip:
        world.ready(people)
        content = world.dossier(people)
        content["budget"] = {"source": "市商务局年度因公出国经费"}
        trip = world.draft(people, content)
        with people.as_("designated_officer"):
            return build_budget(trip.pk, revision=trip.revision)

    def lines(self, trip: Trip, item: str) -> list[dict[str, Any]]:
        return [line for line in trip.dossier["budget"]["lines"] if line["item"] == item]

    def test_untouched_lines_follow_and_changed_ones_stay_and_are_marked(self, people: People) -> None:
        trip = self.drafted(people)
        assert self.lines(trip, "lodging")[0]["days"] == 4
        place = [line["item"] for line in trip.dossier["budget"]["lines"]].index("meals")
        later = date.fromisoformat(trip.dossier["return"]) + timedelta(days=1)
        with people.as_("designated_officer"):
            trip = save_draft(trip.pk, [(f"/budget/lines/{place}/unit_price", ["8000"])], revision=trip.revision).trip
            trip = save_draft(
                trip.pk,
                [("/return", [later.isoformat()]), ("/stops/0/leave", [later.isoformat()])],
                revision=trip.revision,
            ).trip
        assert self.lines(trip, "lodging")[0]["days"] == 5
        assert self.lines(trip, "incidentals")[0]["days"] == 6
        assert (self.lines(trip, "meals")[0]["unit_price"], self.lines(trip, "meals")[0]["days"]) == (8000, 5)
        page = people.client("designated_officer").get(f"/trips/{trip.pk}/draft/").content.decode()
        assert page.count("您改过") == 1
        assert "请写明理由" in page

    def test_a_line_taken_out_stays_out(self, people: People) -> None:
        trip = self.drafted(people)
        items = [line["item"] for line in trip.dossier["budget"]["lines"]]
        with people.as_("designated_officer"):
            edits = [{"op": "remove", "path": f"/budget/lines/{items.index('insurance')}"}]
            trip = save_draft(trip.pk, [], revision=trip.revision, edits=edits).trip
            trip = save_draft(trip.pk, [("/kind", ["meeting"])], revision=trip.revision).trip
        assert not self.lines(trip, "insurance")
        assert self.lines(trip, "registration")

    def test_the_button_says_what_is_missing(self, people: People) -> None:
        world.ready(people)
        trip = world.draft(people, {"title": "赴日本经贸洽谈"})
        with people.as_("designated_officer"), pytest.raises(CannotError, match="先填离境"):
            build_budget(trip.pk, revision=trip.revision)
        client = people.client("designated_officer")
        answer = client.post(f"/trips/{trip.pk}/draft/budget/", {"revision": trip.revision})
        assert "先填离境" in answer.content.decode()
        assert people.client("outsider").post(f"/trips/{trip.pk}/draft/budget/", {"revision": 1}).status_code == 404
