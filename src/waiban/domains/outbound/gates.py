"""What must be there before a step may be done. Each refusal says what is missing and where to mend it."""

from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.ui.format import joined
from waiban.domains.outbound.check import STAGE_OF_STEP, check, stops, waits_for
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, Deviation, InternalNotice, SendingPart, Trip
from waiban.domains.outbound.relevant import changed_since
from waiban.domains.outbound.roads import process_of, road_of
from waiban.domains.outbound.sending import (
    by_parts,
    own_dossier,
    parts_in_force,
    road_of_case,
    same_request,
    sending_units,
    units_of_members,
)
from waiban.domains.outbound.suspending import refuse_suspended
from waiban.domains.outbound.teams import members_by_body, notice_units
from waiban.dossiers.check import Finding

PAPERS = {
    "budget": gettext_lazy("预算"),
    "invitation": gettext_lazy("邀请函"),
    "notice": gettext_lazy("公示"),
    "programme": gettext_lazy("日程"),
    "ticket": gettext_lazy("机票"),
}


def before(trip: Trip, item: WorkItem, outcome: str) -> None:
    """Raises CannotError where the step can't be done with this outcome. A refusal or return is always open."""
    if item.nature != WorkItem.Nature.STEP or outcome in ("refuse", "send_back"):
        return
    gate = GATES.get(item.step)
    if gate:
        gate(trip, item)


def _start(trip: Trip, _item: WorkItem) -> None:
    if trip.unread:
        raise CannotError(_("还有没读懂的填写，请先改好"), next(iter(trip.unread)))
    for pointer, present in (
        ("/title", trip.title),
        ("/depart", trip.depart),
        ("/return", trip.return_on),
        ("/members", trip.head_count),
        ("/stops", trip.countries),
    ):
        if not present:
            raise CannotError(_("发起前请填写：%(what)s") % {"what": NAMES[pointer]}, pointer)
    if "TW" in trip.countries and len(trip.countries) > 1:
        raise CannotError(_("赴台与其他目的地请分别申报"), "/stops")
    _one_road(trip)
    filed = {member for members in members_by_body(trip).values() for member in members}
    for place, member in enumerate(trip.dossier.get("members") or []):
        if str(member.get("id")) not in filed:
            raise CannotError(
                _("第 %(n)d 人没有可备案的组织人事岗，请先设岗或改干部管理权限") % {"n": place + 1},
                f"/members/{place}/managed_by",
            )


def _one_road(trip: Trip) -> None:
    """The road is read off the dossier's own words; they must agree with whose people the travellers are."""
    road = process_of(value_of(trip.dossier))
    if road == "units":
        return
    units = units_of_members(trip)
    for place, member in enumerate(trip.dossier.get("members") or []):
        unit = units.get(str(member.get("id")))
        if unit is None or unit.pk == trip.unit_id:
            continue
        if road == "joined":
            raise CannotError(
                _("参加其他团组的，各派员单位分别申报；第 %(n)d 人请由其单位申报") % {"n": place + 1},
                f"/members/{place}/unit",
            )
        if road == "taiwan":
            raise CannotError(
                _("赴台由各派员单位分别申报；第 %(n)d 人请由其单位申报") % {"n": place + 1}, f"/members/{place}/unit"
            )
        raise CannotError(
            _("第 %(n)d 人是%(unit)s的人员，请把单位改成%(unit)s") % {"n": place + 1, "unit": unit.name},
            f"/members/{place}/unit",
        )


def _same_road(trip: Trip) -> None:
    """A change at submission that belongs on another road isn't carried on this one."""
    road, runs_on = road_of(value_of(trip.dossier)), road_of_case(trip)
    older = runs_on == "trip" and road.process in (
        "units",
        "hk_macao",
        "mixed",
        "academic",
        "state_enterprise",
        "training",
    )
    if road.process != runs_on and not older:
        raise CannotError(
            _("改动后应走“%(road)s”（%(why)s）。请撤回到发起，重新发起") % {"road": road.name, "why": road.why},
            "/stops",
        )


NAMES = {
    "/title": gettext_lazy("团组名称"),
    "/depart": gettext_lazy("离境日期"),
    "/return": gettext_lazy("入境日期"),
    "/members": gettext_lazy("人员"),
    "/stops": gettext_lazy("前往国家和地区"),
}


