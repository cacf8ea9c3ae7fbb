"""Take a paper out of a draft; it stays on record."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.search.keep import keep
from waiban.domains.outbound import policies
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment


@transaction.atomic
def remove_attachment(attachment_id: uuid.UUID) -> Attachment:
    principal = current_principal()
    attachment = Attachment.objects.select_for_update(of=("self",)).select_related("trip").get(pk=attachment_id)
    if not policies.may_edit(principal, attachment.trip):
        raise CannotError(_("案卷已交出，附件不能再移除"))
    attachment.removed_at = timezone.now()
    attachment.save(update_fields=["removed_at"])
    keep("attachment", attachment)
    record(
        "trip.remove_attachment",
        principal,
        subject=("trip", attachment.trip_id),
        case=attachment.trip.case_id,
        readers=attachment.readers,
        data={"attachment": str(attachment.pk)},
    )
    return attachment
