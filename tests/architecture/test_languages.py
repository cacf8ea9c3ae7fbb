"""No page says a Chinese word that its English twin cannot say: text in templates goes through the catalogue."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "waiban"
CHINESE = re.compile(r"[㐀-鿿]")
SPOKEN = re.compile(
    r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}"
    r"|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}"
    r"|\{%\s*trans(?:late)?\b.*?%\}"
    r"|_\(\s*(?:\"[^\"]*\"|'[^']*')\s*\)",
    re.DOTALL,
)
IN_BOTH = {
    "500.html": "says both languages at once: nothing may be asked when the server failed",
    "gallery": "pictures of the parts with invented content",
    "notice_file.html": "a paper: the notice as it hangs in a unit, in Chinese whoever made it",
}
MARKS = re.compile(r'<span class="mark" aria-hidden="true">外</span>|中文</button>')
"""The office's mark, and the button that leads back to Chinese."""


def test_templates_say_nothing_past_the_catalogue() -> None:
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        if set(path.parts) & set(IN_BOTH):
            continue
        text = MARKS.sub("", SPOKEN.sub("", path.read_text(encoding="utf-8")))
        found += [f"{path.name}: {line.strip()[:80]}" for line in text.splitlines() if CHINESE.search(line)]
    assert found == []
