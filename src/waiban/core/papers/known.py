"""Which papers there are: each domain names the folder of its sources."""

from collections.abc import Collection
from pathlib import Path

from waiban.core.papers.source import Source, load_source

_folders: dict[Path, frozenset[str]] = {}


def register(folder: Path, *, left_out: Collection[str] = ()) -> None:
    """Its *.yaml are papers, those that are added later among them. `left_out`, by the files' names: what is never given
    as DOCX, so that an office's own DOCX would have no place, and what is no paper.
    """
    _folders[folder] = frozenset(left_out)


def papers() -> dict[str, Source]:
    """Every paper that an office may have as a DOCX of its own, by its code, in the order of their Chinese names."""
    found = [
        load_source(path)
        for folder, left_out in _folders.items()
        for path in sorted(folder.glob("*.yaml"))
        if path.stem not in left_out
    ]
    return {source.paper: source for source in sorted(found, key=lambda source: source.zh)}
