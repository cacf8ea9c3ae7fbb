"""The columns of the trips' list, on the page and in the spreadsheet alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from waiban.core.access.permissions import Permission
from waiban.core.papers.sheets import Cell, SheetColumn
from waiban.core.ui.lists import Column, List
from waiban.domains.outbound import queries
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.texts import destination_text

TRIPS = List(
    code="trips",
    url_name="outbound:list",
    permission=Permission.TRIP_READ,
    columns=(
        Column("number", _("案号")),
        Column("title", _("团组"), always=True),
        Column("unit", _("单位")),
        Column("where", _("目的地")),
        Column("people", _("人数")),
        Column("out", _("离境")),
        Column("back", _("返回")),
        Column("state", _("状态")),
        Column("due", _("时限")),
        Column("money", _("经费")),
        Column("leader", _("团长"), shown=False),
        Column("holder", _("在谁手里"), shown=False),
        Column("paper", _("批件号"), shown=False),
    ),
    keys=("view", "state", "unit", "kind", "rank", "country", "since", "until", "q", "sort"),
)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in other tables, read once for a page and only where its column is shown."""

    leader: Mapping[UUID, str]
    holder: Mapping[UUID, str]
    paper: Mapping[UUID, str]


def beside(trips: Sequence[Trip], columns: Sequence[str]) -> Beside:
    return Beside(
        queries.leaders(trips) if "leader" in columns else {},
        queries.holders(trips) if "holder" in columns else {},
        queries.approval_numbers(trips) if "paper" in columns else {},
    )


@dataclass(frozen=True, slots=True)
class Printed:
    column: Callable[[], SheetColumn]
    value: Callable[[Trip, Beside], Cell]


PRINTED: Mapping[str, Printed] = {
    "number": Printed(lambda: SheetColumn(str(_("案号")), width=18), lambda trip, _b: f"{trip.year}-{trip.number}"),
    "title": Printed(lambda: SheetColumn(str(_("团组")), width=36), lambda trip, _b: trip.title),
    "unit": Printed(lambda: SheetColumn(str(_("单位")), width=22), lambda trip, _b: trip.unit.name),
    "where": Printed(lambda: SheetColumn(str(_("目的地")), width=22), lambda trip, _b: destination_text(trip)),
    "people": Printed(lambda: SheetColumn(str(_("人数")), "count"), lambda trip, _b: trip.head_count),
    "out": Printed(lambda: SheetColumn(str(_("离境")), "day"), lambda trip, _b: trip.depart),
    "back": Printed(lambda: SheetColumn(str(_("返回")), "day"), lambda trip, _b: trip.return_on),
    "state": Printed(lambda: SheetColumn(str(_("状态")), width=14), lambda trip, _b: trip.get_state_display()),
    "due": Printed(lambda: SheetColumn(str(_("到期日")), "day"), lambda trip, _b: trip.case.due if trip.case else None),
    "money": Printed(lambda: SheetColumn(str(_("经费(人民币)")), "money"), lambda trip, _b: trip.total_cny),
    "leader": Printed(lambda: SheetColumn(str(_("团长"))), lambda trip, b: b.leader.get(trip.pk)),
    "holder": Printed(lambda: SheetColumn(str(_("在谁手里")), width=22), lambda trip, b: b.holder.get(trip.pk)),
    "paper": Printed(lambda: SheetColumn(str(_("批件号")), width=22), lambda trip, b: b.paper.get(trip.pk)),
}


def sheet_columns(columns: Sequence[str]) -> list[SheetColumn]:
    return [PRINTED[code].column() for code in columns]


def sheet_rows(trips: Iterable[Trip], columns: Sequence[str]) -> Iterator[list[Cell]]:
    for some in in_parts(trips):
        rest = beside(some, columns)
        for trip in some:
            yield [PRINTED[code].value(trip, rest) for code in columns]


def in_parts(trips: Iterable[Trip]) -> Iterator[list[Trip]]:
    rest = iter(trips)
    while some := list(islice(rest, AT_ONCE)):
        yield some
