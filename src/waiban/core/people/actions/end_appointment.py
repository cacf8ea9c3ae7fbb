"""End an appointment: its last day. Open work stays with the post and waits for the next holder."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import require
from waiban.core.people.models import Appointment


@transaction.atomic
def end_appointment(appointment_id: uuid.UUID, *, last_day: date) -> Appointment:
    appointment = Appointment.objects.select_for_update(of=("self",)).select_related("post").get(pk=appointment_id)
    post = appointment.post
    principal = require("post.end_appointment", Permission.PEOPLE_SET, post.office_id)
    if last_day < appointment.since:
        raise CannotError(_("止日不能早于起日"))
    if appointment.until is not None and appointment.until < last_day:
        raise CannotError(_("任职已于更早的日子结束"))
    appointment.until = last_day
    appointment.save(update_fields=["until"])
    record(
        "post.end_appointment", principal, subject=("post", post.pk), office=post.office_id,
        readers=readers(post.office_id, office=True), data={"account": appointment.account_id, "until": last_day},
    )  # fmt: skip
    return appointment
