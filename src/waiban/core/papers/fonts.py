"""The fonts that papers are set in: files that set-up copies here, so no page depends on a machine's fonts.

An operator who holds licences for 方正小标宋, 仿宋_GB2312 and their like names a folder with them in the
setting WAIBAN_PRINT_FONTS (a path); they then come first, and Noto follows for characters that they lack.
"""

import struct
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import typst

FONTS = Path(__file__).parent / "fonts"
NEEDED = (
    "NotoSerifSC_400Regular.ttf",
    "NotoSerifSC_700Bold.ttf",
    "NotoSansSC_400Regular.ttf",
    "NotoSansSC_700Bold.ttf",
)

# Families by use, best first. GB2312 fonts know 6,763 characters and lack many that stand in names;
# Noto at the end of each list draws those.
BODY = ("FangSong_GB2312", "FangSong", "STFangsong", "FandolFang R", "Noto Serif SC", "Noto Sans SC")
TITLE = ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "Noto Serif SC", "Noto Sans SC")
HEADING = ("SimHei", "STHeiti", "Noto Sans SC", "Noto Serif SC")
SANS = ("Noto Sans SC", "Noto Serif SC")
# On screen these are drawn as spaces or not at all; no font needs a picture of them.
INVISIBLE = frozenset("\t\n\r \u00a0\u2002\u2003\u2009\u200b\u2060\u3000\ufeff")


class FontsMissingError(RuntimeError):
    """Set-up has not copied the fonts; says which and what to run."""


def font_folders(extra: Path | None = None) -> list[Path]:
    missing = [name for name in NEEDED if not (FONTS / name).exists()]
    if missing:
        raise FontsMissingError(f"{', '.join(missing)} not in {FONTS}; run bin/setup")
    return [FONTS] if extra is None else [extra, FONTS]


@cache
def typst_fonts(extra: Path | None = None) -> typst.Fonts:
    return typst.Fonts(
        font_paths=[str(folder) for folder in font_folders(extra)],
        include_system_fonts=False,
        include_embedded_fonts=False,
    )


def families(wanted: Iterable[str], extra: Path | None = None) -> list[str]:
    """The families of `wanted` that are really there: Typst warns of the others on every page."""
    there = set(typst_fonts(extra).families())
    return [name for name in wanted if name in there]


def undrawn(text: str, extra: Path | None = None) -> str:
    """The characters of `text` that no font at hand can draw, each once, in order.

    A paper with such a character would show an empty box in a name; drawing it is refused instead.
    """
    known = _known(tuple(font_folders(extra)))
    return "".join(dict.fromkeys(c for c in text if c not in INVISIBLE and ord(c) not in known))


@cache
def _known(folders: tuple[Path, ...]) -> frozenset[int]:
    return frozenset().union(*(characters(path) for folder in folders for path in folder.glob("*.[to]tf")))


@cache
def characters(path: Path) -> frozenset[int]:
    """The code points of a font's Unicode map (cmap formats 4 and 12)."""
    data = path.read_bytes()
    start = _table(data, b"cmap")
    if start is None:
        return frozenset()
    found: set[int] = set()
    (count,) = struct.unpack_from(">H", data, start + 2)
    for place in range(count):
        platform, _encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * place)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if platform in (0, 3) and kind == 4:
            found |= _format_4(data, start + offset)
        elif platform in (0, 3) and kind == 12:
            found |= _format_12(data, start + offset)
    return frozenset(found)


def _format_4(data: bytes, at: int) -> set[int]:
    (double,) = struct.unpack_from(">H", data, at + 6)
    segments = double // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts = struct.unpack_from(f">{segments}H", data, at + 16 + double)
    deltas = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * double)
    ranges_at = at + 16 + 3 * double
    offsets = struct.unpack_from(f">{segments}H", data, ranges_at)
    found: set[int] = set()
    for place, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", data, ranges_at + 2 * place + offset + 2 * (code - first))
                if glyph == 0:
                    continue
            if (glyph + delta) & 0xFFFF:
                found.add(code)
    return found


def _format_12(data: bytes, at: int) -> set[int]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    found: set[int] = set()
    for place in range(groups):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * place)
        found.update(range(first if glyph else first + 1, last + 1))
    return found


def _table(data: bytes, tag: bytes) -> int | None:
    (count,) = struct.unpack_from(">H", data, 4)
    for place in range(count):
        if data[12 + 16 * place : 16 + 16 * place] == tag:
            return int(struct.unpack_from(">I", data, 12 + 16 * place + 8)[0])
    return None
