"""The office's own templates: which version holds, which a case began with, and filling one.

What a template may hold is said by `own_template`, which runs in a process of its own.
"""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.files.apart import BeyondLimitsError, apart
from waiban.core.files.blobs import read_blob
from waiban.core.offices.models import Office
from waiban.core.papers.models import PaperTemplate, PinnedTemplate
from waiban.core.papers.source import HEAD, PaperError, Source, Values, check_values

LIMITS: dict[str, int] = {"cpu_seconds": 10, "wall_seconds": 30, "megabytes": 768}

FAULTS = {
    "alt_chunk": gettext_lazy("夹带了别种格式的内容（altChunk）"),
    "cannot_fill": gettext_lazy("试填没有成功：%(what)s"),
    "data_binding": gettext_lazy("内容控件绑定了外部数据，请在 Word 里删除内容控件"),
    "doctype": gettext_lazy("内部文件声明了文档类型或实体"),
    "expression": gettext_lazy("花括号里只能写名称，不能写“%(what)s”"),
    "external": gettext_lazy("引用了外部文件或网址：%(what)s"),
    "field": gettext_lazy("只能用页码域，不能用“%(what)s”"),
    "limits": gettext_lazy("检查要的时间或内存超过限度"),
    "loop": gettext_lazy("循环只能写成 for 行 in 表，不能嵌套，表和行用清单里的名称：%(what)s"),
    "macro": gettext_lazy("带宏的文件不收，请另存为不带宏的 .docx"),
    "mail_merge": gettext_lazy("带邮件合并的文件不收"),
    "name": gettext_lazy("“%(what)s”不在这份公文的名称清单里"),
    "not_docx": gettext_lazy("不是能打开的 .docx 文件"),
    "object": gettext_lazy("嵌了对象或控件：%(what)s"),
    "part": gettext_lazy("公文模板里不该有：%(what)s"),
    "statement": gettext_lazy("只能用 if 和 for，不能用 %(what)s"),
    "syntax": gettext_lazy("写法不对：%(what)s"),
    "tag": gettext_lazy("不能用这种标记：%(what)s"),
    "too_large": gettext_lazy("文件过大，或压缩得不合比例"),
    "unnumbered": gettext_lazy("没有文号的位置：写上 {{ number }}"),
    "xml": gettext_lazy("内部文件不合规范"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    faults: Sequence[Fault]
    used: frozenset[str]


def in_force(office: Office | uuid.UUID, paper: str) -> PaperTemplate | None:
    """The newest version; None where the office prints the shipped paper."""
    office_id = office.pk if isinstance(office, Office) else office
    newest = (
        PaperTemplate.objects.filter(office_id=office_id, paper=paper)
        .select_related("file")
        .order_by("-version")
        .first()
    )
    return newest if newest is not None and newest.file_id else None


def template_for(office: Office, paper: str, case_id: uuid.UUID | None) -> PaperTemplate | None:
    """What prints this paper: a case keeps what it began with, everything else takes what holds now."""
    if case_id is None:
        return in_force(office, paper)
    pin = PinnedTemplate.objects.filter(case_id=case_id, paper=paper).select_related("template__file").first()
    return pin.template if pin else None


def pin_templates(case_id: uuid.UUID, office_id: uuid.UUID, readers: Sequence[int]) -> None:
    """Part of the act that opens a case. An office without templates of its own costs one query."""
    newest: dict[str, PaperTemplate] = {}
    for row in PaperTemplate.objects.filter(office_id=office_id).order_by("version"):
        newest[row.paper] = row
    PinnedTemplate.objects.bulk_create(
        PinnedTemplate(case_id=case_id, paper=paper, template=row, readers=list(readers))
        for paper, row in newest.items()
        if row.file_id
    )


def names_of(source: Source) -> list[str]:
    return sorted(source.named())


def rows_of(source: Source) -> dict[str, dict[str, Any]]:
    return {name: {"each": rows.each, "fields": sorted(rows.fields)} for name, rows in source.rows.items()}


def check_template(source: Source, data: bytes) -> Checked:
    """Open, read and fill it once, apart from us."""
    message = {
        "docx": base64.b64encode(data).decode(),
        "names": names_of(source),
        "rows": rows_of(source),
        "values": sample(source),
    }
    try:
        said = json.loads(apart("waiban.core.papers.own_template:check", json.dumps(message).encode(), **LIMITS))
        found = [(str(one["code"]), str(one["where"]), str(one["what"])) for one in said["faults"]]
        used = frozenset(str(name) for name in said["used"])
    except (BeyondLimitsError, ValueError, KeyError, TypeError):
        found, used = [("limits", "", "")], frozenset()
    if not found and source.layout != "sheet" and "number" not in used:
        found = [("unnumbered", "", "")]
    return Checked([Fault(code, where, str(FAULTS[code]) % {"what": what}) for code, where, what in found], used)


def render_own(template: PaperTemplate, source: Source, values: Values, *, day: date) -> bytes:
    """The office's DOCX filled. Raises PaperError as `fill` does, or where the template no longer fits the paper."""
    check_values(source, values)
    assert template.file is not None
    message = {
        "docx": base64.b64encode(read_blob(template.file.sha256)).decode(),
        "names": names_of(source),
        "rows": rows_of(source),
        "values": {name: values.get(name) for name in (*HEAD, *source.values, *source.rows)},
        "title": source.zh,
        "author": str(values["office"]),
        "day": day.isoformat(),
    }
    try:
        return apart("waiban.core.papers.own_template:render", json.dumps(message).encode(), **LIMITS)
    except BeyondLimitsError as error:
        raise PaperError(_("本办的%(paper)s模板填不出来，请主任检查模板") % {"paper": source.zh}) from error


def sample(source: Source) -> Mapping[str, Any]:
    """Invented words for every name, to fill a template with once."""
    words: dict[str, Any] = {name: named.zh for name, named in source.named().items()}
    words["qr"] = "样张"
    for name, rows in source.rows.items():
        words[name] = [dict(rows.fields), dict(rows.fields)]
    return words
