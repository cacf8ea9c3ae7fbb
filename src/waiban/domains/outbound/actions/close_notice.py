"""Write down what came of a notice, with the proof, and hand the step on."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Attachment, InternalNotice
from waiban.domains.outbound.notices import notice_entries


@transaction.atomic
def close_notice(
    notice_id: uuid.UUID,
    *,
    objections: bool,
    result: str = "",
    proof: Attachment | None = None,
    on: date | None = None,
) -> InternalNotice:
    principal = current_principal()
    notice = InternalNotice.objects.select_for_update(of=("self",)).select_related("trip", "unit").get(pk=notice_id)
    item = open_item(notice.trip, "notice", str(notice.unit_id))
    if item is None or notice.replaced or notice.phase != InternalNotice.Phase.BEFORE:
        raise CannotError(_("这一步已经办了，请刷新"))
    if proof is None:
        raise CannotError(_("请上传公示证明（截图或照片）"), "proof")
    notice.objections, notice.result, notice.proof = objections, result, proof
    notice.save(update_fields=["objections", "result", "proof"])
    trip = locked(notice.trip_id)
    write(trip, {**trip.dossier, "notices": notice_entries(trip)})
    record(
        "trip.close_notice",
        principal.at(item.post_id),
        subject=("trip", notice.trip_id),
        case=notice.trip.case_id,
        readers=notice.readers,
        happened_on=on,
        data={"unit": str(notice.unit_id), "objections": objections},
    )
    decide(item.pk, "done", opinion=result, on=on)
    return notice
