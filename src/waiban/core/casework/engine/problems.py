"""What is wrong with a process, or with one step of it, in words for the person who asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `element` is the BPMN id at fault; `path` the moves that lead to it, oldest first."""

    code: str
    element: str
    zh: str
    en: str
    path: tuple[str, ...] = ()

    def text(self, language: str = "zh") -> str:
        """The sentence, with the path that shows it."""
        sentence = self.zh if language.startswith("zh") else self.en
        if not self.path:
            return sentence
        return f"{sentence}{'：' if language.startswith('zh') else ': '}{' → '.join(self.path)}"


class ProcessRefused(ValueError):  # noqa: N818 (the glossary speaks of refusing)
    """The text isn't a process that this house can run, or a run of it can go wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text() for problem in problems))


class StepRefused(ValueError):  # noqa: N818
    """A move that isn't possible from its marking; the marking is unchanged."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.text())


def refuse_step(code: str, element: str, zh: str, en: str) -> StepRefused:
    return StepRefused(Problem(code, element, zh, en))
