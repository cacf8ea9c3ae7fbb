"""A practice area: an office of its own with the same units, posts, people at them, processes, settings and grants.

Nothing of it is anybody's work: its reader keys are its own, nothing leaves it, and who acts in it sees the real
office as little as the real office sees it (`people.principals`).
"""

import uuid
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.models import ProtectedModel
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import acting_as
from waiban.core.access.rows import protected_models
from waiban.core.audit.record import record
from waiban.core.casework.actions.publish_release import seed_release
from waiban.core.casework.models import ProcessRelease
from waiban.core.offices.actions.open_office import open_office
from waiban.core.offices.actions.record_grant import record_grant
from waiban.core.offices.actions.set_setting import set_setting
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Grant, Office, OfficeSetting
from waiban.core.offices.policies import require
from waiban.core.offices.queries import grants_in_force, today
from waiban.core.people.actions.add_post import add_post
from waiban.core.people.actions.add_unit import add_unit
from waiban.core.people.actions.appoint import appoint
from waiban.core.people.models import Account, Appointment, Post, Unit
from waiban.core.people.principals import system

KEPT = (Appointment, Grant, OfficeSetting, Post, ProcessRelease, Unit)
"""What makes the area an office stays when it is emptied."""
REASON = "练习区"


@dataclass(frozen=True, slots=True)
class Opened:
    office: Office
    units: int
    posts: int
    holders: int


def practice_of(office: Office) -> Office | None:
    return Office.objects.filter(practice_of=office).first()


@transaction.atomic
def open_practice(office: Office) -> Opened:
    """Make it, or bring it up to the office as it is now; asked again, it adds what is missing and takes nothing away."""
    principal = require("practice.open", Permission.OFFICE_SET, office.pk)
    if office.practice:
        raise CannotError(_("这里就是练习区"))
    units, posts, held, releases, settings = _as_it_is(office)
    area = practice_of(office)
    if area is None:
        with acting_as(system(office.pk, REASON)):
            area = open_office(
                slug=f"{office.slug}-practice"[:50], name=f"{office.name}（练习）"[:60], name_en=f"{office.name_en} (practice)"[:120],
                short_name=f"练{office.short_name}"[:20], city=office.city, city_en=office.city_en, law_path=office.law_path,
                time_zone=office.time_zone, practice=True, practice_of=office,
            )  # fmt: skip
    grants = grants_in_force(office, today(office))
    with acting_as(system(area.pk, REASON)):
        counted = _bring(area, units, posts, held)
        for process, bpmn in releases.items():
            if not ProcessRelease.objects.filter(office_id=area.pk, process=process, bpmn=bpmn).exists():
                seed_release(area.pk, process, bpmn, reason=REASON)
        for key, value in settings.items():
            last = OfficeSetting.objects.filter(office=area, key=key).order_by("-version").first()
            if last is None or last.value != value:
                set_setting(area, key, value, reason=REASON)
        for grant in grants:
            if not Grant.objects.filter(office=area, number=grant.number).exists():
                record_grant(
                    area, number=grant.number, by=grant.by, granted_on=grant.granted_on, since=grant.since,
                    until=grant.until, ranks=grant.ranks, channels=grant.channels, documents=grant.documents,
                    kinds=grant.kinds,
                )  # fmt: skip
    record(
        "practice.open", principal, subject=("office", area.pk), office=office.pk,
        readers=readers(office.pk, office=True),
        data={"units": counted.units, "posts": counted.posts, "holders": counted.holders},
    )  # fmt: skip
    return counted


def _as_it_is(
    office: Office,
) -> tuple[list[Unit], list[Post], list[Appointment], dict[str, str], dict[str, object]]:
    """Read by the platform: the head holds no key of the posts' settings in other rooms."""
    with acting_as(system(office.pk, REASON)):
        units = list(Unit.objects.filter(office=office, closed_on=None).order_by("id"))
        posts = list(Post.objects.filter(office=office, closed_on=None).order_by("id"))
        held = list(Appointment.objects.filter(post__office=office, until=None).select_related("account", "post"))
        releases: dict[str, str] = {}
        for row in ProcessRelease.objects.filter(office_id=office.pk).order_by("number"):
            releases[row.process] = row.bpmn
        settings: dict[str, object] = {}
        for kept in OfficeSetting.objects.filter(office=office).order_by("version"):
            if not kept.key.startswith("notify."):
                settings[kept.key] = kept.value
    return units, posts, held, releases, settings


def _bring(area: Office, units: list[Unit], posts: list[Post], held: list[Appointment]) -> Opened:
    theirs: dict[uuid.UUID, Unit] = {}
    known = {unit.name: unit for unit in Unit.objects.filter(office=area)}
    made = [0, 0, 0]
    left = units
    while left:
        ready = [unit for unit in left if unit.parent_id is None or unit.parent_id in theirs] or left
        for unit in ready:
            name = f"{unit.name}（练习）"[:80] if unit.is_office else unit.name
            theirs[unit.pk] = known.get(name) or add_unit(
                area, name=name, short_name=unit.short_name, kind=unit.kind,
                parent=theirs.get(unit.parent_id) if unit.parent_id else None, is_office=unit.is_office,
            )  # fmt: skip
            made[0] += name not in known
        left = [unit for unit in left if unit.pk not in theirs]
    seats: dict[uuid.UUID, Post] = {}
    present = {(post.unit_id, post.name): post for post in Post.objects.filter(office=area)}
    for post in posts:
        place = theirs.get(post.unit_id)
        if place is None:
            continue
        seats[post.pk] = present.get((place.pk, post.name)) or add_post(place, role=post.role, name=post.name)
        made[1] += (place.pk, post.name) not in present
    sitting = dict(
        Appointment.objects.filter(post__office=area, until=None).values_list("post_id", "account_id")
    )  # fmt: skip
    for row in held:
        seat = seats.get(row.post_id)
        if seat is None or sitting.get(seat.pk) is not None or not row.account.is_active:
            continue
        appoint(Account.objects.get(pk=row.account_id), seat, since=today(area))
        made[2] += 1
    return Opened(area, *made)


@transaction.atomic
def empty_practice(office: Office) -> int:
    """Take every case, person, paper and number out of the practice area of `office`. The register keeps its events,
    and its own that says so; units, posts and processes stay for the next exercise.
    """
    principal = require("practice.empty", Permission.OFFICE_SET, office.pk)
    area = practice_of(office)
    if area is None:
        raise CannotError(_("还没有练习区"))
    with acting_as(system(area.pk, REASON)):
        kept = {model._meta.db_table for model in KEPT}
        tables = [model._meta.db_table for model in _models() if model._meta.db_table not in kept]
        with connection.cursor() as cursor:
            cursor.execute("SELECT offices_empty_practice(%s, %s)", [area.pk, tables])
            (rows,) = cursor.fetchone()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    record(
        "practice.empty", principal, subject=("office", area.pk), office=office.pk,
        readers=readers(office.pk, office=True), data={"rows": rows},
    )  # fmt: skip
    return int(rows)


def _models() -> list[type[ProtectedModel]]:
    return [model for model in protected_models() if model._meta.managed and not model._meta.proxy]
