"""An office's own overlay of the law: a setting like any other, versioned and audited, proved before it is stored.

Its text is the YAML of an overlay file (docs/rulebook.md); it lies over the levels that the
office's `law_path` names, and may tighten them, pick inside a range they leave, or stack an
earlier deadline. A loosening is refused with both citations.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.principals import PUBLIC, acting_as
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.queries import setting
from waiban.core.offices.settings import Kind, Setting
from waiban.dossiers.load import trip_schema
from waiban.rulebook.law import load_level
from waiban.rulebook.sources import LawError, level_from_files, stack
from waiban.rulebook.verify import verify

OVERLAY = "law.overlay"

LAW = Setting(
    key=OVERLAY,
    kind=Kind.TEXT,
    default="",
    label=gettext_lazy("本办规则（YAML）"),
    group=gettext_lazy("规则"),
    help=gettext_lazy("只能收紧上级规定，或在上级留出的范围内选定；写法见 docs/rulebook.md"),
    may_be_empty=True,
    longest=40_000,
    check_for=lambda office, text: check_overlay(text, office.law_path),
)


def files_of(text: str, law_path: str) -> Mapping[str, str]:
    """The overlay as a folder would hold it; empty for an office without one of its own."""
    if not text.strip():
        return {}
    parents = ", ".join(load_level(law_path).levels)
    head = f"level: city\nzh: 本办规则\nen: The office's own rules\nparents: [{parents}]\n"
    return {"level.yaml": head, "overlay.yaml": text}


def overlay_files(slug: str) -> Mapping[str, str]:
    """Of the office with that short name, for `waiban regulations export --office`. Raises KeyError for a stranger."""
    with acting_as(PUBLIC):
        office = Office.objects.filter(slug=slug).first()
        if office is None:
            raise KeyError(slug)
        return files_of(str(setting(office, OVERLAY) or ""), office.law_path)


def check_overlay(text: str, law_path: str) -> None:
    """Raises CannotError with the first fault, both citations where one level contradicts another."""
    files = files_of(text, law_path)
    if not files:
        return
    try:
        own = level_from_files("office", {name: part.encode() for name, part in files.items()})
        faults = verify(stack([], own=own), trip_schema())
    except LawError as error:
        raise CannotError(_("规则写法不对：%(why)s") % {"why": error}) from error
    if faults:
        raise CannotError(_("规则不能采用：%(why)s") % {"why": faults[0]})
