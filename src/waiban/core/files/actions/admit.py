"""Let a file in through the door, or refuse it, say why, and store nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.models import Event
from waiban.core.audit.record import record, record_apart
from waiban.core.files import policies
from waiban.core.files.actions.keep import keep
from waiban.core.files.door.inspect import Found, inspect
from waiban.core.files.errors import RefusedError
from waiban.core.files.models import StoredFile
from waiban.core.offices.queries import setting

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MEGABYTE = 1024 * 1024


@transaction.atomic
def admit(
    upload: "UploadedFile[Any]",
    *,
    kind: str,
    office_id: UUID,
    readers: Sequence[int],
    case: UUID | None = None,
    statement: str = "",
    sensitive: bool = True,
) -> StoredFile:
    """Check `upload` and keep it, visible to `readers`.

    `statement`: the words by which the person answers for a format that cannot be read;
    they count only where the office's setting allows such files.
    Raises RefusedError with a sentence for the field; the refusal is an event of its own,
    which holds who, when and which mark, never the file's name or text.
    """
    principal = current_principal()
    if not policies.may_add_file(principal):
        raise PermissionError("file.add")
    try:
        data, found = _checked(upload, office_id, statement)
    except RefusedError as refusal:
        record_apart(
            "file.refuse",
            principal,
            kind=Event.Kind.REFUSAL,
            subject=("file", None),
            office=office_id,
            case=case,
            readers=readers,
            data={"reason": refusal.reason} | ({"mark": refusal.mark} if refusal.mark else {}),
        )
        raise
    stored = keep(
        data,
        name=found.name,
        content_type=found.content_type,
        office_id=office_id,
        readers=readers,
        kind=kind,
        sensitive=sensitive,
        statement="" if found.readable else statement,
    )
    record(
        "file.add",
        principal,
        subject=("file", stored.pk),
        office=office_id,
        case=case,
        readers=readers,
        data={"kind": kind, "sha256": stored.sha256, "size": stored.size, "type": stored.content_type}
        | ({} if found.readable else {"stated": True}),
    )
    return stored


def _checked(upload: "UploadedFile[Any]", office_id: UUID, statement: str) -> tuple[bytes, Found]:
    limit = int(setting(office_id, "files.max_megabytes"))
    if (upload.size or 0) > limit * MEGABYTE:
        raise RefusedError(_("文件超过 %(limit)s MB，请压缩或分开上传") % {"limit": limit}, "size")
    data = upload.read()
    found = inspect(upload.name or "", data)
    if not found.readable and not (setting(office_id, "files.allow_unreadable") and statement.strip()):
        raise RefusedError(found.advice, "unreadable")
    return data, found
