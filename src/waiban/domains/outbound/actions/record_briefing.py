"""Record that members signed the briefing: the office's word, member by member."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.offices.policies import require
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.briefing import RULE
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attestation, Trip
from waiban.domains.outbound.relevant import relevant_sha256
from waiban.domains.outbound.tasks import going


@transaction.atomic
def record_briefing(trip_id: uuid.UUID, travellers: Sequence[uuid.UUID], *, signed_on: date) -> Trip:
    trip = locked(trip_id)
    principal = require("trip.record_briefing", Permission.DOCUMENT_KEEP, trip.office_id)
    if signed_on > today():
        raise CannotError(_("签到日期在今天之后"), "signed_on")
    members = going(trip)
    if not travellers or not {str(one) for one in travellers} <= members:
        raise CannotError(_("请选已批准出访的人员"), "members")
    post = principal.for_post or principal.post
    for one in travellers:
        Attestation.objects.filter(trip=trip, rule=f"{RULE}{one}", replaced=False).update(replaced=True)
        Attestation.objects.create(
            trip=trip,
            rule=f"{RULE}{one}",
            answer=True,
            words=signed_on.isoformat(),
            post_id=post or trip.created_by_post_id,
            account_id=principal.account,
            relevant_sha256=relevant_sha256(trip.dossier),
            readers=trip.readers,
        )
    record(
        "trip.record_briefing", principal, subject=("trip", trip.pk), case=trip.case_id, readers=trip.readers,
        happened_on=signed_on, data={"members": [str(one) for one in travellers], "n": len(travellers)},
    )  # fmt: skip
    return trip
