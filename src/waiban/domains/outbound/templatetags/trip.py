"""Controls of the draft form, made in Python: a form has two hundred of them and is made anew as one types."""

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from waiban.core.casework import queries as casework
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.queries import Diagram, diagram
from waiban.core.ui.format import weekday_text
from waiban.domains.outbound.forms.fields import Field
from waiban.domains.outbound.gates import PAPERS
from waiban.domains.outbound.models import Attachment, Trip
from waiban.domains.outbound.owing import owed_before
from waiban.domains.outbound.rooms import rooms_of

register = template.Library()
LONG = 40
"""A list with more options than this is sent once a page (`shared_options`) and filled in when its field is touched."""
NOTHING: SafeString = mark_safe("")


@register.filter
def shown(field: Field) -> str:
    """What a field says where it isn't a control."""
    return dict(field.options).get(field.value, field.value)


@register.inclusion_tag("outbound/parts/rooms.html")
def trip_rooms(trip: Trip, here: str) -> dict[str, Any]:
    return {"trip": trip, "here": here, "rooms": rooms_of(trip)}


@register.simple_tag
def control(field: Field, css: str = "", labelled: str = "") -> SafeString:
    """The input of a field. `labelled` is its name where no label stands beside it: a row's, shown on a phone alone."""
    made = _input(field, css, labelled)
    if not labelled:
        return made
    return format_html('<span class="cell-label" aria-hidden="true">{}</span>{}', labelled, made)


def _input(field: Field, css: str, labelled: str) -> SafeString:
    common = format_html(
        'id="{}" name="{}"{}{} aria-describedby="{}-side"',
        field.id,
        field.pointer,
        format_html(' aria-label="{}"', labelled) if labelled else NOTHING,
        NOTHING if not _is_wrong(field) else mark_safe(' aria-invalid="true"'),
        field.id,
    )
    if field.kind == "many":
        return _many(field)
    if field.kind == "yes_no" and not labelled:
        return _yes_no(field)
    if field.kind in ("select", "yes_no"):
        return _select(field, common, css)
    if field.kind == "area":
        return format_html('<textarea class="area {}" rows="2" {}>{}</textarea>', css, common, field.value)
    if field.kind == "date":
        return format_html(
            '<span class="date"><input class="input {}" inputmode="numeric" autocomplete="off" maxlength="20" '
            'placeholder="2027-03-02" value="{}" {}><span class="date-day" aria-hidden="true">{}</span></span>',
            css,
            field.value,
            common,
            _weekday(field.value),
        )
    mode = mark_safe(' inputmode="decimal"') if field.kind == "number" else NOTHING
    return format_html('<input class="input {}" autocomplete="off" value="{}" {}{}>', css, field.value, common, mode)


def _is_wrong(field: Field) -> bool:
    return bool(field.wrong) or any(note.kind == "block" for note in field.notes)


def _weekday(text: str) -> str:
    try:
        return weekday_text(date.fromisoformat(text))
    except ValueError:
        return ""


def _select(field: Field, common: SafeString, css: str) -> SafeString:
    long = len(field.options) > LONG
    shown = [pair for pair in field.options if pair[0] == field.value] if long else field.options
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((word, mark_safe(" selected") if word == field.value else NOTHING, name) for word, name in shown),
    )
    if field.value and not shown:
        options = format_html('<option value="{0}" selected>{0}</option>', field.value)
    later = format_html(' data-options="{}"', _shared_name(field)) if long else NOTHING
    return format_html(
        '<select class="select {}" {}{}><option value="">{}</option>{}</select>',
        css,
        common,
        later,
        _("请选择"),
        options,
    )


def _yes_no(field: Field) -> SafeString:
    """是, 否 and 未填, which is an answer of its own: nothing stated."""
    choices = (*field.options, ("", _("未填")))
    inputs = format_html_join(
        "",
        '<label><input type="radio" name="{}" value="{}"{}>{}</label>',
        (
            (field.pointer, word, mark_safe(" checked") if word == field.value else NOTHING, name)
            for word, name in choices
        ),
    )
    return format_html(
        '<div class="seg seg-bare" role="radiogroup" tabindex="-1" id="{}" aria-label="{}">{}</div>',
        field.id,
        field.label,
        inputs,
    )


def _many(field: Field) -> SafeString:
    boxes = format_html_join(
        "",
        '<label class="check"><input type="checkbox" name="{}" value="{}"{}>{}</label>',
        (
            (field.pointer, word, mark_safe(" checked") if word in field.values else NOTHING, name)
            for word, name in field.options
        ),
    )
    # The empty value says that none is chosen, which unticked boxes alone wouldn't post.
    return format_html(
        '<div class="row" role="group" id="{}" aria-label="{}"><input type="hidden" name="{}" value="">{}</div>',
        field.id,
        field.label,
        field.pointer,
        boxes,
    )


def _shared_name(field: Field) -> str:
    return "country" if field.pointer.endswith("/country") else "traveller"


@register.simple_tag
def shared_options(page: Any) -> SafeString:
    """The long lists of the page, once each, for the script that fills a select when it is touched."""
    lists: dict[str, list[tuple[str, str]]] = {}
    for lines in page.lists.values():
        for line in lines:
            for field in line.fields.values():
                if field.kind == "select" and len(field.options) > LONG:
                    lists.setdefault(_shared_name(field), field.options)
    return format_html_join(
        "",
        '<template id="options-{}">{}</template>',
        (
            (name, format_html_join("", '<option value="{}">{}</option>', options))
            for name, options in sorted(lists.items())
        ),
    )


@register.filter
def paper_name(code: str) -> str:
    return str(PAPERS.get(code, code))


@register.simple_tag
def section_label(page: Any, code: str) -> str:
    return next((head.label for head in page.sections if head.id == code), "")


@register.inclusion_tag("outbound/parts/owed.html")
def owed_notes(trip: Trip) -> dict[str, Any]:
    """What is past due, of this trip's members or its unit: on the whole page only, never while typing."""
    return {"owed": owed_before(trip)}


@register.simple_tag
def attachment_kinds() -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in Attachment.Kind]


@register.simple_tag
def case_diagram(case: Case) -> Diagram:
    return diagram(case)


@register.simple_tag
def vouched(page: Any, rule: str) -> str:
    return str(page.vouched.get(rule, ""))


@register.simple_tag
def verb_of(item: WorkItem) -> str:
    return casework.verb_of(item)


@register.filter
def outcome_name(code: str) -> str:
    names = {
        "agree": _("同意"),
        "agree_with_changes": _("修改后同意"),
        "refuse": _("不同意"),
        "send_back": _("退回"),
        "done": _("办了"),
        "read": _("只是阅"),
    }
    return names.get(code, code)


@register.filter
def place_label(code: str) -> str:
    places = {"intranet": _("内网"), "notice_board": _("公示栏"), "meeting": _("会议"), "other": _("其他")}
    return places.get(code, code)


@register.filter
def paper_title(paper: Any) -> str:
    titles = {
        "task_approval": _("任务批件"),
        "review_opinion": _("审核意见"),
        "upward_request": _("请示"),
        "confirmation": _("确认件"),
        "task_notice": _("任务通知书"),
    }
    return titles.get(str(paper.kind), str(paper.kind))


@register.filter
def anchor_of(note: Any) -> str:
    """Where a finding of the panel leads: its field, or its section."""
    return f"#f{note.pointer.replace('/', '-')}" if note.pointer else f"#{note.section}"
