"""The interface's messages: extracted, checked and compiled with Babel; no gettext programs needed.

    python tools/messages.py extract    bring src/waiban/locale/en up to date with code and templates
    python tools/messages.py compile    write the .mo that Django reads
    python tools/messages.py check      fail where an English message is missing, fuzzy or breaks a placeholder

The source language is Chinese: message ids are the Chinese sentences.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import template as django_template

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "waiban"
PO = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
TAG = re.compile(r"\{%\s*(.*?)\s*%\}", re.DOTALL)
CONSTANT = re.compile(r"""_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
CHINESE = re.compile(r"[㐀-鿿]")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["extract"]:
            return extract()
        case ["compile"]:
            return compile_catalog()
        case ["check"]:
            return check()
    print(__doc__)
    return 2


def extract() -> int:
    catalog = _found()
    known = _read()
    for message in list(catalog):
        old = known.get(message.id, context=message.context) if message.id else None
        if old:
            message.string = old.string
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, sort_output=True, omit_header=False, no_location=True, width=110)
    missing = sum(1 for message in catalog if message.id and not _whole(message.string))
    print(f"messages: {len(catalog)} found, {missing} without English")
    return 0


def compile_catalog() -> int:
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, _read())
    return 0


def check() -> int:
    catalog, known = _found(), _read()
    faults = []
    for message in catalog:
        if not message.id:
            continue
        translated = known.get(message.id, context=message.context)
        shown = message.id if isinstance(message.id, str) else message.id[0]
        if translated is None or not _whole(translated.string):
            faults.append(f"no English: {shown}")
        elif translated.fuzzy:
            faults.append(f"fuzzy: {shown}")
        elif CHINESE.search(str(translated.string)) and "en-keeps-chinese" not in translated.auto_comments:
            faults.append(f"Chinese in the English of: {shown}")
        elif set(PLACEHOLDER.findall(shown)) - set(PLACEHOLDER.findall(str(translated.string))) and isinstance(
            message.id, str
        ):
            faults.append(f"a placeholder is lost in the English of: {shown}")
    for fault in faults:
        print(f"messages: {fault}")
    print(f"messages: {len(catalog)} messages, {len(faults)} faults")
    return 1 if faults else 0


def _read() -> Catalog:
    if not PO.exists():
        return Catalog(locale="en")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def _found() -> Catalog:
    catalog = Catalog(locale="en", project="waiban", fuzzy=False, header_comment="# English of the interface.")
    for path in sorted(PACKAGE.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        with path.open("rb") as file:
            for _line, function, texts, _comments in extract_python(file, KEYWORDS, [], {"encoding": "utf-8"}):
                _add(catalog, function, texts)
    for path in sorted([*PACKAGE.rglob("*.html"), *PACKAGE.rglob("templates/**/*.txt")]):
        for context, singular, plural in _template_messages(path.read_text(encoding="utf-8")):
            catalog.add((singular, plural) if plural else singular, context=context)
    return catalog


def _add(catalog: Catalog, function: str, texts: object) -> None:
    parts = texts if isinstance(texts, tuple) else (texts,)
    if function.startswith("pgettext") and len(parts) > 1 and parts[1]:
        catalog.add(parts[1], context=parts[0])
    elif function.startswith("ngettext") and len(parts) > 1 and parts[0]:
        catalog.add((parts[0], parts[1]))
    elif parts[0] and not function.startswith(("pgettext", "ngettext")):
        catalog.add(parts[0])


def _template_messages(text: str) -> Iterator[tuple[str | None, str, str | None]]:
    """Django's own expressions for its tags, run over the raw text, since cotton writes tags inside attributes."""
    for match in CONSTANT.finditer(text):
        yield None, match[1][1:-1], None
    position = 0
    while tag := TAG.search(text, position):
        position = tag.end()
        inline = django_template.inline_re.match(tag[1])
        if inline:
            context, message = inline[3], inline[1]
            yield (context[1:-1] if context else None), message[1:-1], None
            continue
        block = django_template.block_re.match(tag[1])
        if block:
            end = re.compile(r"\{%\s*end" + tag[1].split()[0] + r"\s*%\}").search(text, position)
            if end is None:
                continue
            body = text[position : end.start()]
            parts = re.split(r"\{%\s*plural\s*%\}", body)
            context = block[2]
            trimmed = "trimmed" in tag[1].split()
            texts = [_block_text(part, trimmed=trimmed) for part in parts]
            yield (context[1:-1] if context else None), texts[0], texts[1] if len(texts) > 1 else None
            position = end.end()


def _block_text(body: str, *, trimmed: bool) -> str:
    if trimmed:
        body = " ".join(line.strip() for line in body.strip().splitlines())
    return re.sub(r"\{\{\s*([\w.]+)\s*\}\}", lambda m: f"%({m[1]})s", body.replace("%", "%%"))


def _whole(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