def _notice(trip: Trip, item: WorkItem) -> None:
    notice_is_over(
        InternalNotice.objects.filter(
            trip=trip, unit_id=item.entry, phase=InternalNotice.Phase.BEFORE, replaced=False
        ).first()
    )


def notice_is_over(notice: InternalNotice | None) -> None:
    """Shown for its days, with its result, and whoever objected has an answer."""
    if notice is None:
        raise CannotError(_("请先登记公示：地点、起止和内容"))
    if notice.until > today():
        raise CannotError(_("公示到 %(day)s 才结束") % {"day": notice.until})
    if notice.objections is None:
        raise CannotError(_("请登记公示结果：有无异议"))
    if notice.objections and not notice.result:
        raise CannotError(_("有异议的，请写明处理结果"))
    _answered(notice)


def _answered(notice: InternalNotice) -> None:
    if notice.unanswered:
        raise CannotError(
            _("%(unit)s公示收到的异议还有 %(n)d 件没有答复") % {"unit": notice.unit.name, "n": notice.unanswered}
        )


def _consult(trip: Trip, _item: WorkItem) -> None:
    """Every sending unit has agreed to what the dossier now says; whoever refused has nobody left in it."""
    _one_road(trip)
    parts = {part.unit_id: part for part in parts_in_force(trip)}
    for unit in sending_units(trip):
        part = parts.get(unit.pk)
        if part is None:
            raise CannotError(_("还没有征询%(unit)s") % {"unit": unit.name})
        if part.state == SendingPart.State.REFUSED:
            raise CannotError(
                _("%(unit)s不同意派员（%(why)s）。请减员，或换人后重新征询")
                % {"unit": unit.name, "why": part.reason or "—"},
                "/members",
            )
        if not same_request(part, trip):
            raise CannotError(_("征询后改了，请重新征询%(unit)s") % {"unit": unit.name})
        if part.state == SendingPart.State.ASKED:
            raise CannotError(_("%(unit)s还没有答复") % {"unit": unit.name})


def _parts_ready(trip: Trip) -> None:
    """Submission waits for every sending unit: consent, plan, notice, money and filing, each for its own people."""
    parts = {part.unit_id: part for part in parts_in_force(trip)}
    for unit in sending_units(trip):
        part = parts.get(unit.pk)
        if part is None or part.state != SendingPart.State.READY:
            state = part.get_state_display() if part else _("未征询")
            raise CannotError(_("%(unit)s还没有办齐：%(state)s") % {"unit": unit.name, "state": state}, "/members")
        if not same_request(part, trip):
            raise CannotError(_("征询后改了，请退回征询环节重新征询%(unit)s") % {"unit": unit.name})
        notice = InternalNotice.objects.filter(part=part, phase=InternalNotice.Phase.BEFORE, replaced=False).first()
        if notice is None:
            raise CannotError(_("%(unit)s还没有公示") % {"unit": unit.name})
        _unchanged(notice, own_dossier(trip, unit))
        _answered(notice)


def _unchanged(notice: InternalNotice, dossier: dict[str, Any]) -> None:
    changed = changed_since(notice.shown, dossier)
    if changed:
        what = joined(str(CONTENTS[name]) for name in changed)
        raise CannotError(_("公示后改了：%(what)s。请退回公示环节重新公示") % {"what": what})


def _recorded(trip: Trip, _item: WorkItem) -> None:
    """Only the deciding body's own number, date and scan approve."""
    approval = trip.dossier.get("approval") or {}
    scans = Attachment.objects.filter(trip=trip, kind=Attachment.Kind.OUTSIDE_APPROVAL, removed_at=None)
    if not approval.get("number") or not approval.get("on") or not scans.exists():
        raise CannotError(_("请录入批准机关的文号、日期和扫描件"))


def has_request(trip: Trip) -> bool:
    """The unit's stamped request, scanned, with its number."""
    requests = Attachment.objects.filter(trip=trip, kind=Attachment.Kind.REQUEST, removed_at=None)
    return requests.exclude(number="").exists()


