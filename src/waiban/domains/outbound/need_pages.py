"""Rows and cells of the board 护照签证办理, put into words once, before the template."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.ui.format import joined, short_day_text
from waiban.domains.outbound.actions.progress_need import points_of
from waiban.domains.outbound.entering import Point
from waiban.domains.outbound.models import PaperNeed
from waiban.domains.outbound.needs import is_late, is_stale
from waiban.domains.outbound.texts import place_name
from waiban.dossiers.trip import Trip as TripValue

Answer, State = PaperNeed.Answer, PaperNeed.State
MARKS = {
    "not_stated": "attest", "not_needed": "void", "to_do": "todo", "booked": "ring-2", "submitted": "ring-5",
    "more_asked": "warn", "issued": "met", "refused": "block", "called_off": "void",
}  # fmt: skip
BASIS = {
    "no_rule": gettext_lazy("入境要求没有录入，由经办确认"),
    "none_held": gettext_lazy("没有登记有效证件"),
    "held": gettext_lazy("已有，返回后仍有效 6 个月"),
    "expires_soon": gettext_lazy("已有的返回后不足 6 个月到期"),
    "expiry_unknown": gettext_lazy("已有，有效期没有登记"),
    "regions": gettext_lazy("赴港澳须有通行证和签注"),
    "visa_free": gettext_lazy("有免签或电子签国家"),
    "all_visas": gettext_lazy("各国都办签证"),
}
POINTS = {
    "name": gettext_lazy("姓名"),
    "validity": gettext_lazy("有效期"),
    "entries": gettext_lazy("入境次数"),
    "stay": gettext_lazy("停留天数"),
}


def status(row: PaperNeed) -> tuple[str, str]:
    """What to show of the paper now: a mark and words."""
    if row.state == State.TO_DO and row.answer != Answer.NEEDED:
        return MARKS[row.answer], str(row.get_answer_display())
    return MARKS[row.state], str(row.get_state_display())


def paper_name(row: PaperNeed) -> str:
    places = joined(place_name(code) for code in row.countries)
    return f"{row.get_kind_display()} {places}".strip()


def basis(row: PaperNeed) -> str:
    """Why the suggestion: a code of ours in the reader's language, or the source as the office entered it."""
    if not row.suggested_by:
        return ""
    return str(BASIS.get(row.suggested_by, row.suggested_by))


def need_row(row: PaperNeed, safe: date | None, on: date, value: TripValue | None = None) -> dict[str, Any]:
    mark, words = status(row)
    return {
        "pk": row.pk,
        "url": reverse("outbound:paper_need", args=[row.pk]),
        "who": row.traveller.name,
        "kind": row.kind,
        "paper": paper_name(row),
        "mark": mark,
        "state": words,
        "suggested": str(row.get_suggested_display()) if _has_suggestion(row) else "",
        "basis": basis(row) if row.answer == Answer.NOT_STATED else row.answer_words,
        "day": _day_of(row),
        "batch": f"{row.batch.year}-{row.batch.serial}" if row.batch else "",
        "late": is_late(row, safe, on),
        "safe": short_day_text(safe) if safe else "",
        "stale": is_stale(row, value),
        "trouble": row.state in (State.REFUSED, State.MORE_ASKED),
        "mismatch": row.mismatch_words,
    }


def _has_suggestion(row: PaperNeed) -> bool:
    return row.answer == Answer.NOT_STATED and row.suggested != Answer.NOT_STATED and row.state == State.TO_DO


def _day_of(row: PaperNeed) -> str:
    match row.state:
        case State.BOOKED:
            return _("%(day)s 预约") % {"day": row.booked_on.isoformat()} if row.booked_on else ""
        case State.SUBMITTED:
            return _("%(day)s 送办") % {"day": row.submitted_on.isoformat()} if row.submitted_on else ""
        case State.MORE_ASKED:
            return row.asked_words
        case State.ISSUED:
            return _("%(day)s 到期") % {"day": row.valid_until.isoformat()} if row.valid_until else ""
        case State.REFUSED | State.CALLED_OFF:
            return row.ended_words
    return ""


def board_rows(rows: Iterable[PaperNeed], safe: Mapping[uuid.UUID, date | None], on: date) -> list[dict[str, Any]]:
    return [
        need_row(row, safe.get(row.trip_id), on)
        | {
            "trip": str(row.trip),
            "trip_url": reverse("outbound:papers_visas", args=[row.trip_id]),
            "unit": row.trip.unit.short_name or row.trip.unit.name,
            "depart": short_day_text(row.trip.depart, weekday=True) if row.trip.depart else "—",
        }
        for row in rows
    ]


def grid(
    rows: list[PaperNeed], *, names: Mapping[str, str], safe: date | None, on: date, value: TripValue | None
) -> list[dict[str, Any]]:
    """A line a member, in the order of the approved list; members who left the group come last while papers are open."""
    mine: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        mine.setdefault(str(row.traveller_id), []).append(need_row(row, safe, on, value))
    ids = [str(member.id) for member in (value.members or [] if value else []) if member.id]
    ids += [one for one in mine if one not in ids]
    return [{"id": one, "name": names.get(one, "—"), "needs": mine.get(one, [])} for one in ids]


def points(row: PaperNeed) -> list[dict[str, str]]:
    """The issued visa against the route, a line a point."""
    if row.state != State.ISSUED or row.kind not in (PaperNeed.Kind.VISA, PaperNeed.Kind.ENDORSEMENT):
        return []
    return [{"name": str(POINTS[point.code]), "kind": _kind(point), "says": _says(point)} for point in points_of(row)]


def _kind(point: Point) -> str:
    return {"met": "met", "not_met": "block", "not_stated": "attest"}[point.answer]


def _says(point: Point) -> str:
    values = {key: "—" if value is None else str(value) for key, value in point.values.items()}
    match point.code, point.answer:
        case "name", "met":
            return _("和本人拼音一致")
        case "name", "not_met":
            return _("和本人拼音不一致")
        case "name", _other:
            return _("没有抄证上姓名，或本人拼音没有录入")
        case "validity", _answer:
            return _("证上 %(since)s 至 %(until)s，行程 %(first)s 至 %(last)s") % values
        case "entries", _answer:
            allowed = _("多次") if values["entries"] == "0" else values["entries"]
            return _("证上 %(entries)s 次，行程要 %(needed)s 次") % (values | {"entries": allowed})
        case "stay", "not_stated":
            if values["longest"] == "—":
                return _("停留天数或行程日期没有填全")
            return _("证上 %(allowed)s 天；单次最长 %(longest)s 天，合计 %(all)s 天，按哪种算由经办确认") % values
        case _:
            return _("证上 %(allowed)s 天；单次最长 %(longest)s 天，合计 %(all)s 天") % values
