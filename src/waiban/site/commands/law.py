"""Which law a command speaks of: the nation's, a shipped level's, or that of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from waiban.rulebook.law import load_law, shipped_levels
from waiban.rulebook.sources import NATION, REGULATIONS

if TYPE_CHECKING:
    from waiban.rulebook.law import Law
    from waiban.rulebook.sources import Level


def office_folder(office: str | None) -> Path | None:
    """A folder given by its path, or by the name of a shipped level."""
    if office is None:
        return None
    folder = Path(office)
    return REGULATIONS / office if not folder.is_dir() and office in shipped_levels() else folder


def law_of(office: str | None) -> Law:
    return load_law(office_folder(office))


def levels_of(office: str | None) -> list[Level]:
    """The sources of the same law, for commands that read them."""
    from waiban.rulebook.law import OWN_LEVEL
    from waiban.rulebook.sources import read_level, stack

    folder = office_folder(office)
    if folder is None:
        return stack([NATION])
    folder = folder.resolve()
    if folder.is_relative_to(REGULATIONS):
        return stack([str(folder.relative_to(REGULATIONS))])
    return stack([], own=read_level(folder, OWN_LEVEL))
