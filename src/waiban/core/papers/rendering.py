"""A paper's files by the office's own template or the shipped source, whichever prints this case's papers."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from waiban.core.offices.models import Office
from waiban.core.papers.letterhead import PRACTICE_MARK
from waiban.core.papers.models import PaperTemplate
from waiban.core.papers.pdf import render_pdf
from waiban.core.papers.source import Source, Values
from waiban.core.papers.templates import render_own, template_for
from waiban.core.papers.word import render_docx


@dataclass(frozen=True, slots=True)
class Rendered:
    """`pdf` is None where the office's own DOCX was filled: the shipped PDF would say something else."""

    docx: bytes
    pdf: bytes | None
    template: PaperTemplate | None


def render(source: Source, values: Values, *, office: Office, day: date, case_id: uuid.UUID | None) -> Rendered:
    """Raises PaperError where values don't fit the source or can't be printed."""
    values = marked(values, office)
    template = template_for(office, source.paper, case_id)
    if template is not None:
        return Rendered(render_own(template, source, values, day=day), None, template)
    pdf = render_pdf(source, values, day=day, extra_fonts=settings.WAIBAN_PRINT_FONTS)
    return Rendered(render_docx(source, values, day=day), pdf, None)


def marked(values: Values, office: Office) -> Values:
    """Whatever a practice area prints says that it is practice, also where the head is a unit's."""
    return {**values, "mark": PRACTICE_MARK} if office.practice else values
