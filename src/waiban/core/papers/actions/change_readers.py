"""A case's papers show themselves to whom the case does."""

import uuid
from collections.abc import Sequence

from waiban.core.files.models import StoredFile
from waiban.core.papers.models import Paper, PinnedTemplate


def change_readers(case_id: uuid.UUID, readers: Sequence[int]) -> None:
    """Part of the act that changes who sees the case; it has its own event there."""
    papers = Paper.objects.filter(case_id=case_id)
    files = papers.values_list("pdf", "docx", "stamped_scan")
    StoredFile.objects.filter(pk__in={pk for row in files for pk in row if pk}).update(readers=list(readers))
    papers.update(readers=list(readers))
    PinnedTemplate.objects.filter(case_id=case_id).update(readers=list(readers))
