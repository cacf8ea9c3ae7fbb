"""Every address of the house, with the names of what stands in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    name: str
    """as `reverse` takes it"""
    view: Callable[..., Any]
    params: tuple[str, ...]

    @property
    def module(self) -> str:
        """Where the view itself stands, under all its decorators."""
        inner = self.view
        while hasattr(inner, "__wrapped__") and not hasattr(inner, "view_class"):
            inner = inner.__wrapped__
        redirected = getattr(inner, "view_initkwargs", {}).get("pattern_name") or ""
        if redirected.startswith("socialaccount_"):  # where allauth sends its addresses of before
            return "allauth.socialaccount"
        return getattr(inner, "view_class", inner).__module__


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[URLPattern | URLResolver], space: str, params: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        here = (*params, *pattern.pattern.converters, *pattern.pattern.regex.groupindex) if pattern.pattern else params
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner, tuple(dict.fromkeys(here)))
        else:
            yield Route(f"{space}{pattern.name}", pattern.callback, tuple(dict.fromkeys(here)))
