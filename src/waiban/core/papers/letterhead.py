"""What an office prints on every paper of its own, from its settings."""

from dataclasses import dataclass
from datetime import date

from waiban.core.papers.figures import paper_day, paper_day_in_chinese_figures
from waiban.core.papers.qr import qr_text

PRACTICE_MARK = "练习无效"


@dataclass(frozen=True)
class Letterhead:
    """`head_mark` is None for an office without a red head; `square` off for closed networks."""

    office: str
    head_mark: str | None = None
    contact: str | None = None
    copies_to: str | None = None
    square: bool = True
    chinese_figures: bool = False
    practice: bool = False
    """A practice area prints no valid paper: its name says so, and so does the mark."""

    def day(self, day: date) -> str:
        return paper_day_in_chinese_figures(day) if self.chinese_figures else paper_day(day)

    def head(
        self, *, day: date, number: str | None, signer: str | None = None, valid_until: date | None = None
    ) -> dict[str, str | None]:
        """The values of `source.HEAD`; a paper without a number bears no square."""
        square = None
        if self.square and number:
            square = qr_text(number, day.isoformat(), valid_until.isoformat() if valid_until else None)
        return {
            "office": self.office,
            "head_mark": self.head_mark,
            "number": number,
            "date": self.day(day),
            "signer": signer,
            "contact": self.contact,
            "copies_to": self.copies_to,
            # True before the stamp and after it; the copy to rely on is the stamped scan.
            "mark": PRACTICE_MARK if self.practice else "未盖章无效",
            "qr": square,
        }
