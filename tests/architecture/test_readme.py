"""What the README shows is what the command prints, and what the pages link to is there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize(("document", "locale"), [("README.md", "en_GB.UTF-8"), ("README.zh-CN.md", "zh_CN.UTF-8")])
def test_the_command_prints_what_the_page_shows(document: str, locale: str) -> None:
    shown = re.search(
        r"^\$ waiban (check [^\n]+)\n(.*?)^```", (ROOT / document).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert shown is not None
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "waiban", *shown[1].split()],
        cwd=ROOT, env=kept | {"LANG": locale}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == shown[2].splitlines()


@pytest.mark.parametrize("document", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_no_link_leads_nowhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
