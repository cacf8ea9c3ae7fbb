"""Take away a file that was needed only until it was read: the row now, the bytes when the act has committed."""

from django.db import transaction

from waiban.core.files.blobs import forget_blob
from waiban.core.files.models import StoredFile


@transaction.atomic
def erase(stored: StoredFile) -> None:
    """The event belongs to the act that needed the file. Bytes that another row points to stay."""
    digest = stored.sha256
    stored.delete()
    transaction.on_commit(lambda: forget_blob(digest))
