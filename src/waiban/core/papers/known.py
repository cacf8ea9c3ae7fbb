"""Which papers there are: each domain names the folder of its sources."""

from pathlib import Path

from waiban.core.papers.source import Source, load_source

_folders: list[Path] = []


def register(folder: Path) -> None:
    """Its *.yaml are papers, those that are added later among them."""
    if folder not in _folders:
        _folders.append(folder)


def papers() -> dict[str, Source]:
    """Every paper by its code, in the order of their Chinese names."""
    found = [load_source(path) for folder in _folders for path in sorted(folder.glob("*.yaml"))]
    return {source.paper: source for source in sorted(found, key=lambda source: source.zh)}
