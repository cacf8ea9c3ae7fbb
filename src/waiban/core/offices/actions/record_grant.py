"""Put a higher body's grant of approval authority on record."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Grant, Office
from waiban.core.offices.policies import require

CHANNELS = ("foreign", "hk_macao", "taiwan")
"""A grant for Taiwan is the Taiwan affairs office's: the foreign affairs office never approves there (readings §3)."""
DOCUMENTS = ("task_approval", "confirmation", "task_notice")
"""The papers that a grant may allow, by their words in the exchange format."""


@transaction.atomic
def record_grant(
    office: Office,
    *,
    number: str,
    by: str,
    granted_on: date,
    since: date,
    ranks: Sequence[str],
    channels: Sequence[str] = ("foreign", "hk_macao"),
    documents: Sequence[str] = ("task_approval",),
    until: date | None = None,
    kinds: Sequence[str] = (),
    scan_id: uuid.UUID | None = None,
) -> Grant:
    principal = require("grant.record", Permission.OFFICE_SET, office.pk)
    if not number.strip() or not by.strip():
        raise CannotError(_("写明授权文件的文号和授权机关"))
    if not ranks or not channels:
        raise CannotError(_("写明授权到哪些职务层次、哪些渠道"))
    if set(channels) - set(CHANNELS):
        raise CannotError(_("授权渠道只有因公出国、赴港澳和赴台"))
    if "taiwan" in channels and len(set(channels)) > 1:
        raise CannotError(_("赴台的授权是给市台办的，请单独登记"))
    if not documents or set(documents) - set(DOCUMENTS):
        raise CannotError(_("写明授权可出哪些批件"))
    if until is not None and until < since:
        raise CannotError(_("止日不能早于起日"))
    if Grant.objects.filter(office=office, number=number.strip()).exists():
        raise CannotError(_("这个文号的授权已经登记"))
    grant = Grant.objects.create(
        office=office,
        number=number.strip(),
        by=by.strip(),
        granted_on=granted_on,
        since=since,
        until=until,
        ranks=list(ranks),
        channels=list(channels),
        kinds=list(kinds),
        documents=list(documents),
        scan_id=scan_id,
        readers=readers(office.pk, staff=True),
    )
    record(
        "grant.record", principal, subject=("grant", grant.pk), office=office.pk,
        readers=readers(office.pk, office=True),
        data={"number": grant.number, "by": grant.by, "ranks": grant.ranks, "channels": grant.channels, "documents": grant.documents,
              "since": since, "until": until},
    )  # fmt: skip
    return grant
