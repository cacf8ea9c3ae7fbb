"""The law of an office: the shipped levels that its path names, and what the office itself laid over them."""

from functools import lru_cache

from waiban.core.offices.models import Office
from waiban.core.offices.overlays import OVERLAY, files_of
from waiban.core.offices.queries import setting
from waiban.rulebook.law import Law, load_law, load_level


def law_of(office: Office) -> Law:
    """Remembered on the office row, so that one request reads the setting once."""
    known: Law | None = getattr(office, "known_law", None)
    if known is None:
        known = _law(office.law_path, str(setting(office, OVERLAY) or ""))
        office.known_law = known  # type: ignore[attr-defined]
    return known


@lru_cache(maxsize=64)
def _law(path: str, overlay: str) -> Law:
    return load_law(overlay=files_of(overlay, path)) if overlay.strip() else load_level(path)
