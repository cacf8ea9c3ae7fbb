"""Enter a travel document that exists: typed, or from the office's own ledger."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.people import identity
from waiban.core.people.models import Traveller
from waiban.core.people.persons import same_person_ids
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import (
    document_readers,
    is_code,
    move,
    new_code,
    next_slip,
    plain_code,
    require_keeper,
)
from waiban.domains.outbound.models import CustodyEvent, TravelDocument
from waiban.domains.outbound.needs import refresh_holder

STARTS_AT = (TravelDocument.Place.DRAWER, TravelDocument.Place.UNIT_KEEPER)


@transaction.atomic
def register_document(
    holder_id: uuid.UUID,
    *,
    kind: str,
    number: str,
    issuer: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
    place: str = TravelDocument.Place.DRAWER,
    code: str = "",
    mark: str = "",
    on: date | None = None,
    slip: int | None = None,
) -> TravelDocument:
    """`code`: the one already on the pouch, where it is one of ours; else a new one is drawn.

    Raises CannotError with the field: a second valid paper of a kind, a number on record, days the wrong way round.
    """
    holder = Traveller.objects.select_related("unit").select_for_update(of=("self",)).get(pk=holder_id)
    office = holder.unit.office_id
    principal = require_keeper("document.register", office)
    day = on or today()
    check_facts(kind, number, issued_on, expires_on)
    if holder.erased_on:
        raise CannotError(_("这个人的信息已按期限删除"), "holder")
    if place not in STARTS_AT:
        raise CannotError(_("登记时只能在外办或单位保管"), "place")
    valid = expires_on is None or expires_on >= day
    if valid:
        refuse_second(holder, kind)
    shown = document_readers(office, holder.unit_id)
    document = TravelDocument(
        office_id=office,
        holder=holder,
        keeping_unit=holder.unit,
        kind=kind,
        code=_code(office, code),
        issuer=issuer.strip(),
        issued_on=issued_on,
        expires_on=expires_on,
        state=TravelDocument.State.VALID if valid else TravelDocument.State.EXPIRED,
        state_since=day if valid or expires_on is None else expires_on,
        place=place,
        place_since=day,
        mark=mark.strip(),
        readers=shown,
    )
    set_number(document, number)
    document.save(force_insert=True)
    move(
        document, CustodyEvent.Why.REGISTERED, TravelDocument.Place(place), principal=principal, on=day,
        slip=slip or next_slip(office, day),
    )  # fmt: skip
    record(
        "document.register", principal, subject=("document", document.pk), office=office, readers=shown,
        happened_on=day, data={"code": document.code, "kind": kind, "place": place, "expires_on": expires_on},
    )  # fmt: skip
    refresh_holder(holder.pk, office)
    return document


def check_facts(kind: str, number: str, issued_on: date | None, expires_on: date | None) -> None:
    if kind not in TravelDocument.Kind.values:
        raise CannotError(_("选证照种类"), "kind")
    plain = identity.normal(number)
    if not plain:
        raise CannotError(_("待填：证照号码"), "number")
    if len(plain) > 20 or not plain.isascii() or not plain.isalnum():
        raise CannotError(_("证照号码只有字母和数字，最多 20 位"), "number")
    if issued_on and expires_on and expires_on <= issued_on:
        raise CannotError(_("有效期至不能早于签发日期 %(day)s") % {"day": issued_on}, "expires_on")


def refuse_second(holder: Traveller, kind: str, *, but: uuid.UUID | None = None) -> None:
    """One valid official passport a person, and one valid permit of a kind; merged records are one person."""
    family = TravelDocument.PASSPORTS if kind in TravelDocument.PASSPORTS else (kind,)
    persons = same_person_ids([holder.pk])[holder.pk]
    held = TravelDocument.objects.filter(holder__in=persons, kind__in=family, state=TravelDocument.State.VALID)
    found = (held.exclude(pk=but) if but else held).first()
    if found is not None:
        said = {"kind": found.get_kind_display(), "code": found.code}
        raise CannotError(_("已有一本有效的%(kind)s（袋号 %(code)s），先注销再登记") % said, "kind")


def set_number(document: TravelDocument, number: str) -> None:
    digest = identity.digest(number)
    if TravelDocument.objects.filter(office=document.office_id, number_hash=digest).exclude(pk=document.pk).exists():
        raise CannotError(_("这个证照号码已经登记过"), "number")
    document.number_secret = identity.encrypt(number)
    document.number_masked, document.number_hash = identity.masked(number), digest


def _code(office: uuid.UUID, typed: str) -> str:
    if not typed.strip():
        return new_code(office)
    code = plain_code(typed)
    if not is_code(code):
        raise CannotError(_("袋号 6 位，末位校验不对；没有就空着，由系统编"), "code")
    if TravelDocument.objects.filter(office=office, code=code).exists():
        raise CannotError(_("袋号 %(code)s 已经用过") % {"code": code}, "code")
    return code
