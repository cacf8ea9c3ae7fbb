"""The eight kinds of a finding and the states of a clock, each a shape, a word and a tone; never colour alone."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

FINDING_WORDS: dict[str, Promise] = {
    "block": _("不符"),
    "warn": _("提醒"),
    "attest": _("待确认"),
    "todo": _("待填"),
    "met": _("符合"),
    "exempt": _("豁免"),
    "later": _("以后"),
    "info": _("备注"),
}


def finding_kind(answer: str, level: str) -> str:
    """The kind that a finding of the rulebook is shown as, from its `answer` and `level`."""
    if answer == "not_met":
        return level
    if answer == "not_stated":
        return "attest" if level == "attest" else "todo"
    return {"met": "met", "exempt": "exempt", "due_later": "later"}.get(answer, "info")


@dataclass(frozen=True, slots=True)
class ClockFace:
    """`kind` is overdue, today, soon, running, paused or done; `shape` the name of its picture."""

    kind: str
    shape: str
    text: str


def clock_face(due: date | None, today: date, left: int | None = None, total: int | None = None) -> ClockFace | None:
    """A running clock: `left` and `total` are working days; the ring fills with use. None where nothing is due."""
    if due is None:
        return None
    if due < today:
        days = (today - due).days
        return ClockFace("overdue", "overdue", ngettext("逾期 %(n)d 天", "逾期 %(n)d 天", days) % {"n": days})
    if due == today:
        return ClockFace("today", "warn", gettext("今天"))
    days = left if left is not None else (due - today).days
    share = 1 - days / total if total else 1 - days / 10
    eighths = min(8, max(0, round(share * 8)))
    return ClockFace("running", f"ring-{eighths}", ngettext("剩 %(n)d 天", "剩 %(n)d 天", days) % {"n": days})


def paused_face(holder: str = "") -> ClockFace:
    """`holder` says for whom the case waits; an empty one just says that the clock stands."""
    text = gettext("已暂停·%(holder)s") % {"holder": holder} if holder else gettext("已暂停")
    return ClockFace("paused", "paused", text)


def done_face(late: bool = False) -> ClockFace:
    return ClockFace("done", "met", gettext("逾期办结") if late else gettext("按时办结"))
