from waiban.core.papers.models.numbers import NumberSeries
from waiban.core.papers.models.papers import Paper
from waiban.core.papers.models.templates import PaperTemplate, PinnedTemplate

__all__ = ["NumberSeries", "Paper", "PaperTemplate", "PinnedTemplate"]
