"""The picture that other systems give of a trip: for each kind the record that happened last."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.offices.errors import CannotError
from waiban.core.offices.queries import setting
from waiban.core.offices.settings import Kind, Setting
from waiban.domains.outbound.models import OutsideRecord, Trip

MAPPING = "outside.statuses"


def check_mapping(text: str) -> None:
    for place, line in enumerate(text.splitlines(), 1):
        _raw, _bar, mapped = line.partition("|")
        if line.strip() and mapped.strip() not in OutsideRecord.Mapped.values:
            raise CannotError(
                _("第 %(n)d 行写成“原状态|对应状态”，对应状态只能是：%(names)s")
                % {"n": place, "names": "、".join(OutsideRecord.Mapped.values)}
            )


SETTINGS = (
    Setting(
        MAPPING, Kind.TEXT, "已收件|received\n办理中|running\n要求补充|more_asked\n已批准|approved\n未批准|refused\n已办结|done",
        gettext_lazy("外部状态对照"), gettext_lazy("抄录"), longest=4000, check=check_mapping,
        help=gettext_lazy("一行一个：外部系统的原状态|对应状态；没有对照的照原样显示"),
    ),
)  # fmt: skip


def mapped(office: object, raw: str) -> str:
    """The office's own word for an outside status; empty where its table doesn't know it."""
    for line in str(setting(office, MAPPING)).splitlines():  # type: ignore[arg-type]
        known, _bar, word = line.partition("|")
        if known.strip() == raw.strip():
            return word.strip()
    return ""


def picture(trip: Trip) -> Mapping[str, OutsideRecord]:
    """By kind. Of the same day the one seen last; an older one that arrived later changes nothing."""
    newest: dict[str, OutsideRecord] = {}
    for row in OutsideRecord.objects.filter(trip=trip).order_by("kind", "-happened_on", "-seen_at"):
        newest.setdefault(row.kind, row)
    return newest


def approval_to_record(trip: Trip) -> OutsideRecord | None:
    """待录批件: another system says approved, and nobody has recorded the paper yet."""
    if trip.state not in (Trip.State.FORWARDED, Trip.State.IN_APPROVAL):
        return None
    seen = picture(trip).get(OutsideRecord.Kind.APPROVAL)
    return seen if seen and seen.mapped == OutsideRecord.Mapped.APPROVED else None
