"""任务通知书: a unit reads of its own people by name and of the group's size, nothing of the others."""

import os
from pathlib import Path

from waiban.core.papers.pdf import render_pdf
from waiban.core.papers.source import fill
from waiban.core.papers.tests.reading import docx_lines, pdf_words, squeezed
from waiban.core.papers.word import render_docx
from waiban.domains.outbound.papers.tests import trip as example
from waiban.domains.outbound.papers.values import source

GOLDEN = Path(__file__).parent / "expected" / "task_notice.txt"


def test_the_words_of_a_task_notice() -> None:
    given = example.task_notice()
    words = "\n".join(fill(source("task_notice"), given).lines()) + "\n"
    if os.environ.get("WAIBAN_GOLDEN") == "write":
        GOLDEN.write_text(words, "utf-8")
    assert words == GOLDEN.read_text("utf-8")
    printed = pdf_words(render_pdf(source("task_notice"), given, day=example.DAY))
    written = "".join(squeezed(line) for line in docx_lines(render_docx(source("task_notice"), given, day=example.DAY)))
    for line in words.splitlines():
        assert squeezed(line) in printed
        assert squeezed(line) in written


def test_it_names_nobody_of_another_unit() -> None:
    words = "".join(fill(source("task_notice"), example.task_notice()).lines())
    assert example.NAMES["m6"] in words
    for other in ("m1", "m2", "m3", "m4", "m5"):
        assert example.NAMES[other] not in words
