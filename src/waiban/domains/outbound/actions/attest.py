"""Vouch for what the software can't know (readings §4): the desk, or another named post, answers an attested rule."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.policies import may_act
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_items
from waiban.domains.outbound.models import Attestation, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.relevant import relevant_sha256

STEPS_OF_POST = {
    "desk": ("accept", "desk_review", "section_review", "head_review", "taiwan_review"),
    "taiwan_office": ("accept", "taiwan_review"),
    "approver": ("approve", "taiwan_decision"),
    "finance": ("finance_review",),
    "personnel": ("personnel_filing",),
    "unit_head": ("nature_statement", "unit_approval"),
}
"""Which desks speak for the post that a rule names."""


@transaction.atomic
def attest(trip_id: uuid.UUID, rule: str, *, answer: bool, words: str = "", on: date | None = None) -> Attestation:
    principal = current_principal()
    trip = Trip.objects.select_for_update(of=("self",)).select_related("office").get(pk=trip_id)
    card = next((card for card in law_of(trip.office).cards if card["rule"] == rule), None)
    if card is None or card["stated_by"] not in STEPS_OF_POST:
        raise CannotError(_("这一项不须岗位确认"))
    items = open_items(trip, *STEPS_OF_POST[card["stated_by"]])
    item = next((item for item in items if may_act(principal, item)), None)
    if item is None:
        raise CannotError(_("这一项由在办岗位确认"))
    if not answer and not words.strip():
        raise CannotError(_("不予确认的，请写明原因"), "words")
    acting = principal.at(item.post_id)
    Attestation.objects.filter(trip=trip, rule=rule, replaced=False).update(replaced=True)
    given = Attestation.objects.create(
        trip=trip,
        rule=rule,
        answer=answer,
        words=words.strip(),
        post_id=item.post_id,
        account_id=principal.account,
        relevant_sha256=relevant_sha256(trip.dossier),
        readers=trip.readers,
    )
    record(
        "trip.attest",
        acting,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=on,
        data={"rule": rule, "answer": answer, "words": words.strip()},
    )
    return given
