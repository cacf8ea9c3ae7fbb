"""DOCX, XLSX, PPTX: every part of the package is read, not only the body.

Marks hide in headers, text boxes, comments, sheet names, alternative texts, WordArt and
properties, and Word cuts a word into runs at will. So each part's text is put together by
paragraph, cell and string, whatever the element that holds it, and every attribute is read.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import python_calamine
from lxml import etree

from waiban.core.files.door import limits
from waiban.core.files.door.reading import BrokenError, UnreadableError, look, look_at_bytes, look_at_lines
from waiban.core.files.door.reading import said_later as _
from waiban.core.files.door.sniff import Sort, sort_of

SORTS = {Sort.DOCX, Sort.XLSX, Sort.PPTX}
Reader = Callable[[Sort, bytes, int], None]

# Elements that end a line: a paragraph (w:p, a:p), a shared string (si), an inline string (is), a cell's value, a
# header or footer of a sheet.
LINES = {
    "p",
    "si",
    "is",
    "v",
    "f",
    "text",
    "oddHeader",
    "oddFooter",
    "evenHeader",
    "evenFooter",
    "firstHeader",
    "firstFooter",
}
SHEET_CODES = re.compile(r'&(?:"[^"]*"|[0-9]+|K[0-9A-Fa-f]{6}|K[0-9]{2}[+-][0-9]{3}|[A-Z&])')
STREAMED = 8 * 1024 * 1024
ROWS_OF_A_BOOK = re.compile(r"xl/(worksheets/[^/]+|sharedStrings)\.xml")
LINES_AT_ONCE, OVERLAP = 20_000, 40
"""A mark cut over lines is looked for across the seam as well."""
STAR_SYMBOLS = {"F0AB", "00AB", "F0B6", "00B6"}
"""The stars of the Wingdings font, which w:sym names by number."""


def read_package(data: bytes, depth: int, read: Reader) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _within_limits(archive)
            for entry in archive.infolist():
                look(entry.filename)
                if not entry.is_dir():
                    _read_part(entry.filename, archive.read(entry), depth, read)
                look(entry.comment.decode("utf-8", "replace"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise BrokenError(str(error)) from error
    if sort_of(data) == Sort.XLSX:
        _read_rows(data)


def _within_limits(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > limits.PARTS or sum(entry.file_size for entry in entries) > limits.UNFOLDED:
        raise BrokenError("unfolds to more than the limits")
    for entry in entries:
        if entry.flag_bits & 1:
            raise UnreadableError(_("文件加了密码，无法检查密级标志；请去掉密码后再上传"))
        if entry.file_size > 1024 * 1024 and entry.file_size > limits.RATIO * max(entry.compress_size, 1):
            raise BrokenError("a part unfolds out of proportion")


def _read_part(name: str, data: bytes, depth: int, read: Reader) -> None:
    ending = name.rsplit(".", 1)[-1].lower()
    if ending in {"xml", "rels", "vml"} or data.lstrip()[:5] == b"<?xml":
        if len(data) > STREAMED and ROWS_OF_A_BOOK.fullmatch(name):
            _read_rows_of_a_book(data)
        else:
            _read_xml(data)
        return
    sort = sort_of(data)
    if sort in SORTS or sort == Sort.PDF or ending in {"htm", "html", "mht", "mhtml", "rtf", "txt"}:
        if sort is None:
            raise UnreadableError(_("文件里嵌了无法检查的内容，请另存为 PDF 再上传"))
        if depth >= limits.DEPTH:
            raise UnreadableError(_("文件里嵌的文件层数太多，请拆开再上传"))
        read(sort, data, depth + 1)
    elif sort == Sort.OLE or "/embeddings/" in name:
        look_at_bytes(data)
        raise UnreadableError(_("文件里嵌了旧版 Office 或其他对象，无法检查；请去掉或另存为 PDF"))
    elif sort is not None:
        read(sort, data, depth + 1)
    else:
        look_at_bytes(data)


def _read_xml(data: bytes) -> None:
    if len(data) > limits.XML_PART:
        raise BrokenError("an XML part is larger than the limit")
    try:
        # libxml2's own limits on depth and size stay on; entities stay as they are written.
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BrokenError(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise BrokenError("an office file has no document type of its own")
    look_at_lines(_lines(root))
    for element in root.iter():
        for value in element.attrib.values():
            look(value)


def _read_rows_of_a_book(data: bytes) -> None:
    """A part too large to be held as a tree: each element is looked at when it ends, and let go."""
    if len(data) > limits.SHEET_PART:
        raise BrokenError("an XML part is larger than the limit")
    lines: list[str] = []
    try:
        events = etree.iterparse(
            io.BytesIO(data), events=("end",), resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
        )
        for _event, element in events:
            if element.getroottree().docinfo.doctype:
                raise BrokenError("an office file has no document type of its own")
            tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
            for value in element.attrib.values():
                look(value)
            if tag in LINES:
                text = "".join(element.itertext())
                lines.append(SHEET_CODES.sub("", text) if tag.endswith(("Header", "Footer")) else text)
                if len(lines) >= LINES_AT_ONCE:
                    look_at_lines(lines)
                    lines = lines[-OVERLAP:]
            if tag in {"row", "si"}:
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BrokenError(str(error)) from error
    look_at_lines(lines)


def _lines(root: Any) -> Iterator[str]:
    """Texts by line, inner lines (a text box in a paragraph) before the outer one that holds them."""
    pending: list[list[str]] = [[]]
    done: list[str] = []

    def walk(element: Any) -> None:
        if not isinstance(element.tag, str):  # a comment or an entity left as it is
            return
        tag = element.tag.rsplit("}", 1)[-1]
        own = tag in LINES
        if own:
            pending.append([])
        if tag == "sym" and any(str(value).upper() in STAR_SYMBOLS for value in element.attrib.values()):
            pending[-1].append("★")
        pending[-1].append(element.text or "")
        for child in element:
            walk(child)
            pending[-1].append(child.tail or "")
        if own:
            text = "".join(pending.pop())
            done.append(SHEET_CODES.sub("", text) if tag.endswith(("Header", "Footer")) else text)

    walk(root)
    yield from done
    yield "".join(pending[0])


def _read_rows(data: bytes) -> None:
    """Cells side by side: a mark cut over two of them reads as one line to the eye."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheet_names:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
            look_at_lines("".join(str(cell) for cell in row) for row in rows)
    except (python_calamine.CalamineError, OSError) as error:
        raise BrokenError(str(error)) from error
