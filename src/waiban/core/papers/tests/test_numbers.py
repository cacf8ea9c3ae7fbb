from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from waiban.core.access.principals import PUBLIC, acting_as
from waiban.core.offices.models import Office
from waiban.core.papers.actions.draw_number import draw_number
from waiban.core.papers.models import NumberSeries
from waiban.core.papers.tests.conftest import make_office
from waiban.core.people.principals import system


def last_number(office: Office) -> int:
    series = NumberSeries.objects.filter(office=office, kind="task_approval", year=2027).first()
    return series.last if series else 0


def test_each_office_kind_and_year_counts_for_itself(office: Office) -> None:
    other = make_office("ly", "临渡市人民政府外事办公室")
    with acting_as(system(office.pk, "test")):
        assert [draw_number(office.pk, "task_approval", 2027) for _ in range(3)] == [1, 2, 3]
        assert draw_number(office.pk, "task_approval", 2028) == 1
        assert draw_number(office.pk, "review_opinion", 2027) == 1
        assert last_number(office) == 3
    with acting_as(system(other.pk, "test")):
        assert draw_number(other.pk, "task_approval", 2027) == 1
        assert last_number(office) == 0, "another office's series is not to be seen"


def test_a_number_drawn_for_nothing_comes_back(office: Office) -> None:
    with acting_as(system(office.pk, "test")):
        assert draw_number(office.pk, "task_approval", 2027) == 1
        savepoint = transaction.savepoint()
        assert draw_number(office.pk, "task_approval", 2027) == 2
        transaction.savepoint_rollback(savepoint)
        assert draw_number(office.pk, "task_approval", 2027) == 2


def test_who_holds_no_key_of_the_office_draws_nothing(office: Office) -> None:
    with acting_as(system(office.pk, "test")):
        draw_number(office.pk, "task_approval", 2027)
    with pytest.raises(Exception, match="row-level security"), acting_as(PUBLIC):
        draw_number(office.pk, "task_approval", 2027)
    with acting_as(system(office.pk, "test")):
        assert last_number(office) == 1


@pytest.mark.real_database
def test_many_at_once_leave_no_gap_and_no_double(real_database: object) -> None:
    office = make_office()
    # The office's keys exist before a rush, as they do after its first day.
    with acting_as(system(office.pk, "test")):
        draw_number(office.pk, "task_approval", 2026)

    def approve(turn: int) -> int | None:
        try:
            with acting_as(system(office.pk, "test")):
                number = draw_number(office.pk, "task_approval", 2027)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.002)")
                if turn % 3 == 0:
                    transaction.set_rollback(True)
                    return None
                return number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        drawn = [number for number in pool.map(approve, range(120)) if number is not None]
    assert sorted(drawn) == list(range(1, 81))
    with acting_as(system(office.pk, "test")):
        assert NumberSeries.objects.get(kind="task_approval", year=2027).last == 80


def test_outside_a_transaction_no_number_is_given(real_database: object) -> None:
    with pytest.raises(RuntimeError, match="transaction of its paper"):
        draw_number(make_office().pk, "task_approval", 2027)
