"""Draw a paper: number, words, both files, row and event, all in one transaction or not at all."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.files.actions.keep import keep
from waiban.core.offices.models import Office
from waiban.core.papers import policies
from waiban.core.papers.actions.draw_number import draw_number
from waiban.core.papers.figures import document_number
from waiban.core.papers.models import Paper
from waiban.core.papers.rendering import render
from waiban.core.papers.source import MissingError, PaperError, Source, UndrawnError, Values, source_sha256

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@transaction.atomic
def draw_paper(
    source: Source,
    make_values: Callable[[str | None], Values],
    *,
    office: Office,
    day: date,
    readers: Sequence[int],
    case_id: uuid.UUID | None = None,
    version_id: uuid.UUID | None = None,
    grant_id: uuid.UUID | None = None,
    number_pattern: str | None = None,
    valid_until: date | None = None,
) -> Paper:
    """Draw `source` with the values that `make_values` makes for its number.

    `number_pattern` is the office's setting for this kind; None for a paper without a number.
    Raises PaperError with a sentence for the person when a fact is missing: the approval that
    asked for the paper then doesn't happen either, and the number stays free.
    """
    principal = current_principal()
    if not policies.may_draw(principal):
        raise PermissionError("paper.draw")
    serial = draw_number(office.pk, source.paper, day.year) if number_pattern else None
    number = document_number(number_pattern, year=day.year, number=serial) if number_pattern and serial else None
    values = make_values(number)
    try:
        drawn = render(source, values, office=office, day=day, case_id=case_id)
    except MissingError as missing:
        said = {"paper": source.zh, "what": missing.zh}
        raise PaperError(_("%(paper)s还缺：%(what)s。补齐后再办。") % said) from missing
    except UndrawnError as lost:
        said = {"characters": lost.characters}
        raise PaperError(_("%(characters)s没有字形，印不出来。请管理员添加字体。") % said) from lost
    plain = (number or f"{source.zh} {day.isoformat()}").replace("\N{NO-BREAK SPACE}", "")
    paper = Paper.objects.create(
        office=office,
        kind=source.paper,
        case_id=case_id,
        version_id=version_id,
        grant_id=grant_id,
        year=day.year,
        serial=serial,
        document_number=number or "",
        day=day,
        valid_until=valid_until,
        source_sha256=source_sha256(source),
        content_sha256=sha256(msgspec.json.encode([source, values], order="deterministic")).hexdigest(),
        template=drawn.template,
        pdf=keep(drawn.pdf, name=f"{plain}.pdf", content_type="application/pdf", office_id=office.pk, readers=readers)
        if drawn.pdf is not None
        else None,
        docx=keep(drawn.docx, name=f"{plain}.docx", content_type=DOCX, office_id=office.pk, readers=readers),
        drawn_by_post_id=principal.for_post or principal.post,
        readers=list(readers),
    )
    record(
        "paper.draw",
        principal,
        subject=("paper", paper.pk),
        readers=readers,
        office=office.pk,
        case=case_id,
        happened_on=day,
        data={"kind": source.paper, "number": number, "version": version_id, "content_sha256": paper.content_sha256},
    )
    return paper
