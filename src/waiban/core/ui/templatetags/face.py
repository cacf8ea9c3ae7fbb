"""Tags and filters of the screens; `{% load face %}`."""

import re
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.ui.marks import FINDING_WORDS

register = template.Library()

# What never breaks: a day with its weekday, money, a number of a document, a figure with its word.
_KEPT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?: (?:周[一二三四五六日]|Mon|Tue|Wed|Thu|Fri|Sat|Sun))?(?: \d{2}:\d{2})?"
    r"|\d{4}-\d{2}(?!-)(?: [\u4e00-\u9fff]{1,4})?"
    r"|(?<!\d)\d{2}-\d{2}(?: (?:周[一二三四五六日]|Mon|Tue|Wed|Thu|Fri|Sat|Sun))?"
    r"|¥[\d,]+(?:\.\d+)?"
    r"|[\u4e00-\u9fff]{0,6}〔\d{4}〕\s?\d+\s?号"
    r"|(?:第 )?\d[\d,.]* [\u4e00-\u9fff]{1,2}"
)


@lru_cache(maxsize=128)
def _svg(name: str, css: str, sprite: str) -> SafeString:
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', css, sprite, name)


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    """An outline icon of the sprite (assets/icons.txt). Never without a word beside it."""
    return _svg(name, css, static("vendor/icons.svg"))


@register.simple_tag
def shape(name: str) -> SafeString:
    """A filled shape of ours (assets/shapes): findings, clocks, stages."""
    tone = "ring" if name.startswith("ring-") else name
    return _svg("s-met" if name == "done" else f"s-{name}", f"s s-{tone}", static("vendor/icons.svg"))


@register.simple_tag
def finding_word(kind: str) -> str:
    return str(FINDING_WORDS[kind])


@register.simple_tag
def may(permission: str) -> bool:
    """Whether the one who acts holds the permission: to show a way, never to guard it."""
    return current_principal().may(Permission(permission))


@register.simple_tag
def phrases(paper: str = "") -> list[str]:
    """Usual words of a decision; on paper, as leaders write them."""
    if paper:
        return [gettext("同意"), gettext("拟同意"), gettext("圈阅"), gettext("请××阅研")]
    return [gettext("同意。"), gettext("请按规定办理。"), gettext("注意安全。")]


@register.filter
def keep(text: object) -> SafeString:
    """Escape, and keep dates, money, document numbers and counted words on one line."""
    escaped = conditional_escape(str(text))
    return mark_safe(_KEPT.sub(lambda m: f'<span class="nb">{m.group()}</span>', escaped))  # noqa: S308 - escaped above
