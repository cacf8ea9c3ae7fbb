"""The BPMN of the domain, each in its folder and version; released rows are what cases run on."""

from pathlib import Path

HERE = Path(__file__).parent

RELEASED = {
    "trip": 1,
    "units": 1,
    "joined": 1,
    "hk_macao": 1,
    "mixed": 1,
    "taiwan": 1,
    "academic": 1,
    "state_enterprise": 1,
    "training": 1,
    "sending": 1,
    "change": 1,
    "plan": 1,
    "settlement": 1,
}
"""Processes that an office starts with, and the version of each. `roads.py` says which a trip takes."""


def bpmn_of(process: str, version: int | None = None) -> str:
    return (HERE / process / str(version or RELEASED[process]) / f"{process}.bpmn").read_text(encoding="utf-8")
