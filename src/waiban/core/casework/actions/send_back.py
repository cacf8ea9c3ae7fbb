"""退回: give the case back to an earlier desk with a reason."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.actions.decide import SEND_BACK, Word, enter
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Decision, WorkItem
from waiban.core.casework.moves import lock_item


@transaction.atomic
def send_back(item_id: uuid.UUID, target: str, *, reason: str, on: date | None = None) -> Decision:
    """`target`: a step that `queries.targets(item)` offers. Open items ahead of it are voided and stay on record."""
    item = lock_item(item_id)
    acting = policies.require_act("case.send_back", current_principal(), item)
    if item.nature != WorkItem.Nature.STEP:
        raise CannotError(_("征求意见不能退回，请答复同意或不同意"))
    return enter(item, Word(SEND_BACK, reason.strip(), target=target), acting, on or clocks.today())
