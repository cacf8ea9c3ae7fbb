"""The unit says why the trip went otherwise than approved, with proof; the office says what it comes to."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, Deviation, Trip


@transaction.atomic
def explain_deviation(
    deviation_id: uuid.UUID,
    *,
    explanation: str,
    force_majeure: bool,
    proof: Attachment | None = None,
    on: date | None = None,
) -> Deviation:
    """Force majeure needs its proof. Only what the office hasn't judged yet can be explained."""
    principal = current_principal()
    row = _locked(deviation_id)
    if not policies.may_draft(principal) or principal.post is None:
        raise CannotError(_("由组团单位专办员说明"))
    if row.verdict != Deviation.Verdict.OPEN or row.replaced or row.trip.state != Trip.State.RETURNED:
        raise CannotError(_("这一项已经核定，或不在可说明的时候"))
    if not explanation.strip():
        raise CannotError(_("请写明情况"), "explanation")
    if force_majeure and proof is None and row.proof_id is None:
        raise CannotError(_("不可抗力须附证明，如航班取消证明"), "proof")
    row.explanation, row.force_majeure = explanation.strip(), force_majeure
    row.proof = proof or row.proof
    row.explained_on, row.explained_by_post_id = on or today(), principal.post
    row.save(update_fields=["explanation", "force_majeure", "proof", "explained_on", "explained_by_post_id"])
    record(
        "trip.explain_deviation",
        principal,
        subject=("trip", row.trip_id),
        case=row.trip.case_id,
        readers=row.readers,
        happened_on=on,
        data={"kind": row.kind, "explanation": row.explanation, "force_majeure": force_majeure},
    )
    return row


@transaction.atomic
def judge_deviation(deviation_id: uuid.UUID, *, cleared: bool, reason: str = "", on: date | None = None) -> Deviation:
    """Cleared only as force majeure with explanation and proof; else it stands on record. Never approved afterwards."""
    principal = current_principal()
    row = _locked(deviation_id)
    if not principal.may(Permission.CASE_ACCEPT) or principal.post is None:
        raise CannotError(_("由外办经办核定"))
    if row.replaced or row.trip.state != Trip.State.RETURNED:
        raise CannotError(_("这一项不在可核定的时候"))
    if not row.explanation:
        raise CannotError(_("单位还没有说明情况"))
    if cleared and not (row.force_majeure and row.proof_id):
        raise CannotError(_("只有不可抗力并附证明的，才能认定为已说明"))
    if not cleared and not reason.strip():
        raise CannotError(_("请写明理由"), "reason")
    row.verdict = Deviation.Verdict.CLEARED if cleared else Deviation.Verdict.STANDS
    row.verdict_reason, row.judged_on, row.judged_by_post_id = reason.strip(), on or today(), principal.post
    row.save(update_fields=["verdict", "verdict_reason", "judged_on", "judged_by_post_id"])
    _tell_dossier(row)
    record(
        "trip.judge_deviation",
        principal,
        subject=("trip", row.trip_id),
        case=row.trip.case_id,
        readers=row.readers,
        happened_on=on,
        data={"kind": row.kind, "verdict": str(row.verdict), "reason": row.verdict_reason},
    )
    return row


def _tell_dossier(row: Deviation) -> None:
    """Cleared ones stand in the exchange format as changes with their reason and without an approval."""
    trip = locked(row.trip_id)
    cleared = Deviation.objects.filter(trip=trip, replaced=False, verdict=Deviation.Verdict.CLEARED).order_by("id")
    after = {key: value for key, value in (trip.dossier.get("after") or {}).items() if key != "changes"}
    changes = [
        {
            "what": one.kind,
            "reason": one.explanation[:400],
            **({"reported_on": one.explained_on.isoformat()} if one.explained_on else {}),
        }
        for one in cleared
    ]
    if changes:
        after["changes"] = changes
    write(trip, {**trip.dossier, "after": after})


def _locked(deviation_id: uuid.UUID) -> Deviation:
    return Deviation.objects.select_for_update(of=("self",)).select_related("trip__unit", "proof").get(pk=deviation_id)
