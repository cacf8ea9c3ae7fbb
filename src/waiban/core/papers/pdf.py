"""A filled source set as PDF/A-2b by Typst: the same words and fonts give the same bytes."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec
import typst

from waiban.core.papers import fonts
from waiban.core.papers.qr import qr_svg
from waiban.core.papers.source import Source, UndrawnError, Values, fill, numbered

LAYOUTS = Path(__file__).parent / "layouts"


def render_pdf(source: Source, values: Values, *, day: date, extra_fonts: Path | None = None) -> bytes:
    """The paper as PDF/A-2b. `day` is the paper's own day and becomes the file's date.

    Raises PaperError where values don't fit the source or hold a character that no font draws,
    FontsMissingError where set-up was not run. No network, no font of the machine.
    """
    filled = fill(source, values)
    if lost := fonts.undrawn("".join(filled.lines()) + "".join(filter(None, filled.head.values())), extra_fonts):
        raise UndrawnError(lost)
    qr = filled.head["qr"]
    paper = {
        "layout": filled.layout,
        "title": filled.title,
        "pieces": filled.title_pieces,
        "to": filled.to,
        "head": filled.head,
        "blocks": filled.blocks,
        "attachments": numbered(filled.attachments),
        "qr": qr_svg(qr) if qr else None,
        "fonts": {
            "body": fonts.families(fonts.BODY, extra_fonts),
            "title": fonts.families(fonts.TITLE, extra_fonts),
            "heading": fonts.families(fonts.HEADING, extra_fonts),
            "sans": fonts.families(fonts.SANS, extra_fonts),
        },
    }
    layout = "sheet" if filled.layout == "sheet" else "official"
    return typst.compile(
        LAYOUTS / f"{layout}.typ",
        root=LAYOUTS,
        font_paths=fonts.typst_fonts(extra_fonts),
        ignore_system_fonts=True,
        sys_inputs={"paper": msgspec.json.encode(paper).decode()},
        pdf_standards=["a-2b"],
        timestamp=datetime.combine(day, time(), UTC),
        format="pdf",
    )