def _submit(trip: Trip, _item: WorkItem) -> None:
    refuse_suspended(trip)
    if trip.unread:
        raise CannotError(_("还有没读懂的填写，请先改好"), next(iter(trip.unread)))
    if trip.recheck:
        papers = joined(str(PAPERS[paper]) for paper in trip.recheck)
        raise CannotError(_("采用改法后须重新核对：%(papers)s") % {"papers": papers})
    _same_road(trip)
    joins = str(trip.dossier.get("organising") or "").startswith("joins")
    consents = Attachment.objects.filter(trip=trip, kind=Attachment.Kind.CONSENT, removed_at=None)
    if joins and not consents.exists():
        raise CannotError(_("请上传组团方征求意见函和本单位答复"), "/attachments/consent")
    if not has_request(trip):
        raise CannotError(_("请上传盖章的单位请示并填文号"), "/attachments/request")
    for unit in notice_units(trip):
        notice = InternalNotice.objects.filter(
            trip=trip, unit=unit, phase=InternalNotice.Phase.BEFORE, replaced=False
        ).first()
        if notice is None:
            raise CannotError(_("%(unit)s还没有公示") % {"unit": unit.name})
        _unchanged(notice, trip.dossier)
        _answered(notice)
    if by_parts(trip):
        _parts_ready(trip)
    judgement = check(trip, "submit")
    refuse_if(stops(judgement))
    refuse_if(waits_for(judgement, "applicant"))


CONTENTS = {
    "members": gettext_lazy("人员"),
    "units": gettext_lazy("单位"),
    "posts": gettext_lazy("职务"),
    "countries": gettext_lazy("国家和地区"),
    "task": gettext_lazy("任务"),
    "programme": gettext_lazy("日程"),
    "route": gettext_lazy("路线"),
    "invitation": gettext_lazy("邀请方"),
    "host_profile": gettext_lazy("邀请方介绍"),
    "funding": gettext_lazy("经费来源"),
    "budget": gettext_lazy("预算"),
}


def _desk(trip: Trip, item: WorkItem) -> None:
    """The desk passes on nothing that blocks, nor anything that waits for its own word."""
    judgement = check(trip, STAGE_OF_STEP[item.step])
    refuse_if(stops(judgement))
    refuse_if(waits_for(judgement, "desk"))


def _decide(trip: Trip, item: WorkItem) -> None:
    refuse_if(stops(check(trip, STAGE_OF_STEP[item.step])))


def _papers(trip: Trip, item: WorkItem) -> None:
    judgement = check(trip, STAGE_OF_STEP[item.step])
    refuse_if(stops(judgement))
    refuse_if(waits_for(judgement, "approver", "personnel"))


def _come_back(trip: Trip, _item: WorkItem) -> None:
    after = trip.dossier.get("after") or {}
    if not after.get("left") or not after.get("came_back"):
        raise CannotError(_("请登记实际离境和入境日期"), "/after/came_back")
    if date.fromisoformat(after["came_back"]) > today():
        raise CannotError(_("入境日期在今天之后"), "/after/came_back")


def _report(trip: Trip, _item: WorkItem) -> None:
    report = Attachment.objects.filter(trip=trip, kind=Attachment.Kind.REPORT, removed_at=None)
    if not report.exists():
        raise CannotError(_("请上传出访报告"), "/after/report_filed")


def _close(trip: Trip, _item: WorkItem) -> None:
    """Where the trip went otherwise than approved, the office has said what it comes to."""
    if Deviation.objects.filter(trip=trip, replaced=False, verdict=Deviation.Verdict.OPEN).exists():
        raise CannotError(_("还有与批准不符的地方没有核定，请在“返回”页核定"), "/after/changes")


GATES = {
    "start": _start,
    "consult": _consult,
    "notice": _notice,
    "submit": _submit,
    "desk_review": _desk,
    "taiwan_review": _desk,
    "taiwan_decision": _recorded,
    "taiwan_upward": _decide,
    "outside_approval": _recorded,
    "section_review": _decide,
    "head_review": _decide,
    "approve": _decide,
    "report_upward": _decide,
    "travel_papers": _papers,
    "come_back": _come_back,
    "report": _report,
    "close": _close,
}


def refuse_if(findings: list[Finding]) -> None:
    if findings:
        english = (get_language() or "").startswith("en")
        texts = [finding.text_en if english else finding.text_zh for finding in findings]
        more = _("（另有 %(n)d 项）") % {"n": len(texts) - 1} if len(texts) > 1 else ""
        raise CannotError(texts[0] + more, (findings[0].paths or [""])[0])
