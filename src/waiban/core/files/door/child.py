"""What the door's own process does with a file: read every text in it, and answer in one JSON object.

Runs without Django's settings (`core.files.apart`): sentences are named here and said by the door.
"""

import json

from waiban.core.files.door.reading import BrokenError, Marked, UnreadableError
from waiban.core.files.door.reading import said_later as _
from waiban.core.files.door.sniff import Sort, sort_of

PACKAGES = {Sort.DOCX, Sort.XLSX, Sort.PPTX}
IMAGES = {Sort.JPEG, Sort.PNG, Sort.TIFF, Sort.WEBP}


def answer(data: bytes) -> bytes:
    sort = sort_of(data)
    said: dict[str, str] = {}
    try:
        if sort is None:
            raise BrokenError("of no kind that is taken")
        read(sort, data, depth=0)
    except Marked as marked:
        said = {"marked": marked.mark}
    except BrokenError as broken:
        said = {"broken": str(broken)[:200]}
    except UnreadableError as unreadable:
        said = {"unreadable": unreadable.advice, "sort": str(unreadable.sort or "")}
    return json.dumps(said).encode()


def read(sort: Sort, data: bytes, depth: int) -> None:
    """Read every text of the file; raises Marked, BrokenError or UnreadableError."""
    # Each kind's libraries are loaded for that kind alone: most of the child's time is its start.
    if sort in PACKAGES:
        from waiban.core.files.door.packages import read_package

        read_package(data, depth, read)
    elif sort == Sort.PDF:
        from waiban.core.files.door.pdfs import read_pdf

        read_pdf(data, depth, read)
    elif sort in IMAGES:
        from waiban.core.files.door.images import read_image

        read_image(data)
    else:
        raise UnreadableError(_("无法检查%(kind)s里的密级标志，请另存为 PDF 或 DOCX"), sort)
