"""Each released process is proved, drawn, and walks as the files beside it say."""

from pathlib import Path

import pytest
import yaml

from waiban.core.casework.engine.check import prove
from waiban.core.casework.engine.layout import has_diagram
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.engine.walks import run_walk

FOLDER = Path(__file__).parents[1] / "processes"
PROCESSES = sorted(FOLDER.glob("*/*/*.bpmn"))
WALKS = sorted(FOLDER.glob("*/*/walks/*.yaml"))


@pytest.mark.parametrize("path", PROCESSES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_it_can_be_published(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prove(parse(text))
    assert has_diagram(text)


@pytest.mark.parametrize("path", WALKS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_it_walks_as_written(path: Path) -> None:
    (process,) = path.parents[1].glob("*.bpmn")
    run_walk(parse(process.read_text(encoding="utf-8")), yaml.safe_load(path.read_text(encoding="utf-8")))


def test_every_step_is_walked() -> None:
    for process in PROCESSES:
        walked = "".join(p.read_text(encoding="utf-8") for p in process.parent.glob("walks/*.yaml"))
        assert [task for task in parse(process.read_text(encoding="utf-8")).tasks if f"do: {task}" not in walked] == []
