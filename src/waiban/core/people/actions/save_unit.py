"""Change a unit's name, kind or place in the tree, or close it. Its number never changes."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import acting_as
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import require
from waiban.core.people.models import Unit, UnitKind
from waiban.core.people.principals import system
from waiban.core.search.keep import keep_what_depends


@transaction.atomic
def save_unit(
    unit_id: uuid.UUID,
    *,
    name: str,
    short_name: str,
    kind: str,
    parent: Unit | None,
    closed_on: date | None = None,
) -> Unit:
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    principal = require("unit.save", Permission.PEOPLE_SET, unit.office_id)
    if not name.strip() or kind not in UnitKind.values:
        raise CannotError(_("写单位全称并选性质"))
    if parent is not None and (parent.office_id != unit.office_id or _hangs_under(parent, unit)):
        raise CannotError(_("上级单位不能是自己或自己的下级"))
    if Unit.objects.filter(office_id=unit.office_id, name=name.strip()).exclude(pk=unit.pk).exists():
        raise CannotError(_("已有“%(name)s”") % {"name": name.strip()})
    called = (unit.name, unit.short_name)
    before = {"name": unit.name, "kind": unit.kind, "parent": unit.parent_id, "closed_on": unit.closed_on}
    unit.name, unit.short_name, unit.kind = name.strip(), short_name.strip() or name.strip(), kind
    unit.parent, unit.closed_on = parent, closed_on
    unit.save(update_fields=["name", "short_name", "kind", "parent", "closed_on"])
    if (unit.name, unit.short_name) != called:
        with acting_as(system(unit.office_id, "unit.save")):  # drafts too, which only the unit sees
            keep_what_depends("unit", unit.pk)
    after = {"name": unit.name, "kind": unit.kind, "parent": unit.parent_id, "closed_on": unit.closed_on}
    record(
        "unit.save", principal, subject=("unit", unit.pk), office=unit.office_id,
        readers=readers(unit.office_id, office=True), data={"before": before, "after": after},
    )  # fmt: skip
    return unit


def _hangs_under(unit: Unit, above: Unit) -> bool:
    place: Unit | None = unit
    while place is not None:
        if place.pk == above.pk:
            return True
        place = place.parent
    return False
