"""Count a drawer: what should lie there, what was found, and the difference, kept as counted."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.offices.models import Office
from waiban.core.offices.policies import refuse
from waiban.core.people.models import Unit
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import document_readers, is_code, may_carry, may_keep, plain_code
from waiban.domains.outbound.models import Stocktake, TravelDocument

Place = TravelDocument.Place
MOST = 5000


def expected_in(office: Office, unit: Unit | None) -> list[TravelDocument]:
    """What is on record in the office's drawer, or with a unit's keeper, by code."""
    rows = TravelDocument.objects.filter(office=office, place=Place.UNIT_KEEPER if unit else Place.DRAWER)
    if unit is not None:
        rows = rows.filter(keeping_unit=unit)
    return list(rows.select_related("holder", "keeping_unit").order_by("code"))


@transaction.atomic
def take_stock(
    office: Office,
    codes: Sequence[str],
    *,
    unit: Unit | None = None,
    words: str = "",
    on: date | None = None,
) -> Stocktake:
    """`codes` as scanned or ticked, in any order, doubles allowed. Nothing is moved: a difference is settled by an act
    of its own (`hand_over` with the reason 清点更正, or a loss).
    """
    principal = current_principal()
    if not may_keep(principal, office.pk) and not (unit is not None and may_carry(principal, unit.pk, office.pk)):
        refuse("document.take_stock", principal, office.pk)
    if len(codes) > MOST:
        raise CannotError(_("一次最多清点 %(n)d 本") % {"n": MOST}, "codes")
    read = list(dict.fromkeys(plain_code(code) for code in codes if code.strip()))
    wanted = [document.code for document in expected_in(office, unit)]
    known = set(TravelDocument.objects.filter(office=office, code__in=read).values_list("code", flat=True))
    found = [code for code in read if code in known]
    day = on or today()
    row = Stocktake.objects.create(
        office=office,
        place=Place.UNIT_KEEPER if unit else Place.DRAWER,
        counted_unit=unit,
        counted_on=day,
        expected=wanted,
        found=found,
        missing=[code for code in wanted if code not in set(found)],
        extra=[code for code in found if code not in set(wanted)],
        unknown=[code[:24] for code in read if code not in known],
        words=words.strip()[:400],
        by_post_id=principal.for_post or principal.post,
        readers=document_readers(office.pk, unit.pk) if unit else readers(office.pk, office=True),
    )
    record(
        "document.take_stock", principal, subject=("stocktake", row.pk), office=office.pk, readers=row.readers,
        happened_on=day,
        data={"expected": len(wanted), "found": len(found), "missing": len(row.missing), "extra": len(row.extra)},
    )  # fmt: skip
    return row


def misread(codes: Sequence[str]) -> list[str]:
    """What can't be one of our codes: a slip of the finger, said before anything is kept."""
    return [code.strip()[:24] for code in codes if code.strip() and not is_code(code)]
