"""Add or correct a traveller, and say what the traveller is from a day on."""

import os
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.people import identity
from waiban.core.people.models import Traveller, TravellerRecord, Unit
from waiban.core.people.policies import may_edit_travellers
from waiban.core.search.keep import keep

FIELDS = ("foreign_affairs", "commerce", "other")
"""What a leader may be in charge of, as the dossier has it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a traveller is, in the dossier's keys. Empty: not stated."""

    post: str = ""
    rank: str = ""
    grade: str = ""
    category: str = ""
    status: str = ""
    managed_by: str = ""
    heads_unit: bool | None = None
    leadership_of: str = ""
    term_from: date | None = None
    in_charge_of: tuple[str, ...] | None = None


@transaction.atomic
def save_traveller(
    unit: Unit,
    *,
    name: str,
    facts: Facts,
    since: date,
    traveller_id: uuid.UUID | None = None,
    pinyin: str = "",
    born_on: date | None = None,
    identity_number: str | None = None,
) -> Traveller:
    """`since` is the day from which `facts` hold; a new day ends the record before it, the same day corrects it.

    `identity_number` None leaves the number as it is; an empty text takes it away.
    """
    principal = current_principal()
    if not may_edit_travellers(principal, unit):
        refuse("traveller.save", principal, unit.office_id, _("出访人员由所在单位专办员维护"))
    if not name.strip():
        raise CannotError(_("写姓名"))
    check_facts(facts)
    shown = readers(unit.office_id, office=True, units=(unit.pk,))
    if traveller_id is None:
        traveller = Traveller(unit=unit, salt=os.urandom(16), readers=shown)
    else:
        traveller = Traveller.objects.select_for_update(of=("self",)).select_related("unit").get(pk=traveller_id)
        if not may_edit_travellers(principal, traveller.unit):
            refuse("traveller.save", principal, unit.office_id, _("出访人员由所在单位专办员维护"))
        if traveller.erased_on:
            raise CannotError(_("这个人的信息已按期限删除"))
        before = readers(traveller.unit.office_id, office=True, units=(traveller.unit_id,))
        shown = sorted({*shown, *(set(traveller.readers) - set(before))})  # who sees a case keeps seeing who travels
    traveller.unit, traveller.name, traveller.readers = unit, name.strip(), shown
    traveller.pinyin, traveller.born_on = pinyin.strip(), born_on
    if identity_number is not None:
        _set_number(traveller, identity_number)
    traveller.save(force_insert=traveller_id is None)
    keep("traveller", traveller)
    changed = set_facts(traveller, facts, since, shown)
    record(
        "traveller.save", principal, subject=("traveller", traveller.pk), office=unit.office_id, readers=shown,
        data={"new": traveller_id is None, "unit": unit.pk, "since": since, "facts_changed": changed,
              "number_changed": identity_number is not None},
    )  # fmt: skip
    return traveller


def set_facts(traveller: Traveller, facts: Facts, since: date, shown: Sequence[int]) -> bool:
    """Whether anything changed. Records after `since` are kept; the new one ends where the next begins."""
    values = asdict(facts) | {"in_charge_of": list(facts.in_charge_of) if facts.in_charge_of is not None else None}
    rows = list(TravellerRecord.objects.select_for_update().filter(traveller=traveller).order_by("since"))
    if [row for row in rows if row.readers != shown]:
        TravellerRecord.objects.filter(traveller=traveller).update(readers=shown)
    before = next((row for row in reversed(rows) if row.since <= since), None)
    if before is not None and before.unit_id == traveller.unit_id and _same(before, values):
        return False
    if before is not None and before.since == since:
        TravellerRecord.objects.filter(pk=before.pk).update(unit=traveller.unit, **values)
        return True
    after = next((row for row in rows if row.since > since), None)
    if before is not None and (before.until is None or before.until >= since):
        TravellerRecord.objects.filter(pk=before.pk).update(until=since - timedelta(days=1))
    TravellerRecord.objects.create(
        traveller=traveller,
        unit=traveller.unit,
        since=since,
        until=after.since - timedelta(days=1) if after else None,
        readers=shown,
        **values,
    )
    return True


def _same(row: TravellerRecord, values: dict[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


def check_facts(facts: Facts) -> None:
    for value, allowed, message in (
        (facts.rank, TravellerRecord.Rank.values, _("选职务层次")),
        (facts.category, TravellerRecord.Category.values, _("选人员类别")),
        (facts.status, TravellerRecord.Status.values, _("选在职情况")),
        (facts.managed_by, TravellerRecord.ManagedBy.values, _("选干部管理权限")),
    ):
        if value and value not in allowed:
            raise CannotError(message)
    if set(facts.in_charge_of or ()) - set(FIELDS):
        raise CannotError(_("选分管领域"))


def _set_number(traveller: Traveller, number: str) -> None:
    if not number.strip():
        traveller.identity_number, traveller.identity_masked, traveller.identity_hash = None, "", ""
        return
    if not identity.is_valid(number):
        raise CannotError(_("身份证号 18 位，末位校验不对，请核对"))
    digest = identity.digest(number)
    if Traveller.objects.filter(unit=traveller.unit, identity_hash=digest).exclude(pk=traveller.pk).exists():
        raise CannotError(_("本单位已有这个证件号码的人"))
    traveller.identity_number = identity.encrypt(number)
    traveller.identity_masked, traveller.identity_hash = identity.masked(number), digest
