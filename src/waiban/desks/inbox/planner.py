"""What a unit that has nothing under way needs: three first acts, and latest days counted back from a wanted one."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.models import Case, ProcessRelease
from waiban.core.offices.queries import settings_for
from waiban.core.offices.settings import Kind, Setting
from waiban.core.people.models import Traveller
from waiban.core.places.calendar import work_calendar
from waiban.core.ui.format import short_day_text

VISA, PASSPORT, NOTICE = "planner.visa_workdays", "planner.passport_workdays", "planner.notice_workdays"
SETTINGS = (
    Setting(
        VISA,
        Kind.NUMBER,
        20,
        _("签证预留工作日"),
        _("倒推"),
        help=_("以使馆为准，这里只供倒推"),
        at_least=0,
        at_most=120,
    ),
    # An official passport is issued within five working days (outbound-process, step 10).
    Setting(PASSPORT, Kind.NUMBER, 5, _("护照预留工作日"), _("倒推"), at_least=0, at_most=60),
    # Public notice, both end days counted (readings §8).
    Setting(NOTICE, Kind.NUMBER, 5, _("公示工作日"), _("倒推"), at_least=1, at_most=60),
)


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
    office = current_principal().office
    if office is None:
        return None
    release = ProcessRelease.objects.filter(office=office, process="trip").order_by("-number").first()
    if release is None:
        return None
    kept = settings_for(office, [VISA, PASSPORT, NOTICE])
    calendar = work_calendar()
    visa_day = calendar.add_workdays(depart, -kept[VISA])
    permit_day = calendar.add_workdays(visa_day, -kept[PASSPORT])
    submit_day = calendar.add_workdays(permit_day, -_office_workdays(release.sha256, release.bpmn))
    notice_day = calendar.add_workdays(submit_day, -kept[NOTICE])
    days = (
        (gettext("最晚开始公示"), notice_day),
        (gettext("最晚单位报出"), submit_day),
        (gettext("最晚取得批件"), permit_day),
        (gettext("最晚送签证"), visa_day),
    )
    note = gettext("签证预留 %(visa)d 个工作日，护照 %(passport)d 个，以使馆和发照机关为准。") % {
        "visa": kept[VISA],
        "passport": kept[PASSPORT],
    }
    if calendar.is_provisional(notice_day, depart):
        note += gettext("%(year)d 年节假日未公布，日期暂定。") % {"year": depart.year}
    written = tuple((what, short_day_text(day, weekday=True)) for what, day in days)
    return Plan(written, note, past=notice_day < today)


@lru_cache(maxsize=16)
def _office_workdays(sha256: str, bpmn: str) -> int:  # noqa: ARG001 - the digest is the key that is cheap to compare
    """Working days from the office's acceptance to the approval in hand, as the published process sets them."""
    process = parse(bpmn)
    steps = [node.step for node in process.tasks.values() if node.step and node.step.workdays]
    total = 0
    for stage in ("office", "approve", "permit"):
        days = [step.workdays or 0 for step in steps if step.stage == stage]
        # Steps of the office follow one another; those of the other stages are alternatives.
        total += sum(days) if stage == "office" else max(days, default=0)
    return total
