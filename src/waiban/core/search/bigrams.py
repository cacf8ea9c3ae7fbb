"""Text as overlapping pairs of characters: what is written and what is asked go through the same fold.

A pair of characters and where it stands give exact parts of any length, in Chinese, in Latin letters and in digits
alike. Marks and spaces between characters are left out, so that 云外办〔2027〕12 号 is found by 云外办[2027]12号 and
2027-0312 by 20270312; between two fields lies a gap that no question spans.
"""

import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 2_000
"""Characters of one object that are searched; positions beyond 16,383 would all be one."""
GAP = 2


def folded(text: str) -> str:
    """Full and half width, capitals and small letters are one; only letters and figures are left."""
    kept = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in kept if char.isalnum())


def vector(texts: Iterable[str], mark: str = "") -> str:
    """A tsvector's text: every pair with its places, and the last character of a field by itself."""
    places: dict[str, list[int]] = {}
    at = 1
    for field in dict.fromkeys(folded(text) for text in texts):
        if at + len(field) > LONGEST:
            break
        for pair in _pairs(field):
            places.setdefault(pair, []).append(at)
            at += 1
        at += GAP if field else 0
    return " ".join(f"'{mark}{pair}':{','.join(map(str, where))}" for pair, where in places.items())


def query(asked: str, mark: str = "") -> str:
    """A tsquery's text: each word that was asked as a part of some field, all of them; empty where nothing is asked."""
    words = dict.fromkeys(folded(word) for word in asked.split())
    return " & ".join(_phrase(word, mark) for word in words if word)


def _pairs(field: str) -> Iterator[str]:
    return (field[place : place + 2] for place in range(len(field)))


def _phrase(word: str, mark: str) -> str:
    """`'合作' <-> '作交' <-> '交流'`; one character is the beginning of a pair, or of the last one of a field."""
    if len(word) == 1:
        return f"'{mark}{word}':*"
    return "(" + " <-> ".join(f"'{mark}{word[place : place + 2]}'" for place in range(len(word) - 1)) + ")"
