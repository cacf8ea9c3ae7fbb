"""Paper waits for files.StoredFile."""

from waiban.core.papers.models.numbers import NumberSeries

__all__ = ["NumberSeries"]
