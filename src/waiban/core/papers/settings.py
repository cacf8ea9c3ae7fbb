"""What an office has settled about its papers (keys `paper.*` of its settings)."""

from datetime import date, timedelta

from waiban.core.offices.models import Office
from waiban.core.offices.queries import setting
from waiban.core.papers.letterhead import Letterhead


def letterhead_of(office: Office) -> Letterhead:
    return Letterhead(
        office.name,
        head_mark=setting(office, "paper.head_mark") or None,
        contact=setting(office, "paper.contact") or None,
        copies_to=setting(office, "paper.copies_to") or None,
        square=bool(setting(office, "paper.square")),
        chinese_figures=setting(office, "paper.date_figures") == "chinese",
        practice=office.practice,
    )


def number_pattern(office: Office, kind: str) -> str:
    """云外批〔{year}〕{number} 号."""
    return str(setting(office, f"paper.number.{kind}")).replace("{short}", office.short_name)


def valid_until(office: Office, day: date) -> date | None:
    """The last day on which a task approval drawn on `day` holds; None where the office sets no time."""
    days = setting(office, "paper.valid_days")
    return day + timedelta(days=int(days)) if days else None
