"""Classification marks (密级): 秘密★, 机密★, 绝密★ with or without a term, however they are set.

The star is what makes a mark; the word alone is ordinary language ("商业秘密") and passes.
"""

import re
import unicodedata
from collections.abc import Iterable

STARS = "★☆⭐✩✪✫✬✭✮✯✰⋆🌟🟊⚝✡"
UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)
SAME = str.maketrans({"祕": "秘", "機": "机", "絕": "绝", "\N{BLACK FOUR POINTED STAR}": "★"})
MARK = re.compile(f"([秘机绝]密)[·.:：、\\-—_]?[{STARS}]")
TERM = re.compile(f"([秘机绝]密)[{STARS}](?:[0-9一二三四五六七八九十]+(?:个月|年|月|天|日)|长期|启用|永久)")
SHORT = 2
"""A line of so few characters may be a part of a mark that is set character by character."""


def plain(text: str) -> str:
    """Without what the eye does not see, compatibility forms and radicals made ordinary."""
    if text.isascii():  # most cells of a sheet are: a third of a minute less on 100,000 rows
        return "".join(text.split())
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(SAME)


def mark_in(text: str) -> str:
    """The word of the mark that stands in `text` (秘密, 机密 or 绝密), or an empty text."""
    if text.isascii():
        return ""
    found = MARK.search(plain(text))
    return found.group(1) if found else ""


def mark_in_lines(lines: Iterable[str]) -> str:
    """Also a mark that lines cut apart: one character a line, or the star on the next line with its term."""
    flat = [plain(line) for line in lines]
    run = ""
    for line in [*flat, "\N{REPLACEMENT CHARACTER}" * (SHORT + 1)]:
        if found := mark_in(line):
            return found
        if len(line) <= SHORT:
            run += line
            continue
        if found := mark_in(run):
            return found
        run = ""
    across = TERM.search("".join(flat))
    return across.group(1) if across else ""


ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_RAW = [
    (f"{word}{star}".encode(coding), word) for word in ("秘密", "机密", "绝密") for star in "★☆" for coding in ENCODINGS
]


def mark_in_bytes(data: bytes) -> str:
    """For parts that have no text of their own to read: fonts, drawings, unknown formats."""
    return next((word for raw, word in _RAW if raw in data), "")
