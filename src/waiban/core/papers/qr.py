"""The square on a paper: its number, day and validity, nothing of a person or a place."""

import io

import segno


def qr_text(number: str, day: str, valid_until: str | None = None) -> str:
    """What a scan shows. Only these three: a paper lies on desks where its case doesn't."""
    lines = [f"文号 {number}", f"日期 {day}"]
    if valid_until:
        lines.append(f"有效期至 {valid_until}")
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def qr_svg(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, nl=False)
    return out.getvalue().decode()


def qr_png(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", border=0, scale=8)
    return out.getvalue()
