"""Add a paper to a trip. The file has passed the door before."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.files.models import StoredFile
from waiban.core.search.keep import keep
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, Trip


@transaction.atomic
def add_attachment(
    trip_id: uuid.UUID, kind: str, file: StoredFile, *, title: str = "", number: str = "", dated: date | None = None
) -> Attachment:
    principal = current_principal()
    trip = Trip.objects.select_for_update(of=("self",)).get(pk=trip_id)
    if not principal.may(Permission.FILE_ADD) or principal.post is None:
        raise CannotError(_("您的岗位不能添加附件"))
    if trip.state in {Trip.State.CLOSED, Trip.State.WITHDRAWN, Trip.State.REFUSED}:
        raise CannotError(_("案卷已办结，不能再加附件"))
    attachment = Attachment.objects.create(
        trip=trip,
        kind=kind,
        file=file,
        title=title or file.name,
        number=number,
        dated=dated,
        added_by_post_id=principal.post,
        readers=trip.readers,
    )
    keep("attachment", attachment)
    record(
        "trip.add_attachment",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"kind": kind, "file": str(file.pk), "sha256": file.sha256},
    )
    return attachment
