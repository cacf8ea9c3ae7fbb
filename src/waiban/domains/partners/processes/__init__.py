"""The BPMN of the domain; released rows are what cases run on."""

from pathlib import Path

HERE = Path(__file__).parent

RELEASED = {"promise": 1}
"""Processes that an office starts with, and the version of each."""


def bpmn_of(process: str, version: int | None = None) -> str:
    return (HERE / process / str(version or RELEASED[process]) / f"{process}.bpmn").read_text(encoding="utf-8")
