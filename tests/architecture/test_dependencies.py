"""Every package that the project asks for has its licence and its reason in docs/dependencies.md."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([@\w./-]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def asked() -> set[str]:
    lines = [line for path in (ROOT / "requirements").glob("*.in") for line in path.read_text().splitlines()]
    python = {NAME.match(line)[0].lower() for line in lines if line and line[0] not in "#-"}  # type: ignore[index]
    assets = json.loads((ROOT / "assets" / "package.json").read_text())
    return python | set(assets["dependencies"]) | set(assets["devDependencies"])


def told() -> dict[str, tuple[str, str]]:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    return {name: (licence, why) for name, licence, why in ROW.findall(text) if name != "package"}


def test_each_package_is_told_and_each_row_is_asked_for() -> None:
    assert sorted(asked() - set(told())) == []
    assert sorted(set(told()) - asked()) == []


def test_what_ships_is_permissive_or_lgpl() -> None:
    shipped = {
        NAME.match(line)[0]
        for line in (ROOT / "requirements" / "runtime.in").read_text().splitlines()
        if line and line[0] not in "#-"
    }  # type: ignore[index]
    assert [name for name in sorted(shipped) if re.search(r"\bA?GPL", told()[name][0])] == []
