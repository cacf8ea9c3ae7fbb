from waiban.core.papers.models.numbers import NumberSeries
from waiban.core.papers.models.papers import Paper

__all__ = ["NumberSeries", "Paper"]
