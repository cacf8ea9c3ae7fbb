"""PDF: the text of each page, properties, bookmarks, notes, form fields and attached files.

A scan has no text and passes: nobody can read a picture for certain. Who hands it in
answers for it, and every read of it is in the register.
"""

import io
from collections.abc import Iterator
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, TextStringObject

from waiban.core.files.door import limits
from waiban.core.files.door.packages import Reader
from waiban.core.files.door.reading import BrokenError, UnreadableError, look, look_at_bytes, look_at_lines
from waiban.core.files.door.reading import said_later as _
from waiban.core.files.door.sniff import sort_of

FAULTS = (
    PyPdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OSError,
    NotImplementedError,
    AssertionError,
    ZeroDivisionError,
)
"""What pypdf raises on files that aren't what they claim to be; it promises no narrower list."""


def read_pdf(data: bytes, depth: int, read: Reader) -> None:
    try:
        attached = _read_own(data)
    except (BrokenError, UnreadableError):
        raise
    except FAULTS as error:
        raise BrokenError(str(error)) from error
    for name, content in attached:
        look(name)
        look_at_bytes(content)
        sort = sort_of(content)
        if sort is None or depth >= limits.DEPTH:
            raise UnreadableError(_("PDF 里附了无法检查的文件，请取下后单独上传"))
        read(sort, content, depth + 1)


def _read_own(data: bytes) -> list[tuple[str, bytes]]:
    """Look at all that the file itself says; give the files attached to it."""
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):  # an empty password opens what only forbids printing
        raise UnreadableError(_("PDF 加了密码，无法检查密级标志；请去掉密码后再上传"))
    if len(reader.pages) > limits.PAGES:
        raise BrokenError("more pages than the limit")
    for page in reader.pages:
        look_at_lines(page.extract_text().splitlines())
    for text in _texts(reader):
        look(text)
    return [(name, bytes(content)) for name, contents in reader.attachments.items() for content in contents]


def _texts(reader: pypdf.PdfReader) -> Iterator[str]:
    """Every text string of the file's objects: titles, notes, bookmarks, field values, layer names."""
    if metadata := reader.metadata:
        yield from (str(value) for value in metadata.values())
    root: Any = reader.trailer["/Root"]
    if "/Metadata" in root:
        yield root["/Metadata"].get_data().decode("utf-8", "replace")
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if (value.idnum, value.generation) in seen:
                continue
            seen.add((value.idnum, value.generation))
            value = value.get_object()
        if isinstance(value, TextStringObject):
            yield str(value)
        elif isinstance(value, DictionaryObject):
            waiting += [value.raw_get(key) for key in value if key not in {"/Parent", "/Resources"}]
        elif isinstance(value, ArrayObject):
            waiting += list(value)
