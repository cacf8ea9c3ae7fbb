"""Reads of files, through row security."""

import uuid

from waiban.core.files.models import StoredFile


def stored_file(file_id: uuid.UUID) -> StoredFile | None:
    return StoredFile.objects.filter(pk=file_id).first()
