"""Add a unit to an office's tree."""

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import reader_key, readers
from waiban.core.access.models import ReaderKey
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.policies import require
from waiban.core.people.models import Unit, UnitKind


@transaction.atomic
def add_unit(
    office: Office, *, name: str, short_name: str = "", kind: str, parent: Unit | None = None, is_office: bool = False
) -> Unit:
    principal = require("unit.add", Permission.PEOPLE_SET, office.pk)
    name = name.strip()
    if not name:
        raise CannotError(_("写单位全称"))
    if kind not in UnitKind.values:
        raise CannotError(_("选单位性质"))
    if parent is not None and parent.office_id != office.pk:
        raise CannotError(_("上级单位不在本办范围内"))
    if Unit.objects.filter(office=office, name=name).exists():
        raise CannotError(_("已有“%(name)s”") % {"name": name})
    unit = Unit.objects.create(
        office=office,
        parent=parent,
        name=name,
        short_name=short_name.strip() or name,
        kind=kind,
        is_office=is_office,
        readers=directory(office),
    )
    reader_key(office.pk, ReaderKey.Kind.UNIT, unit.pk)
    record(
        "unit.add", principal, subject=("unit", unit.pk), office=office.pk, readers=readers(office.pk, office=True),
        data={"name": name, "kind": kind, "parent": parent.pk if parent else None},
    )  # fmt: skip
    return unit


def directory(office: Office) -> list[int]:
    """Readers of the directory of units, posts and who holds them: everyone of the office, and those who see
    what it shares (their rows point to units and posts, and would else be half blank).
    """
    return readers(office.pk, staff=True, shares=(office.pk,))
