"""An office's own DOCX in place of a shipped one: what it may hold, and how it is filled.

A template is a program: unchecked, `{{ ''.__class__… }}` runs what it likes. So a template may
say only the paper's own names, `{% if name %}` and one loop over the paper's rows, which is
checked on the syntax tree of exactly the text that docxtpl gives to Jinja; it is filled in an
environment without globals, filters and tests; and both happen in a process of their own
(`core.files.apart`), which knows neither settings nor database. This module runs there.
"""

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import jinja2
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from waiban.core.papers.qr import qr_png
from waiban.core.papers.word import steady

PARTS_MOST = 200
UNFOLDED_MOST = 30 * 1024 * 1024
RATIO_MOST = 200
IMAGE_MOST = 5 * 1024 * 1024

PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(core|app|custom)\.xml|docProps/thumbnail\.(jpeg|png)"
    r"|word/(document|styles|settings|webSettings|fontTable|numbering|footnotes|endnotes|theme/theme\d+"
    r"|header\d*|footer\d*|stylesWithEffects)\.xml"
    r"|word/_rels/[A-Za-z0-9]+\.xml\.rels|word/theme/_rels/theme\d+\.xml\.rels"
    r"|word/media/[A-Za-z0-9_.-]+\.(png|jpe?g)"
    r"|customXml/(item\d+|itemProps\d+)\.xml|customXml/_rels/item\d+\.xml\.rels"
)
"""What a paper needs. Everything else (macros, embedded objects, controls, chunks of other formats) has no place."""
FORBIDDEN = {
    "altChunk": "alt_chunk",
    "object": "object",
    "OLEObject": "object",
    "control": "object",
    "mailMerge": "mail_merge",
    "attachedTemplate": "external",
    "subDoc": "external",
    "dataBinding": "data_binding",
}
FIELDS = re.compile(r"(PAGE|NUMPAGES|SECTIONPAGES|SECTION)(\s+\\\*\s*\w+)*")
"""Field codes that fetch nothing; others (INCLUDEPICTURE, DDEAUTO, LINK …) reach out when the paper is opened."""
BARRED = re.compile(r"\{\{-?(?:p|tr|tc|r)\s|\{%-?\s*(?:colspan|cellbg|hm|vm|raw)\b|\{#")
"""Tags of docxtpl that write XML of their own, and what hides text from the syntax tree."""
TAGS = re.compile(r"<[^>]*>")


class Unfit(Exception):  # noqa: N818 - an answer, not a fault
    """What is wrong: a code of `templates.FAULTS`, where it stands, and the words it is about."""

    def __init__(self, code: str, where: str = "", what: str = "") -> None:
        super().__init__(code)
        self.fault = {"code": code, "where": where, "what": what[:120]}


def environment() -> ImmutableSandboxedEnvironment:
    """Plain names, `if`, loops, and nothing to call: no globals, no filters, no tests, no extensions."""
    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    made.filters.clear()
    made.tests.clear()
    return made


def check(message: bytes) -> bytes:
    """{docx, names, rows, values} → {faults, used}: opened, read, and filled once with `values`."""
    asked = json.loads(message)
    data = base64.b64decode(asked["docx"])
    names, rows = set(asked["names"]), asked["rows"]
    faults: list[dict[str, str]] = []
    used: set[str] = set()
    try:
        check_package(data)
        for where, bare, text in texts(data):
            try:
                used |= check_text(bare, text, names, rows)
            except Unfit as unfit:
                faults.append(unfit.fault | {"where": where})
        if not faults:
            fill(data, asked["values"], rows)
    except Unfit as unfit:
        faults.append(unfit.fault)
    except (jinja2.TemplateError, ValueError, KeyError, TypeError, etree.LxmlError, zipfile.BadZipFile) as error:
        faults.append(Unfit("cannot_fill", "", str(error)).fault)
    return json.dumps({"faults": faults, "used": sorted(used)}).encode()


def render(message: bytes) -> bytes:
    """{docx, values, names, rows, title, author, day} → the filled DOCX. Checked again: what was stored is not trusted."""
    asked = json.loads(message)
    data = base64.b64decode(asked["docx"])
    check_package(data)
    for _where, bare, text in texts(data):
        check_text(bare, text, set(asked["names"]), asked["rows"])
    template = fill(data, asked["values"], asked["rows"])
    properties = template.docx.core_properties
    properties.title, properties.author = asked["title"], asked["author"]
    day = datetime.combine(date.fromisoformat(asked["day"]), time(), UTC).replace(tzinfo=None)
    properties.created = properties.modified = day
    out = io.BytesIO()
    template.save(out)
    return steady(out.getvalue())


