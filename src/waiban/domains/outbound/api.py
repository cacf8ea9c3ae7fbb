"""Outbound's door: what desks may ask."""

from datetime import date

from waiban.core.offices.models import Office
from waiban.domains.outbound import backward
from waiban.domains.outbound.contracts import Figure, LatestDay, LatestDays, StepFigure, YearFigures
from waiban.domains.outbound.statistics import year_figures

__all__ = ["Figure", "LatestDay", "LatestDays", "StepFigure", "YearFigures", "latest_days", "year_figures"]


def latest_days(office: Office, depart: date) -> LatestDays | None:
    """Counted back from a wanted departure; None where the office has published no process."""
    plan = backward.plan_back_from(office, depart)
    if plan is None:
        return None
    return LatestDays(
        days=tuple(LatestDay(step.step, step.name, step.finish_by) for step in plan.steps),
        provisional=plan.provisional,
        assumed=tuple((step.name, step.takes.workdays) for step in plan.steps if step.takes.source == "default"),
    )
