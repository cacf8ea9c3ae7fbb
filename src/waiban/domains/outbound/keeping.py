"""证照保管: who may do what with a travel document, its code, and the one way in which it changes hands."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal, current_principal
from waiban.core.offices.policies import may, refuse
from waiban.core.offices.settings import Kind, Setting
from waiban.core.papers.actions.draw_number import draw_number
from waiban.core.people.models import Post
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import CustodyEvent, TravelDocument

NEEDS_BRIEFING = "documents.release_needs_briefing"
EXPIRY_MONTHS = "documents.expiring_months"
SETTINGS = (
    Setting(
        NEEDS_BRIEFING, Kind.YES_NO, True, gettext_lazy("领证前须签行前教育"), gettext_lazy("证照"),
        help=gettext_lazy("“否”时只看任务是否批准"),
    ),
    # An official passport with less than six months left is replaced (outbound-process, step 10).
    Setting(
        EXPIRY_MONTHS, Kind.NUMBER, 6, gettext_lazy("提前几个月列入快过期"), gettext_lazy("证照"),
        at_least=1, at_most=36,
    ),
)  # fmt: skip

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 O 1 I L: read aloud and typed from a pouch."""
SLIP = "custody_slip"
Place, Why = TravelDocument.Place, CustodyEvent.Why

LEADS: dict[str, tuple[tuple[str, ...], str]] = {
    Why.REGISTERED: (("",), Place.DRAWER),
    Why.APPLICATION: (("",), Place.APPLYING),
    Why.ISSUED: ((Place.APPLYING,), Place.DRAWER),
    Why.VISA: ((Place.DRAWER, Place.UNIT_KEEPER), Place.CONSULATE),
    Why.RELEASE: ((Place.DRAWER, Place.UNIT_KEEPER), Place.TRAVELLER),
    Why.TO_UNIT: ((Place.DRAWER, Place.TRAVELLER, Place.IN_TRANSIT), Place.UNIT_KEEPER),
    Why.SENT: ((Place.UNIT_KEEPER, Place.TRAVELLER, Place.CONSULATE), Place.IN_TRANSIT),
    Why.HANDED_IN: ((Place.TRAVELLER, Place.UNIT_KEEPER, Place.CONSULATE, Place.IN_TRANSIT), Place.DRAWER),
    Why.FOUND: (tuple(place for place in Place.values if place != Place.NOWHERE), Place.DRAWER),
    Why.GONE: (tuple(place for place in Place.values if place != Place.NOWHERE), Place.NOWHERE),
}
"""From which places a reason leads where; a registration and a stock-take's correction name their place."""
OF_UNIT = (Why.RELEASE, Why.TO_UNIT, Why.SENT)
"""What the unit's own officer may record, of documents that the unit has or its people hold."""


def document_readers(office: uuid.UUID, unit: uuid.UUID) -> list[int]:
    """The office and the holder's unit, never the posts of a case: where a passport lies concerns nobody else."""
    return readers(office, office=True, units=(unit,))


def may_keep(principal: Principal, office: uuid.UUID) -> bool:
    return may(principal, Permission.DOCUMENT_KEEP, office)


def may_carry(principal: Principal, unit: uuid.UUID, office: uuid.UUID) -> bool:
    """The unit's own officer, or who stands in."""
    return (
        may(principal, Permission.DOCUMENT_CARRY, office)
        and Post.objects.filter(pk__in=principal.posts | principal.standing_in, unit=unit).exists()
    )


def require_keeper(act: str, office: uuid.UUID) -> Principal:
    principal = current_principal()
    if not may_keep(principal, office):
        refuse(act, principal, office, _("证照由外办登记保管"))
    return principal


def new_code(office: uuid.UUID) -> str:
    """Six signs: five drawn by lot and a check over them, so that a slip of the finger finds nothing."""
    while True:
        drawn = "".join(secrets.choice(LETTERS) for _n in range(5))
        code = drawn + _check(drawn)
        if not TravelDocument.objects.filter(office=office, code=code).exists():
            return code


def plain_code(typed: str) -> str:
    return "".join(typed.split()).upper().replace("-", "")


def is_code(typed: str) -> bool:
    code = plain_code(typed)
    return len(code) == 6 and all(sign in LETTERS for sign in code) and _check(code[:5]) == code[5]


def _check(drawn: str) -> str:
    total = sum(weight * LETTERS.index(sign) for weight, sign in zip((2, 3, 5, 7, 11), drawn, strict=True))
    return LETTERS[total % len(LETTERS)]


def locked_documents(ids: Sequence[uuid.UUID]) -> list[TravelDocument]:
    """In the order of their keys, so that two hand-overs at once wait for each other. Raises CannotError for a stranger."""
    rows = list(
        TravelDocument.objects.select_for_update(of=("self",))
        .select_related("office", "holder", "keeping_unit")
        .filter(pk__in=list(ids))
        .order_by("pk")
    )
    if not rows or len(rows) != len(set(ids)):
        raise CannotError(_("请选证照"), "documents")
    return rows


def next_slip(office: uuid.UUID, on: date) -> int:
    return draw_number(office, SLIP, on.year)


def move(
    document: TravelDocument,
    why: CustodyEvent.Why,
    place: TravelDocument.Place,
    *,
    principal: Principal,
    on: date,
    slip: int,
    trip_id: uuid.UUID | None = None,
    words: str = "",
    due_back: date | None = None,
    given_by: str = "",
    taken_by: str = "",
    mark: str = "",
) -> CustodyEvent:
    """The next link of the chain, and the document's own columns with it. The caller has asked whether it may be."""
    came_from, _to = LEADS[why]
    before = document.place if document.steps else ""
    if before not in came_from:
        said = {"code": document.code, "place": document.get_place_display()}
        raise CannotError(_("%(code)s 现在在“%(place)s”，不能这样交接") % said, "documents")
    event = CustodyEvent.objects.create(
        document=document,
        step=document.steps + 1,
        taken_from=before,
        place=place,
        place_words=words,
        why=why,
        trip_id=trip_id,
        due_back=due_back,
        happened_on=on,
        slip=slip,
        slip_year=on.year,
        given_by=given_by,
        taken_by=taken_by,
        by_post_id=principal.for_post or principal.post,
        mark=mark,
        readers=document.readers,
    )
    document.steps, document.place, document.place_words, document.place_since = event.step, place, words, on
    document.place_trip_id, document.due_back = trip_id, due_back
    document.save(
        update_fields=["steps", "place", "place_words", "place_since", "place_trip", "due_back", "state", "state_since"]
    )
    return event
