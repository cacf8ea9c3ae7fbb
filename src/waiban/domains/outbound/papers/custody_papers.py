"""The slip of a hand-over and the labels of pouches, printed from what is on record."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.utils import translation

from waiban.core.casework.clocks import today
from waiban.core.offices.models import Office
from waiban.core.papers.pdf import render_pdf
from waiban.core.papers.rendering import marked
from waiban.core.papers.settings import letterhead_of
from waiban.domains.outbound.document_queries import titles_of
from waiban.domains.outbound.models import CustodyEvent, TravelDocument
from waiban.domains.outbound.papers.values import source


def slip_pdf(rows: Sequence[CustodyEvent]) -> bytes:
    """One A4 page a hand-over; the documents in the order of their codes, at least one."""
    with translation.override("zh-hans"):  # a paper is Chinese, whatever the reader's screen speaks
        one = rows[0]
        titles = titles_of(row.trip_id for row in rows)
        dues = {row.due_back for row in rows}
        values = {
            **_head(one.document.office, one.happened_on),
            "slip": f"{one.slip_year}-{one.slip}",
            "day": _day(one.happened_on),
            "why": str(one.get_why_display()),
            "from_place": str(one.get_taken_from_display()) if one.taken_from else "新登记",
            "to_place": str(one.get_place_display()),
            "trip": titles[one.trip_id][0] if one.trip_id in titles else None,
            "words": "，".join(part for part in (one.place_words, one.mark) if part) or None,
            "given_by": one.given_by or None,
            "taken_by": one.taken_by or None,
            "due_back": _day(one.due_back) if one.due_back and len(dues) == 1 else None,
            "count": str(len(rows)),
            "documents": [
                {
                    "place": str(n),
                    "code": row.document.code,
                    "holder": row.document.holder.name,
                    "unit": row.document.keeping_unit.name,
                    "kind": str(row.document.get_kind_display()),
                    "expires": row.document.expires_on.isoformat() if row.document.expires_on else "",
                }
                for n, row in enumerate(rows, start=1)
            ],
        }
        return render_pdf(
            source("custody_slip"), marked(values, one.document.office), day=one.happened_on, extra_fonts=settings.WAIBAN_PRINT_FONTS
        )  # fmt: skip


def labels_pdf(rows: Sequence[TravelDocument]) -> bytes:
    day = today()
    pairs = [rows[n : n + 2] for n in range(0, len(rows), 2)]
    values = {
        **_head(rows[0].office, day),
        "count": str(len(rows)),
        "labels": [
            {
                "code": _spaced(pair[0]),
                "unit": pair[0].keeping_unit.short_name,
                "code2": _spaced(pair[1]) if len(pair) > 1 else "",
                "unit2": pair[1].keeping_unit.short_name if len(pair) > 1 else "",
            }
            for pair in pairs
        ],
    }
    return render_pdf(
        source("pouch_labels"), marked(values, rows[0].office), day=day, extra_fonts=settings.WAIBAN_PRINT_FONTS
    )


def _head(office: Office, day: date) -> dict[str, str | None]:
    """A slip is no official paper: no red head, no seal to wait for."""
    letterhead = letterhead_of(office)
    nothing: dict[str, str | None] = dict.fromkeys(
        ("number", "head_mark", "signer", "contact", "copies_to", "mark", "qr")
    )
    return {**nothing, "office": letterhead.office, "date": letterhead.day(day)}


def _spaced(document: TravelDocument) -> str:
    return f"{document.code[:3]}-{document.code[3:]}"


def _day(day: date | None) -> str | None:
    return f"{day.year}年{day.month}月{day.day}日" if day else None
