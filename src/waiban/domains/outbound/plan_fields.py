"""The draft form's word on the plan: an item of the unit's own plan, and the quota as the ledger has it."""

from typing import Any

from django.utils.translation import gettext as _

from waiban.core.ui.format import joined, people_text
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.forms.fields import Field, Fields
from waiban.domains.outbound.models import PlanItem, Trip
from waiban.domains.outbound.plan_facts import choices, standing_of
from waiban.domains.outbound.texts import place_name

BY_LEDGER = ("/plan/unit_quota", "/plan/unit_used")


def show_plan(trip: Trip, make: Fields, fields: dict[str, Field], dossier: dict[str, Any]) -> None:
    """Where the office keeps the ledger of that year, the item is picked and the figures aren't typed.

    What the law says of the quota then stands beside the item.
    """
    value = value_of(dossier)
    standing = standing_of(trip, value)
    if not standing.kept:
        return
    replaces = value.plan is not None and value.plan.in_annual_plan is False
    options = [(text, _described(text, item)) for text, item in choices(trip, value)]
    stated = value.plan.item if value.plan else None
    if stated and stated not in dict(options):
        options.append((stated, _("%(item)s（不能用）") % {"item": stated}))
    label = _("替换计划中的哪一项") if replaces else ""
    hint = _("本单位控制数 %(n)d 个团组，别的团组已占 %(taken)d 个") % {"n": standing.allotted, "taken": standing.taken}
    fields["plan_item"] = item_field = make("/plan/item", label, options=options, hint=hint)
    for pointer in BY_LEDGER:
        fields.pop(pointer.strip("/").replace("/", "_"), None)
        make.made[pointer] = item_field


def _described(text: str, item: PlanItem) -> str:
    parts = [item.title]
    if item.month:
        parts.append(_("%(month)d 月") % {"month": item.month})
    if item.countries:
        parts.append(joined(place_name(code) for code in item.countries))
    if item.head_count:
        parts.append(people_text(item.head_count))
    return f"{text} {'·'.join(parts)}"
