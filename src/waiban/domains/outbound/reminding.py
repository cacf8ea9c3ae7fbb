"""催办: each debt is counted from its own due day; one digest a person a working day (readings §10)."""

import uuid
from collections import defaultdict
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.principals import acting_as
from waiban.core.notify.models import Notice
from waiban.core.notify.outbox import enqueue
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.queries import settings_for
from waiban.core.offices.settings import Kind, Setting
from waiban.core.people.models import Post, Role
from waiban.core.people.principals import system
from waiban.core.people.queries import holder_of
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound import debts
from waiban.domains.outbound.models import Debt, DebtReminder

REMIND_ON, HEAD_FROM, LEADER_ON, LEADER = (
    "debts.remind_on", "debts.unit_head_from", "debts.list_to_leader_on", "debts.list_to",
)  # fmt: skip
SUSPEND, ARTICLE = "debts.suspend_unit", "debts.suspend_article"
DIGEST, LIST = "debt.digest", "debt.leader_list"
GROUP = gettext_lazy("返回后事项")


def offsets_of(text: str) -> list[int]:
    """`-3 0 7 15` in rising order. Raises ValueError for anything else than whole days."""
    return sorted({int(word) for word in text.replace("，", " ").replace(",", " ").split()})


def _check_offsets(text: str) -> None:
    try:
        offsets = offsets_of(text)
    except ValueError:
        raise CannotError(_("写整数天，用空格隔开，如 -3 0 7 15")) from None
    if not offsets or offsets[0] < -60 or offsets[-1] > 365:
        raise CannotError(_("提醒天数在到期前 60 天到到期后 365 天之间"))


SETTINGS = (
    Setting(
        REMIND_ON, Kind.TEXT, "-3 0 7 15", gettext_lazy("到期前后第几天提醒"), GROUP,
        help=gettext_lazy("负数是到期前；各事项按各自的到期日算"), check=_check_offsets,
    ),
    Setting(
        HEAD_FROM, Kind.NUMBER, 7, gettext_lazy("逾期几天起同时提醒单位负责人"), GROUP, at_least=0, at_most=365,
    ),
    Setting(
        LEADER_ON, Kind.NUMBER, 30, gettext_lazy("逾期几天列入给领导的清单"), GROUP, at_least=1, at_most=365,
        may_be_empty=True, help=gettext_lazy("空着就不列"),
    ),
    Setting(
        LEADER, Kind.CHOICE, "city_leader", gettext_lazy("清单给谁"), GROUP,
        choices=(("city_leader", gettext_lazy("市领导")), ("office_head", gettext_lazy("主任"))),
    ),
    Setting(
        SUSPEND, Kind.YES_NO, False, gettext_lazy("可以暂停受理逾期单位的新团组"), GROUP,
        help=gettext_lazy("各地做法不一；开启要同时写明依据。已报的案件照办"),
    ),
    Setting(ARTICLE, Kind.TEXT, "", gettext_lazy("暂停受理的依据"), GROUP, help=gettext_lazy("文件、文号和条款")),
)  # fmt: skip


def remind(office: Office, on: date) -> int:
    """Send what falls due to be said on a working day; on another day nothing. Gives the number of digests.

    What fell on a day off is said on the next working day, once; what would have fallen before the day after the
    return is left out; a debt that ended is never spoken of again.
    """
    if not work_calendar().is_workday(on) or office.practice:
        return 0
    with acting_as(system(office.pk, "reminders")):
        settled = settings_for(office, [REMIND_ON, HEAD_FROM, LEADER_ON, LEADER])
        offsets, leader_on = offsets_of(str(settings_text(settled[REMIND_ON]))), settled[LEADER_ON]
        head_from = int(settled[HEAD_FROM])
        to_say: dict[uuid.UUID, list[tuple[Debt, int]]] = defaultdict(list)
        listed: list[Debt] = []
        marks: list[DebtReminder] = []
        last = on + timedelta(days=max(0, -offsets[0]))
        for debt in debts.open_debts(due_by=last).filter(office=office).prefetch_related("reminders"):
            said = {row.offset for row in debt.reminders.all()}
            due = [one for one in offsets if _falls(debt, one, on) and one not in said]
            if due:
                to_say[debt.owing_unit_id].append((debt, max(due)))
                marks += [DebtReminder(debt=debt, offset=one, sent_on=on, readers=debt.readers) for one in due]
            if leader_on is not None and leader_on not in said and (on - debt.due_on).days >= leader_on:
                listed.append(debt)
                if leader_on not in due:
                    marks.append(DebtReminder(debt=debt, offset=leader_on, sent_on=on, readers=debt.readers))
        DebtReminder.objects.bulk_create(marks, ignore_conflicts=True)
        sent = _send_digests(office, to_say, head_from, on)
        _send_list(office, listed, str(settled[LEADER]), on)
        return sent


def settings_text(value: object) -> str:
    return "" if value is None else str(value)


def _falls(debt: Debt, offset: int, on: date) -> bool:
    day = debt.due_on + timedelta(days=offset)
    return day <= on and day > debt.came_back


def _send_digests(office: Office, to_say: dict[uuid.UUID, list[tuple[Debt, int]]], head_from: int, on: date) -> int:
    """By person: who holds two posts gets one digest, at the first of them."""
    for_person: dict[object, tuple[Post, dict[uuid.UUID, tuple[Debt, int]]]] = {}
    posts = Post.objects.filter(
        unit__in=to_say, role__in=[Role.DESIGNATED_OFFICER, Role.UNIT_HEAD], closed_on=None
    ).order_by("unit_id", "id")
    for post in posts:
        mine = [
            (debt, offset)
            for debt, offset in to_say[post.unit_id]
            if post.role == Role.DESIGNATED_OFFICER or offset >= head_from
        ]
        if not mine:
            continue
        holder = holder_of(post, on)
        _post, said = for_person.setdefault(holder.pk if holder else post.pk, (post, {}))
        said |= {debt.pk: (debt, offset) for debt, offset in mine}
    sent = 0
    for post, said in for_person.values():
        if _said_today(DIGEST, post, on):
            continue
        late = sum(1 for debt, _offset in said.values() if debt.due_on < on)
        enqueue(
            DIGEST, office=office.pk, to_posts=[post.pk], thread=office.pk,
            data={"n": len(said), "late": late, "day": on}, url=reverse("outbound:debts"),
        )  # fmt: skip
        sent += 1
    return sent


def _send_list(office: Office, listed: list[Debt], role: str, on: date) -> None:
    posts = Post.objects.filter(office=office, role=role, closed_on=None).order_by("id")
    wanted = [post.pk for post in posts if not _said_today(LIST, post, on)]
    if listed and wanted:
        units = len({debt.owing_unit_id for debt in listed})
        enqueue(
            LIST, office=office.pk, to_posts=wanted, thread=office.pk,
            data={"n": len(listed), "units": units, "day": on}, url=f"{reverse('outbound:debts')}?view=leader",
        )  # fmt: skip


def _said_today(event: str, post: Post, on: date) -> bool:
    return Notice.objects.filter(event=event, post_id=post.pk, data__day=on.isoformat()).exists()


def nightly(office: Office, on: date) -> int:
    """Documents that ran out, what is owed, what is said of it. Safe to run again: each thing happens once a day."""
    from waiban.domains.outbound.actions.end_document import expire_documents

    with acting_as(system(office.pk, "documents")):
        expire_documents(office.pk, on)
    debts.refresh_office(office.pk, on)
    return remind(office, on)
