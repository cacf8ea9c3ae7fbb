"""Keep bytes that the platform itself made: a drawn paper, an export. No door: nobody brought them in."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from waiban.core.access.principals import current_principal
from waiban.core.files.blobs import store_blob
from waiban.core.files.models import StoredFile


@transaction.atomic
def keep(
    data: bytes,
    *,
    name: str,
    content_type: str,
    office_id: UUID,
    readers: Sequence[int],
    kind: str = "paper",
    sensitive: bool = False,
    statement: str = "",
) -> StoredFile:
    """The event belongs to the act that made the bytes, so none is recorded here."""
    principal = current_principal()
    return StoredFile.objects.create(
        office_id=office_id,
        sha256=store_blob(data),
        name=name,
        size=len(data),
        content_type=content_type,
        kind=kind,
        sensitive=sensitive,
        statement=statement,
        added_by_account_id=principal.account,
        added_by_post_id=principal.for_post or principal.post,
        readers=list(readers),
    )
