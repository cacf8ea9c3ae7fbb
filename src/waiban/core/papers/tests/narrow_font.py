"""A font that knows few characters, made from one that knows many: what GB2312 fonts are to rare names."""

import struct
from pathlib import Path


def narrow_font(wide: Path, family: str, known: str) -> bytes:
    """`wide` under another family name, with only the characters of `known` in its map."""
    data = wide.read_bytes()
    tables = _tables(data)
    glyphs = _glyphs(tables[b"cmap"])
    tables[b"cmap"] = _cmap({ord(character): glyphs[ord(character)] for character in known})
    tables[b"name"] = _names({1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")})
    head = data[:12]
    directory, body = b"", b""
    at = 12 + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        directory += tag + struct.pack(">III", 0, at + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return head + directory + body


def _tables(data: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", data, 4)
    found = {}
    for place in range(count):
        tag, _sum, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * place)
        found[tag] = data[offset : offset + length]
    return found


def _glyphs(cmap: bytes) -> dict[int, int]:
    """Code points to glyphs by the map's format 12."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    for place in range(count):
        (offset,) = struct.unpack_from(">I", cmap, 8 + 8 * place)
        if struct.unpack_from(">H", cmap, offset)[0] == 12:
            (groups,) = struct.unpack_from(">I", cmap, offset + 12)
            spans = [struct.unpack_from(">III", cmap, offset + 16 + 12 * group) for group in range(groups)]
            return {code: glyph + code - first for first, last, glyph in spans for code in range(first, last + 1)}
    raise ValueError("no map of format 12")


def _cmap(glyphs: dict[int, int]) -> bytes:
    groups = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in sorted(glyphs.items()))
    return (
        struct.pack(">HHHHI", 0, 1, 3, 10, 12) + struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(glyphs)) + groups
    )


def _names(names: dict[int, str]) -> bytes:
    records, strings = b"", b""
    for number, name in sorted(names.items()):
        text = name.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(text), len(strings))
        strings += text
    return struct.pack(">HHH", 0, len(names), 6 + len(records)) + records + strings
