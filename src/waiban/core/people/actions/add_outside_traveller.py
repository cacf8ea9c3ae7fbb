"""Somebody of another unit joins a group: typed by the organising unit, seen by both.

Always a row of its own: typing a name gives no hint whether the other unit has that person
on record. Putting two rows together is an act of the office (merging).
"""

import os
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.people.actions.save_traveller import Facts, check_facts, set_facts
from waiban.core.people.models import Traveller, Unit
from waiban.core.people.policies import may_edit_travellers
from waiban.core.search.keep import keep


@transaction.atomic
def add_outside_traveller(organiser: Unit, unit: Unit, *, name: str, facts: Facts, since: date) -> Traveller:
    """`organiser` types, `unit` sends. Raises CannotError with what is missing."""
    principal = current_principal()
    if not may_edit_travellers(principal, organiser):
        refuse("traveller.save", principal, organiser.office_id, _("出访人员由所在单位专办员维护"))
    if unit.pk == organiser.pk or unit.office_id != organiser.office_id:
        raise CannotError(_("请选派员的外单位"))
    if not name.strip():
        raise CannotError(_("写姓名"))
    check_facts(facts)
    shown = readers(unit.office_id, office=True, units=(organiser.pk, unit.pk))
    traveller = Traveller(unit=unit, name=name.strip(), salt=os.urandom(16), readers=shown)
    traveller.save(force_insert=True)
    keep("traveller", traveller)
    set_facts(traveller, facts, since, shown)
    record(
        "traveller.save", principal, subject=("traveller", traveller.pk), office=unit.office_id, readers=shown,
        data={"new": True, "unit": unit.pk, "since": since, "typed_by": organiser.pk},
    )  # fmt: skip
    return traveller