def check_package(data: bytes) -> None:
    """Raises Unfit with the first part that has no place in a paper."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise Unfit("not_docx") from None
    with archive:
        entries = archive.infolist()
        if len(entries) > PARTS_MOST or sum(entry.file_size for entry in entries) > UNFOLDED_MOST:
            raise Unfit("too_large")
        if len({entry.filename for entry in entries}) != len(entries):
            raise Unfit("not_docx")
        for entry in entries:
            if entry.is_dir():
                continue
            if entry.flag_bits & 1 or not PARTS.fullmatch(entry.filename):
                raise Unfit("part", entry.filename, entry.filename)
            if entry.file_size > 1024 * 1024 and entry.file_size > RATIO_MOST * max(entry.compress_size, 1):
                raise Unfit("too_large", entry.filename)
            content = archive.read(entry)
            if entry.filename.endswith((".xml", ".rels")):
                _check_xml(entry.filename, content)
            elif len(content) > IMAGE_MOST:
                raise Unfit("too_large", entry.filename)
        if "word/document.xml" not in archive.namelist():
            raise Unfit("not_docx")


def _check_xml(name: str, content: bytes) -> None:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise Unfit("xml", name, str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise Unfit("doctype", name)
    code: list[str] = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            if isinstance(element, etree._Entity):
                raise Unfit("doctype", name)
            continue
        tag = element.tag.rsplit("}", 1)[-1]
        if tag == "Relationship" and element.get("TargetMode") == "External":
            raise Unfit("external", name, element.get("Target", ""))
        if tag in ("Override", "Default") and "macro" in (element.get("ContentType") or "").lower():
            raise Unfit("macro", name)
        if tag in FORBIDDEN:
            raise Unfit(FORBIDDEN[tag], name, tag)
        if tag == "fldSimple":
            _check_field(element.get(element.tag.rsplit("}", 1)[0] + "}instr") or "", name)
        if tag == "instrText":
            code.append(element.text or "")
        elif tag == "fldChar" and code:
            _check_field("".join(code), name)
            code = []
    if code:
        _check_field("".join(code), name)


def _check_field(code: str, name: str) -> None:
    if not FIELDS.fullmatch(code.strip()):
        raise Unfit("field", name, code.strip())


def texts(data: bytes) -> Iterator[tuple[str, str, str]]:
    """Where, the bare words, and the text that docxtpl gives to Jinja: body, headers, footers, notes, properties."""
    template = DocxTemplate(io.BytesIO(data))
    template.init_docx()
    found = [("正文", template.get_xml())]
    for label, uri in (("页眉", template.HEADER_URI), ("页脚", template.FOOTER_URI)):
        found += [(label, template.get_part_xml(part)) for _key, part in template.get_headers_footers(uri)]
    for part in template.docx.part.package.iter_parts():
        if part.content_type.endswith(("footnotes+xml", "endnotes+xml")):
            found.append(("脚注", part.blob.decode("utf-8", "replace")))
    properties = template.docx.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        found.append(("文件属性", str(getattr(properties, name) or "")))
    for label, xml in found:
        yield label, TAGS.sub("", xml), template.patch_xml(xml)


def check_text(bare: str, text: str, names: set[str], rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The names used. Raises Unfit for whatever isn't a plain name, an `if`, or one loop over the paper's rows."""
    if found := BARRED.search(bare) or BARRED.search(text):
        raise Unfit("tag", "", found[0])
    try:
        tree = environment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise Unfit("syntax", "", error.message or "") from error
    used: set[str] = set()
    _check_nodes(tree.body, names, rows, None, used)
    return used


Each = tuple[str, frozenset[str]] | None


def _check_nodes(
    body: list[nodes.Node], names: set[str], rows: Mapping[str, Mapping[str, Any]], each: Each, used: set[str]
) -> None:
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if not isinstance(part, nodes.TemplateData):
                    used.add(_name(part, names, each))
        elif isinstance(node, nodes.If):
            used |= _test(node.test, names | set(rows), each)
            _check_nodes([*node.body, *node.elif_, *node.else_], names, rows, each, used)
        elif isinstance(node, nodes.For):
            used.add(_loop(node, rows, each))
            row = rows[node.iter.name]  # type: ignore[attr-defined]
            inner = (str(row["each"]), frozenset(row["fields"]))
            _check_nodes(node.body, names, rows, inner, used)
        else:
            raise Unfit("statement", "", type(node).__name__)


def _loop(node: nodes.For, rows: Mapping[str, Mapping[str, Any]], each: Each) -> str:
    source, target = node.iter, node.target
    if each is not None or node.recursive or node.test is not None or node.else_:
        raise Unfit("loop")
    if not isinstance(source, nodes.Name) or not isinstance(target, nodes.Name) or source.name not in rows:
        raise Unfit("loop", "", _words(source))
    if target.name != rows[source.name]["each"]:
        raise Unfit("loop", "", target.name)
    return source.name


def _name(node: nodes.Node, names: set[str], each: Each) -> str:
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name in names:
        return node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and each is not None:
        if node.node.name == each[0] and node.attr in each[1]:
            return f"{node.node.name}.{node.attr}"
        raise Unfit("name", "", f"{node.node.name}.{node.attr}")
    if isinstance(node, nodes.Name):
        raise Unfit("name", "", node.name)
    raise Unfit("expression", "", _words(node))


def _test(node: nodes.Node, names: set[str], each: Each) -> set[str]:
    if isinstance(node, nodes.Not):
        return _test(node.node, names, each)
    if isinstance(node, nodes.And | nodes.Or):
        return _test(node.left, names, each) | _test(node.right, names, each)
    return {_name(node, names, each)}


def _words(node: nodes.Node) -> str:
    """What stands there, for the person: a name, an attribute, or the kind of expression."""
    if isinstance(node, nodes.Getattr):
        return f"….{node.attr}"
    if isinstance(node, nodes.Call):
        return "…()"
    if isinstance(node, nodes.Filter):
        return f"…|{node.name}"
    return str(getattr(node, "name", type(node).__name__))


def fill(data: bytes, values: Mapping[str, Any], rows: Mapping[str, Any]) -> DocxTemplate:
    template = DocxTemplate(io.BytesIO(data))
    context: dict[str, Any] = {name: _say(value) for name, value in values.items() if name not in rows}
    for name in rows:
        context[name] = [{field: _say(text) for field, text in row.items()} for row in values.get(name) or []]
    qr = values.get("qr")
    context["qr"] = InlineImage(template, io.BytesIO(qr_png(qr)), height=Mm(17)) if qr else ""
    template.render(context, environment())
    return template


def _say(value: object) -> str:
    return value.replace("\n", "\a") if isinstance(value, str) else ""
