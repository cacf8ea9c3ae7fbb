"""What must be there before a step may be done. Each refusal says what is missing and where to mend it."""

from datetime import date

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.ui.format import joined
from waiban.domains.outbound.check import STAGE_OF_STEP, check, stops, waits_for
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, InternalNotice, Trip
from waiban.domains.outbound.relevant import changed_since
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
    if trip.channel == Trip.Channel.TAIWAN:
        raise CannotError(_("赴台由市台办办理，不走外办审批"), "/stops")
    filed = {member for members in members_by_body(trip).values() for member in members}
    for place, member in enumerate(trip.dossier.get("members") or []):
        if str(member.get("id")) not in filed:
            raise CannotError(
                _("第 %(n)d 人没有可备案的组织人事岗，请先设岗或改干部管理权限") % {"n": place + 1},
                f"/members/{place}/managed_by",
            )


NAMES = {
    "/title": gettext_lazy("团组名称"),
    "/depart": gettext_lazy("离境日期"),
    "/return": gettext_lazy("入境日期"),
    "/members": gettext_lazy("人员"),
    "/stops": gettext_lazy("前往国家和地区"),
}


def _notice(trip: Trip, item: WorkItem) -> None:
    notice = InternalNotice.objects.filter(trip=trip, unit_id=item.entry, replaced=False).first()
    if notice is None:
        raise CannotError(_("请先登记公示：地点、起止和内容"))
    if notice.until > today():
        raise CannotError(_("公示到 %(day)s 才结束") % {"day": notice.until})
    if notice.objections is None:
        raise CannotError(_("请登记公示结果：有无异议"))
    if notice.objections and not notice.result:
        raise CannotError(_("有异议的，请写明处理结果"))


def has_request(trip: Trip) -> bool:
    """The unit's stamped request, scanned, with its number."""
    requests = Attachment.objects.filter(trip=trip, kind=Attachment.Kind.REQUEST, removed_at=None)
    return requests.exclude(number="").exists()


def _submit(trip: Trip, _item: WorkItem) -> None:
    if trip.unread:
        raise CannotError(_("还有没读懂的填写，请先改好"), next(iter(trip.unread)))
    if trip.recheck:
        papers = joined(str(PAPERS[paper]) for paper in trip.recheck)
        raise CannotError(_("采用改法后须重新核对：%(papers)s") % {"papers": papers})
    if not has_request(trip):
        raise CannotError(_("请上传盖章的单位请示并填文号"), "/attachments/request")
    for unit in notice_units(trip):
        notice = InternalNotice.objects.filter(trip=trip, unit=unit, replaced=False).first()
        if notice is None:
            raise CannotError(_("%(unit)s还没有公示") % {"unit": unit.name})
        changed = changed_since(notice.shown, trip.dossier)
        if changed:
            what = joined(str(CONTENTS[name]) for name in changed)
            raise CannotError(_("公示后改了：%(what)s。请退回公示环节重新公示") % {"what": what})
    judgement = check(trip, "submit")
    _refuse_if(stops(judgement))
    _refuse_if(waits_for(judgement, "applicant"))


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
    _refuse_if(stops(judgement))
    _refuse_if(waits_for(judgement, "desk"))


def _decide(trip: Trip, item: WorkItem) -> None:
    _refuse_if(stops(check(trip, STAGE_OF_STEP[item.step])))


def _papers(trip: Trip, item: WorkItem) -> None:
    judgement = check(trip, STAGE_OF_STEP[item.step])
    _refuse_if(stops(judgement))
    _refuse_if(waits_for(judgement, "approver", "personnel"))


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


GATES = {
    "start": _start,
    "notice": _notice,
    "submit": _submit,
    "desk_review": _desk,
    "section_review": _decide,
    "head_review": _decide,
    "approve": _decide,
    "report_upward": _decide,
    "travel_papers": _papers,
    "come_back": _come_back,
    "report": _report,
}


def _refuse_if(findings: list[Finding]) -> None:
    if findings:
        english = (get_language() or "").startswith("en")
        texts = [finding.text_en if english else finding.text_zh for finding in findings]
        more = _("（另有 %(n)d 项）") % {"n": len(texts) - 1} if len(texts) > 1 else ""
        raise CannotError(texts[0] + more, (findings[0].paths or [""])[0])
