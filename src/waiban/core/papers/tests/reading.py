"""Reading back what was drawn."""

import io
import re
import struct

from docx import Document
from docx.table import Table
from pypdf import PdfReader
from pypdf.generic import ContentStream


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def pdf_words(data: bytes) -> str:
    """All words of a PDF without white space, page numbers left out."""
    pages = (squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(data)).pages)
    return "".join(re.sub(r"—\d+—", "", page) for page in pages)


def pdf_glyphs(data: bytes) -> set[tuple[str, int]]:
    """(font, glyph number) of everything that the pages draw; number 0 is the empty box."""
    found: set[tuple[str, int]] = set()
    reader = PdfReader(io.BytesIO(data))
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"]
        font = ""
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"Tf":
                font = str(fonts[operands[0]]["/BaseFont"])
            for operand in operands if operator == b"Tj" else operands[0] if operator == b"TJ" else []:
                if isinstance(operand, (bytes, str)):
                    raw = operand if isinstance(operand, bytes) else operand.original_bytes
                    found |= {(font, glyph) for (glyph,) in struct.iter_unpack(">H", raw)}
    return found


def docx_lines(data: bytes) -> list[str]:
    """The body's lines in order; a table's row is one line with tabs between cells."""
    lines: list[str] = []
    for part in Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(part, Table):
            lines += ["\t".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            lines.append(part.text)
    return lines
