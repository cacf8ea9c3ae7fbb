"""Jobs whose worker died end as failed, so that nobody waits for them for ever."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.keys import system_keys
from waiban.core.access.principals import Kind, Principal, acting_as
from waiban.core.jobs.models import Job

LONGEST = timedelta(hours=6)
"""No work of ours takes so long."""


def end_abandoned(office_id: UUID) -> int:
    platform = Principal(Kind.SYSTEM, office=office_id, keys=system_keys(office_id), reason="jobs")
    now = timezone.now()
    with acting_as(platform):
        return Job.objects.filter(office_id=office_id, state=Job.State.RUNNING, started_at__lt=now - LONGEST).update(
            state=Job.State.FAILED, ended_at=now, fault=_("办理中断，请重新提出")
        )
