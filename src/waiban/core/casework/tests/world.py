"""A small office in which cases are walked by people at posts. The subject is a memo: the smallest thing
a case can be about, with a text, a relevant figure, and two variables.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from waiban.core.access.keys import readers
from waiban.core.access.principals import Principal, acting_as
from waiban.core.casework import subjects
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.actions.publish_release import seed_release
from waiban.core.casework.engine.model import Step
from waiban.core.casework.models import Case, Decision, WorkItem
from waiban.core.offices.models import Office
from waiban.core.people.models import Account, Appointment, Post, Substitute, Unit
from waiban.core.people.principals import principal_of, system
from waiban.kernel.ids import uuid7

TRIP = Path(__file__).parents[3] / "domains/outbound/processes/trip/1/trip.bpmn"
MONDAY = date(2026, 11, 2)
ROLES = {
    "officer": ("designated_officer", "unit"), "finance": ("unit_finance", "unit"), "head": ("unit_head", "unit"),
    "desk": ("desk_officer", "office"), "desk2": ("desk_officer", "office"), "section": ("section_head", "office"),
    "director": ("office_head", "office"), "leader": ("city_leader", "government"),
    "personnel": ("personnel_body", "organisation"), "stranger": ("designated_officer", "elsewhere"),
}  # fmt: skip


NAMES = {"desk": "经办一", "desk2": "经办二"}


@dataclass
class Memo:
    """What the test's cases are about. Kept in memory: casework never looks into its subject."""

    text: str = "赴日本洽谈"
    figure: int = 5
    authority: str | None = "own"
    moves: list[subjects.Move] = field(default_factory=list)


@dataclass
class World:
    office: Office
    units: dict[str, Unit]
    posts: dict[str, Post]
    accounts: dict[str, Account]
    memos: dict[uuid.UUID, Memo]

    def principal(self, who: str) -> Principal:
        return principal_of(self.accounts[who].pk)

    @contextmanager
    def as_(self, who: str) -> Iterator[Principal]:
        with acting_as(self.principal(who)) as principal:
            yield principal

    @contextmanager
    def as_system(self) -> Iterator[Principal]:
        with acting_as(system(self.office.pk, "test")) as principal:
            yield principal

    def open(self, who: str = "officer", memo: Memo | None = None, *, on: date = MONDAY) -> Case:
        subject_id = uuid7()
        self.memos[subject_id] = memo or Memo()
        with self.as_(who):
            return open_case(
                "memo", subject_id, applicant_post=self.posts[who], number=f"云外案〔2026〕{len(self.memos)}号",
                title="赴日本经贸洽谈", detail="5 人", destination="日本", on=on,
            )  # fmt: skip

    def memo(self, case: Case) -> Memo:
        return self.memos[case.subject_id]

    def item(self, case: Case, step: str, *, nature: str = "step") -> WorkItem:
        with self.as_system():
            return WorkItem.objects.get(case=case, step=step, state="open", nature=nature)

    def do(self, case: Case, who: str, step: str, outcome: str = "", *, on: date = MONDAY, **rest: object) -> Decision:
        item = self.item(case, step)
        best = "agree" if item.kind in ("review", "approve", "outside", "file") else "done"
        with self.as_(who):
            return decide(item.pk, outcome or best, on=on, **rest)

    def walk(self, case: Case, *steps: str, on: date = MONDAY) -> None:
        """Each step by whoever holds it, with its best outcome."""
        for step in steps:
            self.do(case, WHO[step], step, on=on)

    def fresh(self, case: Case) -> Case:
        with self.as_system():
            return Case.objects.select_related("unit", "office").get(pk=case.pk)


WHO = {
    "start": "officer", "finance_review": "finance", "notice": "officer", "unit_approval": "head", "submit": "officer",
    "accept": "desk", "desk_review": "desk", "section_review": "section", "head_review": "director",
    "approve": "leader", "issue_permit": "desk", "report_upward": "desk", "outside_approval": "desk",
    "personnel_filing": "personnel", "travel_papers": "desk", "depart": "desk", "come_back": "officer",
    "report": "officer", "close": "desk",
}  # fmt: skip
TO_OFFICE = ("start", "finance_review", "notice", "unit_approval", "submit")
TO_APPROVAL = (*TO_OFFICE, "accept", "desk_review", "section_review", "head_review")


def make_world(slug: str = "yt") -> World:
    """An office with a process, units, one post and one account a role, and the memo subject."""
    office = Office.objects.create(
        slug=slug, name="云汀市外办", name_en="Yunting", short_name="云外", city="云汀市", city_en="Yunting",
        law_path="cn/nation",
    )  # fmt: skip
    world = World(office, {}, {}, {}, {})
    with world.as_system():
        everybody = readers(office.pk, staff=True)
        for name in ("unit", "office", "government", "organisation", "elsewhere"):
            world.units[name] = Unit.objects.create(
                office=office, name=f"{name}单位", short_name=name, kind="government", is_office=name == "office",
                readers=everybody,
            )  # fmt: skip
        for who, (role, unit) in ROLES.items():
            world.posts[who] = Post.objects.create(
                office=office, unit=world.units[unit], role=role, name=f"{NAMES.get(who, who)}岗",
                office_wide=unit == "office", readers=everybody,
            )  # fmt: skip
            add_account(world, who, world.posts[who])
        seed_release(office.pk, "trip", TRIP.read_text(encoding="utf-8"), reason="默认流程")
    register(world)
    return world


def add_account(world: World, who: str, post: Post | None = None) -> Account:
    account = Account.objects.create(username=f"{world.office.slug}-{who}", name=f"{who}某")
    world.accounts[who] = account
    if post is not None:
        Appointment.objects.create(
            account=account, post=post, since=date(2020, 1, 1), readers=readers(world.office.pk, staff=True)
        )
    return account


def substitute(world: World, who: str, for_whom: str) -> None:
    with world.as_system():
        Substitute.objects.create(
            post=world.posts[for_whom], account=world.accounts[who], since=date(2020, 1, 1), until=date(2099, 1, 1),
            reason="出差", readers=readers(world.office.pk, staff=True),
        )  # fmt: skip


_worlds: dict[uuid.UUID, World] = {}


def register(world: World) -> None:
    _worlds[world.office.pk] = world
    subjects.register(SUBJECT)


def _memo(case: Case) -> Memo:
    return _worlds[case.office_id].memos[case.subject_id]


def _freeze(case: Case) -> subjects.Frozen:
    memo = _memo(case)
    content = json.dumps({"text": memo.text, "figure": memo.figure}, ensure_ascii=False, sort_keys=True)
    return subjects.Frozen(content, hashlib.sha256(str(memo.figure).encode()).hexdigest())


def _values(case: Case) -> dict[str, object]:
    memo = _memo(case)
    values: dict[str, object] = {"units": [str(case.unit_id)], "bodies": ["city"]}
    return values if memo.authority is None else {**values, "authority": memo.authority}


def _post_for(case: Case, step_id: str, step: Step, entry: str) -> Post | None:
    posts = _worlds[case.office_id].posts
    return {"notice": posts["officer"], "approve": posts["leader"], "personnel_filing": posts["personnel"]}.get(step_id)


SUBJECT = subjects.Subject(
    kind="memo", name="备忘", url_name="memo", freeze=_freeze, values=_values, post_for=_post_for,
    known=lambda _case, _item: subjects.Known([{"rule": "days", "answer": "met"}], "ab" * 32),
    moved=lambda case, move: _memo(case).moves.append(move),
)  # fmt: skip
