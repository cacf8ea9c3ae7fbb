"""One notice as a page, a printed sheet or a file: what it showed, with the names that this reader may see."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from waiban.core.casework.clocks import today
from waiban.core.people.models import Traveller
from waiban.core.ui.format import day_text, joined, money_text
from waiban.domains.outbound.models import InternalNotice
from waiban.domains.outbound.papers.values import PAYERS
from waiban.domains.outbound.texts import place_name
from waiban.kernel.money import Money


@dataclass(frozen=True)
class NoticeView:
    """The fields of the rule and nothing else: no birth date, no identity or passport number."""

    title: str
    unit: str
    after: bool
    facts: list[tuple[str, str]]
    people: list[tuple[str, str]]
    """(name, unit and post) of the members whom this notice names."""
    others: list[tuple[str, int]]
    """(unit, head count) of the rest of the group."""
    programme: list[tuple[str, str]]
    since: str
    until: str
    places: str


def notice_view(notice: InternalNotice, title: str) -> NoticeView:
    shown = notice.shown
    people, hidden = _people(shown)
    others = [(str(one["unit"]), int(one["count"])) for one in shown.get("others") or []] + hidden
    return NoticeView(
        title=title,
        unit=notice.unit.name,
        after=notice.phase == InternalNotice.Phase.AFTER,
        facts=[(label, value) for label, value in _facts(shown) if value],
        people=people,
        others=others,
        programme=_programme(shown),
        since=day_text(notice.since),
        until=day_text(notice.until),
        places=joined(place_words()[code] for code in notice.places if code in place_words()),
    )


def place_words() -> dict[str, str]:
    return {"intranet": _("内网"), "notice_board": _("公示栏"), "meeting": _("会议"), "other": _("其他")}


def _people(shown: dict[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, int]]]:
    """Whoever the reader may not see is counted with the unit, as on the notice of another sending unit."""
    ids = [str(one) for one in shown.get("members") or []]
    names = {str(row.pk): row.name for row in Traveller.objects.filter(pk__in=_uuids(ids))}
    units, posts = shown.get("units") or [], shown.get("posts") or []
    people: list[tuple[str, str]] = []
    counted: dict[str, int] = {}
    for place, member in enumerate(ids):
        unit = str((units[place] if place < len(units) else "") or "")
        post = str((posts[place] if place < len(posts) else "") or "")
        if member in names:
            people.append((names[member], f"{unit} {post}".strip()))
        else:
            counted[unit] = counted.get(unit, 0) + 1
    return people, list(counted.items())


def _uuids(ids: list[str]) -> list[str]:
    found = []
    for one in ids:
        try:
            found.append(str(uuid.UUID(one)))
        except ValueError:
            continue
    return found


def _facts(shown: dict[str, Any]) -> list[tuple[str, str]]:
    route = shown.get("route") or []
    days = route[-1] if route and len(route[-1]) == 2 else [None, None]
    stops = [stop for stop in route if len(stop) == 4]
    total = shown.get("budget")
    funding = shown.get("funding") or ["", []]
    paid_by = joined(PAYERS.get(code, code) for code in funding[1] if code)
    facts = [
        (_("任务"), str(shown.get("task") or "")),
        (_("离境"), str(days[0] or "")),
        (_("返回"), str(days[1] or "")),
        (
            _("国家和地区"),
            joined(dict.fromkeys(place_name(str(code)) for code in shown.get("countries") or [] if code)),
        ),
        (_("行程"), joined((_stop(stop) for stop in stops), "；")),
        (_("邀请方"), joined(str(one) for one in shown.get("invitation") or [] if one)),
        (_("经费预算"), money_text(Money(_amount(total), "CNY")) if total not in (None, "") else ""),
        (_("经费来源"), str(funding[0] or "") or paid_by),
    ]
    if shown.get("share"):
        facts.append((_("本单位承担"), money_text(Money(_amount(shown["share"]), "CNY"))))
    for label, key in ((_("实际执行"), "executed"), (_("与批准不同之处"), "differences"), (_("出访报告"), "report")):
        if shown.get(key):
            facts.append((label, str(shown[key])))
    return facts


def _amount(value: Any) -> Any:
    from decimal import Decimal

    return Decimal(str(value))


def _stop(stop: list[Any]) -> str:
    country, city, arrive, leave = stop
    place = " ".join(part for part in (place_name(str(country or "")), str(city or "")) if part)
    return f"{place} {arrive}—{leave}" if arrive and leave else place


def _programme(shown: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(line[0] or ""), str(line[2] or "")) for line in shown.get("programme") or [] if len(line) == 3]


PAGE = 30


@dataclass(frozen=True)
class NoticePage:
    rows: Sequence[InternalNotice]
    next: str
    state: str
    phase: str
    sort: str

    @property
    def query(self) -> str:
        """What the page shows, as an address: for the export and the next page."""
        return f"state={self.state}&phase={self.phase}&sort={self.sort}"


STATES = ("showing", "hanging", "answer", "all")


def notice_page(*, state: str, phase: str, after: str, sort: str = "") -> NoticePage:
    """One page by key; `after` is the id of the last row of the page before. An unknown filter is none."""
    state = state if state in STATES else "showing"
    phase = phase if phase in InternalNotice.Phase.values else ""
    sort = "until" if sort == "until" else ""
    rows = notices_of(state=state, phase=phase, sort=sort)
    last = InternalNotice.objects.filter(pk__in=_uuids([after])).first()
    if last is not None and sort:
        rows = rows.filter(Q(until__gt=last.until) | Q(until=last.until, id__gt=last.pk))
    elif last is not None:
        rows = rows.filter(Q(until__lt=last.until) | Q(until=last.until, id__lt=last.pk))
    found = list(rows[: PAGE + 1])
    return NoticePage(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "", state, phase, sort)


def notices_of(*, state: str, phase: str, sort: str) -> QuerySet[InternalNotice]:
    """Those that the reader sees; the last to end first, or with `sort` the first."""
    order = ("until", "id") if sort else ("-until", "-id")
    rows = InternalNotice.objects.filter(replaced=False).select_related("unit").order_by(*order)
    day = today()
    if state == "showing":
        rows = rows.filter(since__lte=day, until__gte=day)
    elif state == "hanging":
        rows = rows.filter(until__lt=day, taken_down_on=None)
    elif state == "answer":
        rows = rows.filter(unanswered__gt=0)
    if phase:
        rows = rows.filter(phase=phase)
    return rows
