"""What a unit that has nothing under way needs: three first acts, and latest days counted back from a wanted one."""

from dataclasses import dataclass
from datetime import date

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.casework.models import Case
from waiban.core.offices.models import Office
from waiban.core.people.models import Traveller
from waiban.core.ui.format import joined, short_day_text
from waiban.domains.outbound import api as outbound

SHOWN = {
    "notice": _("最晚公示期满"),
    "submit": _("最晚单位报出"),
    "issue_permit": _("最晚取得批件"),
    "outside_approval": _("最晚取得批件"),
    "travel_papers": _("最晚办好签证"),
}
"""Steps that a unit plans by, and what their last safe day is called."""


@dataclass(frozen=True, slots=True)
class Act:
    title: str
    text: str
    button: str
    url: str
    done: bool
    main: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """`days` are (what, latest day); the first is the one to watch. `past` says that it is too late."""

    days: tuple[tuple[str, str], ...]
    note: str
    past: bool


def first_acts() -> list[Act]:
    """Three acts for a unit that has never filed anything, or nothing for everybody else."""
    principal = current_principal()
    if not principal.may(Permission.TRIP_DRAFT):
        return []
    if Case.objects.filter(applicant_post__in=sorted(principal.posts)).exists():
        return []
    acts = [
        Act(
            gettext("核对本单位信息"),
            gettext("名称、岗位和经办的人。不对的请外办改。"),
            gettext("核对"),
            _url("people:units"),
            done=False,
            main=False,
        ),
        Act(
            gettext("录入常出访人员"),
            gettext("录一次，以后申报直接选。"),
            gettext("录入人员"),
            _url("people:travellers"),
            done=Traveller.objects.exists(),
            main=False,
        ),
        Act(
            gettext("开始第一份申报"),
            gettext("可以只填一半，随时保存。边填边查，不会一次报一堆错。"),
            gettext("新建申报"),
            _url("outbound:new"),
            done=False,
            main=True,
        ),
    ]
    return [act for act in acts if act.url]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def latest_days(depart: date, today: date) -> Plan | None:
    """Counted back in working days from the day of leaving; None where no process is published."""
    mine = current_principal().office
    office = Office.objects.filter(pk=mine).first() if mine else None
    found = outbound.latest_days(office, depart) if office else None
    if found is None:
        return None
    days = [(gettext(str(SHOWN[row.step])), row.day) for row in found.days if row.step in SHOWN]
    note = ""
    if found.assumed:
        steps = joined(f"{name} {count}" for name, count in found.assumed if count)
        note = gettext("没有本办统计的环节用默认工作日：%(steps)s；以使馆和发照机关为准。") % {"steps": steps}
    if found.provisional:
        note += gettext("%(year)d 年节假日未公布，日期暂定。") % {"year": depart.year}
    written = tuple((what, short_day_text(day, weekday=True)) for what, day in days)
    return Plan(written, note, past=any(day < today for _what, day in days))
