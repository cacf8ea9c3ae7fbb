"""Which papers a trip needs, why each is asked and by which rule; as the list stood on the case's day."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language, gettext_lazy

from waiban.core.casework.clocks import today
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import Attachment, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.papers.forms import CATALOGUE
from waiban.domains.outbound.roads import process_of
from waiban.domains.outbound.settling import article_of

FILE = Path(__file__).parent / "papers" / "checklist.yaml"
MAKERS = {
    "unit": gettext_lazy("单位"), "finance": gettext_lazy("单位财务"), "host": gettext_lazy("邀请方"),
    "personnel": gettext_lazy("组织人事"), "member": gettext_lazy("本人"), "sender": gettext_lazy("派员单位"),
}  # fmt: skip
OTHERS = {
    "invitation": gettext_lazy("邀请函"), "nature": gettext_lazy("性质说明"), "internal_notice": gettext_lazy("内部公示表"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """`there` None: nothing in the system could show it; a paper signed by hand and kept by the unit."""

    paper: str
    name: str
    made_by: str
    why: str
    cite: str
    there: bool | None


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["papers"]
    return rows


def wanted(trip: Trip) -> list[Wanted]:
    """In the order in which they are made."""
    day = (trip.case.opened_on if trip.case else None) or today()
    road, law = process_of(value_of(trip.dossier)), law_of(trip.office)
    there = set(Attachment.objects.filter(trip=trip, removed_at=None).values_list("kind", flat=True))
    english = (get_language() or "").startswith("en")
    found = []
    for row in _rows():
        if road not in row.get("roads", [road]) or not _in_force(row, day):
            continue
        form = CATALOGUE.get(row["paper"])
        name = (form.source.en if english else form.source.zh) if form else str(OTHERS[row["paper"]])
        entry = law.entry(row["rule"]) if row["rule"] else None
        found.append(
            Wanted(
                paper=row["paper"],
                name=name,
                made_by=str(MAKERS[row["by"]]),
                why=row["why"],
                cite=article_of(entry["citation"]) if entry else "",
                there=row["kind"] in there if "kind" in row else None,
            )
        )
    return found


def _in_force(row: dict[str, Any], day: date) -> bool:
    return (row.get("from") or date.min) <= day < (row.get("until") or date.max)
