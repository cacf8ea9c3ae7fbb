"""What a file is, by its first bytes and the names of its parts; never by its ending."""

import io
import zipfile
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


class Sort(StrEnum):
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    OFD = "ofd"
    OLE = "ole"
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    WEBP = "webp"

    @property
    def label(self) -> "str | Promise":
        return LABELS[self]


LABELS: dict[Sort, "str | Promise"] = {
    Sort.DOCX: _("Word 文档"),
    Sort.XLSX: _("Excel 表格"),
    Sort.PPTX: _("PowerPoint 演示"),
    Sort.OFD: _("OFD 版式文件"),
    Sort.OLE: _("旧版 Office 或 WPS 文件，或加密的 Office 文件"),
    Sort.PDF: "PDF",
    Sort.JPEG: _("JPG 图片"),
    Sort.PNG: _("PNG 图片"),
    Sort.TIFF: _("TIFF 图片"),
    Sort.WEBP: _("WebP 图片"),
}

_OOXML = "application/vnd.openxmlformats-officedocument."
TYPES = {
    Sort.DOCX: _OOXML + "wordprocessingml.document",
    Sort.XLSX: _OOXML + "spreadsheetml.sheet",
    Sort.PPTX: _OOXML + "presentationml.presentation",
    Sort.OFD: "application/ofd",
    Sort.OLE: "application/x-ole-storage",
    Sort.PDF: "application/pdf",
    Sort.JPEG: "image/jpeg",
    Sort.PNG: "image/png",
    Sort.TIFF: "image/tiff",
    Sort.WEBP: "image/webp",
}
ENDINGS = {
    Sort.DOCX: {".docx"},
    Sort.XLSX: {".xlsx"},
    Sort.PPTX: {".pptx"},
    Sort.OFD: {".ofd"},
    # An encrypted .docx or .xlsx is an OLE file as well.
    Sort.OLE: {".doc", ".xls", ".ppt", ".wps", ".et", ".dps", ".docx", ".xlsx", ".pptx"},
    Sort.PDF: {".pdf"},
    Sort.JPEG: {".jpg", ".jpeg"},
    Sort.PNG: {".png"},
    Sort.TIFF: {".tif", ".tiff"},
    Sort.WEBP: {".webp"},
}


def sort_of(data: bytes) -> Sort | None:
    """None for everything that isn't on the list above, macros (.docm, .xlsm) among them."""
    if data.startswith(b"%PDF-") or b"%PDF-" in data[:1024]:
        return Sort.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Sort.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Sort.JPEG
    if data.startswith((b"II*\x00", b"MM\x00*")):
        return Sort.TIFF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Sort.WEBP
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Sort.OLE
    if data.startswith(b"PK\x03\x04"):
        return _package(data)
    return None


def _package(data: bytes) -> Sort | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "OFD.xml" in names:
        return Sort.OFD
    if "[Content_Types].xml" not in names:
        return None
    folders = {name.split("/", 1)[0] for name in names if "/" in name}
    return next(
        (sort for folder, sort in (("word", Sort.DOCX), ("xl", Sort.XLSX), ("ppt", Sort.PPTX)) if folder in folders),
        None,
    )
