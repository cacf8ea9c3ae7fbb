"""抄录页: the dossier in the order and the words of the outside system's form, as the office has written it down.

One line of the setting is one box: what the outside form calls it, a bar, and the name of a value of ours. The names
are a closed list, so that nothing else of a trip can be sent there.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.offices.errors import CannotError
from waiban.core.offices.queries import setting
from waiban.core.offices.settings import Kind, Setting
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.papers.forms import cards_of, plain_values

BOXES = "outside.form"
NAMES = (
    "unit", "title_text", "kind", "organising", "people", "leader_name", "leader_post", "leader_rank", "purpose",
    "depart", "return_day", "days", "places", "route", "transit", "inviters", "total", "payers", "budget_source",
    "plan", "quota", "notice", "contact_person", "application_day", "case_number", "approval_number", "members_text",
)  # fmt: skip
DEFAULT = """\
团组名称|title_text
组团单位|unit
组团方式|organising
出访类别|kind
出访人数|people
团长姓名|leader_name
团长职务|leader_post
团长级别|leader_rank
离境日期|depart
入境日期|return_day
在外天数|days
前往国家（地区）|places
出访路线|route
邀请单位|inviters
出访任务|purpose
费用来源|payers
经费合计|total
团组人员|members_text"""


def check_boxes(text: str) -> None:
    for place, line in enumerate(text.splitlines(), 1):
        if line.strip() and (line.count("|") != 1 or line.partition("|")[2].strip() not in NAMES):
            raise CannotError(
                _("第 %(n)d 行写成“外部栏名|本系统字段”，字段只能是：%(names)s")
                % {"n": place, "names": "、".join(NAMES)}
            )


SETTINGS = (
    Setting(
        BOXES, Kind.TEXT, DEFAULT, gettext_lazy("外部系统填报栏"), gettext_lazy("抄录"), longest=6000, check=check_boxes,
        help=gettext_lazy("按外部系统的次序和叫法，一行一栏：栏名|字段"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    value: str


def boxes_of(trip: Trip) -> list[Box]:
    """In the outside form's order; what isn't stated is empty, never guessed."""
    given = plain_values(cards_of(trip))
    found = []
    for line in str(setting(trip.office_id, BOXES)).splitlines():
        label, _bar, name = line.partition("|")
        if label.strip():
            found.append(Box(label.strip(), given.get(name.strip()) or ""))
    return found
