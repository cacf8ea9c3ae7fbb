"""Reading papers; every read goes through row security."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from waiban.core.papers.models import Paper


@dataclass(frozen=True)
class PaperFace:
    """A paper as a page shows it. `scan` is the copy to rely on once it is there."""

    id: uuid.UUID
    kind: str
    number: str
    day: date
    valid_until: date | None
    state: str
    state_zh: str
    pdf: uuid.UUID | None
    docx: uuid.UUID
    scan: uuid.UUID | None
    stamped_on: date | None
    drawn_at: datetime
    voided_on: date | None
    void_reason: str


def papers_of_case(case_id: uuid.UUID) -> list[PaperFace]:
    """Oldest first, void ones among them: one query."""
    return [_face(paper) for paper in Paper.objects.filter(case_id=case_id).order_by("drawn_at", "pk")]


def paper_in_force(case_id: uuid.UUID, kind: str) -> PaperFace | None:
    """The newest paper of the kind that is not void."""
    papers = Paper.objects.filter(case_id=case_id, kind=kind).exclude(state=Paper.State.VOID)
    paper = papers.order_by("-drawn_at", "-pk").first()
    return _face(paper) if paper else None


def _face(paper: Paper) -> PaperFace:
    return PaperFace(
        id=paper.pk,
        kind=paper.kind,
        number=paper.document_number,
        day=paper.day,
        valid_until=paper.valid_until,
        state=paper.state,
        state_zh=str(Paper.State(paper.state).label),
        pdf=paper.pdf_id,
        docx=paper.docx_id,
        scan=paper.stamped_scan_id,
        stamped_on=paper.stamped_on,
        drawn_at=paper.drawn_at,
        voided_on=paper.voided_on,
        void_reason=paper.void_reason,
    )
