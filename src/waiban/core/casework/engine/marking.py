"""Where the tokens of one case lie: the whole state of a running process, as a small JSON text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

Instances = tuple[tuple[str, str | None], ...]
"""A countersign's entries with the outcome each has given so far; empty for anything else."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a return took up, kept so that the target may hand the case straight back."""

    to: str
    by: str
    at: Mapping[str, Instances]
    passed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Marking:
    """`at`: places that hold a token: tasks that wait, armed timers, flows that wait at a parallel join.
    `passed`: tasks passed in the walk in force, with the outcome; a return takes back what lies ahead of its target.
    `round` grows with every return and every loop, so that a desk's second decision never meets its first.
    """

    round: int = 1
    at: Mapping[str, Instances] = field(default_factory=dict)
    passed: Mapping[str, str] = field(default_factory=dict)
    held: Held | None = None
    result: str | None = None

    @property
    def ended(self) -> bool:
        return not self.at

    def key(self) -> tuple[object, ...]:
        """Equal for markings from which the same may happen; the round and the way home left out."""
        return (tuple(sorted(self.at.items())), tuple(sorted(self.passed.items())), self.result)

    def to_json(self) -> str:
        def places(at: Mapping[str, Instances]) -> dict[str, list[list[str | None]]]:
            return {place: [list(entry) for entry in entries] for place, entries in at.items()}

        state: dict[str, object] = {"round": self.round, "at": places(self.at), "passed": dict(self.passed)}
        if self.held:
            state["held"] = {
                "to": self.held.to, "by": self.held.by, "at": places(self.held.at), "passed": dict(self.held.passed),
            }  # fmt: skip
        if self.result is not None:
            state["result"] = self.result
        return json.dumps(state, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Marking":
        def places(raw: dict[str, list[list[str | None]]]) -> dict[str, Instances]:
            return {place: tuple((str(key), outcome) for key, outcome in entries) for place, entries in raw.items()}

        state = json.loads(text)
        held = state.get("held")
        return cls(
            round=state["round"],
            at=places(state["at"]),
            passed=state["passed"],
            held=Held(held["to"], held["by"], places(held["at"]), held["passed"]) if held else None,
            result=state.get("result"),
        )
