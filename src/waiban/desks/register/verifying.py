"""Verify the office's register from the auditor's screen: long work whose result is a short report."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.audit.verify import Report, verify_office
from waiban.core.files.actions.keep import keep
from waiban.core.jobs.registry import Result
from waiban.core.jobs.run import Run
from waiban.core.offices.models import Office

KIND = "register.verify"


def verify(run: Run) -> Result:
    report = verify_office(run.office_id, tell=lambda done, of: run.progress(done, max(done, of)))
    office = Office.objects.get(pk=run.office_id)
    now = datetime.now(ZoneInfo(office.time_zone))
    made = keep(
        "\n".join([office.name, f"{now:%Y-%m-%d %H:%M}", *lines_of(report), ""]).encode("utf-8-sig"),
        name=_("登记核验-%(day)s.txt") % {"day": now.date().isoformat()},
        content_type="text/plain; charset=utf-8",
        office_id=run.office_id,
        readers=run.readers,
        kind="register_report",
    )
    record(
        KIND, current_principal(), subject=("register", None), office=run.office_id, readers=run.readers,
        data={"count": report.count, "problems": len(report.problems)},
    )  # fmt: skip
    return Result(made.pk, made.sha256, made.name)


def lines_of(report: Report) -> list[str]:
    """For people: how much was looked at, what is wrong and where, what is not sealed yet."""
    lines = [ngettext("已封存 %(n)d 条", "已封存 %(n)d 条", report.count) % {"n": report.count}]
    if report.head:
        lines.append(
            _("末条摘要 %(digest)s，公钥指纹 %(key)s") % {"digest": report.head.digest, "key": report.head.key}
        )
    if report.unsealed and report.unsealed_for:
        said = {"n": report.unsealed, "minutes": int(report.unsealed_for.total_seconds() // 60)}
        lines.append(_("尚未封存 %(n)d 条，最早一条已等 %(minutes)d 分钟") % said)
    names = {
        "changed": _("内容被改"),
        "removed": _("被删"),
        "reordered": _("次序被换，或封存记录被改"),
        "cut": _("末尾被截"),
        "forged": _("签名不符"),
    }
    lines += [_("第 %(n)d 条：%(what)s") % {"n": one.number, "what": names[one.kind]} for one in report.problems]
    return lines if report.problems else [*lines, _("完整，没有发现改动")]
