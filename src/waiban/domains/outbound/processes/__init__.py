"""The BPMN of the domain, each in its folder and version; released rows are what cases run on."""

from pathlib import Path

HERE = Path(__file__).parent


def trip_bpmn(version: int = 1) -> str:
    return (HERE / "trip" / str(version) / "trip.bpmn").read_text(encoding="utf-8")
