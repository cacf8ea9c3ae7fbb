"""What a file is, by its content, and whether it bears a classification mark anywhere."""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

from waiban.core.files.apart import BeyondLimitsError, apart
from waiban.core.files.door.child import IMAGES, PACKAGES
from waiban.core.files.door.marks import mark_in, mark_in_bytes
from waiban.core.files.door.sniff import ENDINGS, TYPES, Sort, sort_of
from waiban.core.files.errors import RefusedError

LIMITS: dict[str, int] = {"cpu_seconds": 20, "wall_seconds": 60, "megabytes": 1024}
"""Of the reading process. A 600-page PDF of text takes about 6 s, a sheet of 100,000 rows about 2 s."""
LARGE = 4 * 1024 * 1024
NAME_LENGTH = 160
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')


@dataclass(frozen=True)
class Found:
    """A file that may come in; one that the door cannot read only with a signed statement."""

    name: str
    content_type: str
    readable: bool
    advice: str = ""


def inspect(name: str, data: bytes) -> Found:
    """Raises RefusedError: marked, broken, of a kind that isn't taken, or larger inside than allowed.

    The file is read in a process of its own with limits of time and memory. What a picture shows is read by
    nobody: there is no character recognition, and the upload says so.
    """
    name = clean_name(name)
    if not data:
        raise RefusedError(_("文件是空的，请重新选择"), "empty")
    _refuse_mark(mark_in(name))
    sort = sort_of(data)
    if sort is None:
        raise RefusedError(_("不收这种文件，请上传 PDF、DOCX、XLSX、JPG 或 PNG"), "kind")
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS[sort]:
        said = {"is": sort.label, "ending": ending or _("（无）")}
        raise RefusedError(_("内容是%(is)s，扩展名却是 %(ending)s；请改名或另存后再上传") % said, "name")
    if sort not in PACKAGES | IMAGES | {Sort.PDF}:
        _refuse_mark(mark_in_bytes(data))
        advice = _("无法检查%(kind)s里的密级标志，请另存为 PDF 或 DOCX") % {"kind": str(sort.label)}
        return Found(name, TYPES[sort], readable=False, advice=advice)
    answer = _read_apart(data)
    _refuse_mark(answer.get("marked", ""))
    if "broken" in answer:
        raise RefusedError(_("文件打不开或内部不合规范，请另存后再上传"), "broken")
    if advice := answer.get("unreadable", ""):
        _refuse_mark(mark_in_bytes(data))
        inner = answer.get("sort", "")
        advice = _(advice) % {"kind": str(Sort(inner).label) if inner in set(Sort) else ""}
        return Found(name, TYPES[sort], readable=False, advice=advice)
    return Found(name, TYPES[sort], readable=True)


def _read_apart(data: bytes) -> dict[str, str]:
    """A large file, such as a ledger of 100,000 rows (15 s), has twice the time."""
    longer = 2 if len(data) > LARGE else 1
    limits = {name: most * (1 if name == "megabytes" else longer) for name, most in LIMITS.items()}
    try:
        said = json.loads(apart("waiban.core.files.door.child:answer", data, **limits))
        return {str(key): str(value) for key, value in said.items()}
    except (BeyondLimitsError, ValueError, AttributeError) as error:
        message = _("检查这个文件要的时间或内存超过限度，没有收下；请另存或拆小后再上传")
        raise RefusedError(message, "limits") from error


def clean_name(name: str) -> str:
    """The last part of a path, without control characters, short enough to keep; the ending stays."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = NOT_IN_NAMES.sub("", name).strip(" .") or "file"
    path = PurePath(name)
    return path.stem[: NAME_LENGTH - len(path.suffix)] + path.suffix[:NAME_LENGTH]


def _refuse_mark(mark: str) -> None:
    if mark:
        message = _("文件带有密级标志“%(mark)s★”，不能录入。请线下按保密规定办理；文件没有保存") % {"mark": mark}
        raise RefusedError(message, "classification_mark", mark=mark)
