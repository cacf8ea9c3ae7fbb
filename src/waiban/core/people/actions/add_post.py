"""Add a post (a seat) to a unit. Work goes to posts."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from waiban.core.access.keys import reader_key, readers
from waiban.core.access.models import ReaderKey
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import require
from waiban.core.people.actions.add_unit import directory
from waiban.core.people.models import Post, Role, Unit

OFFICE_WIDE = frozenset({Role.CITY_LEADER, Role.DESK_OFFICER, Role.OFFICE_HEAD, Role.SECTION_HEAD})
"""Roles that see every case which has reached the office."""
OWN_ONLY = frozenset({Role.CITY_LEADER, Role.INSPECTOR, Role.PERSONNEL_BODY, Role.TAIWAN_OFFICE})
"""Roles that don't see what belongs to their own unit's other posts."""


@transaction.atomic
def add_post(unit: Unit, *, role: str, name: str) -> Post:
    """What the post sees follows from its role."""
    principal = require("post.add", Permission.PEOPLE_SET, unit.office_id)
    if role not in Role.values:
        raise CannotError(_("选岗位职责"))
    with override(settings.LANGUAGE_CODE):  # the record is kept in Chinese, whatever language the screen has
        name = name.strip() or str(Role(role).label)
    if Post.objects.filter(unit=unit, name=name).exists():
        raise CannotError(_("%(unit)s已有“%(name)s”") % {"unit": unit.short_name, "name": name})
    post = Post.objects.create(
        office_id=unit.office_id,
        unit=unit,
        role=role,
        name=name,
        office_wide=role in OFFICE_WIDE,
        unit_wide=role not in OWN_ONLY,
        readers=directory(unit.office),
    )
    reader_key(unit.office_id, ReaderKey.Kind.POST, post.pk)
    record(
        "post.add", principal, subject=("post", post.pk), office=unit.office_id,
        readers=readers(unit.office_id, office=True), data={"unit": unit.pk, "role": role, "name": name},
    )  # fmt: skip
    return post
