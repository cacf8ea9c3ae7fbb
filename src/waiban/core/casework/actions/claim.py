"""认领: say that one works on an item. It stays the post's; a colleague may take it over."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.errors import AlreadyDoneError
from waiban.core.casework.models import WorkItem
from waiban.core.casework.moves import lock_item, log


@transaction.atomic
def claim(item_id: uuid.UUID) -> WorkItem:
    """Raises AlreadyDoneError when somebody else has claimed it."""
    item = lock_item(item_id)
    acting = policies.require_act("case.claim", current_principal(), item)
    if item.claimed_by_id not in (None, acting.account):
        raise AlreadyDoneError(_("已由别人认领"))
    item.claimed_by_id, item.claimed_at = acting.account, timezone.now()
    item.save(update_fields=["claimed_by", "claimed_at"])
    log("case.claim", acting, item.case, clocks.today(), item=str(item.pk), step=item.step)
    return item


@transaction.atomic
def unclaim(item_id: uuid.UUID) -> WorkItem:
    """Give it back to the post; the post's holders may do so for each other."""
    item = lock_item(item_id)
    acting = policies.require_act("case.unclaim", current_principal(), item)
    item.claimed_by_id, item.claimed_at = None, None
    item.save(update_fields=["claimed_by", "claimed_at"])
    log("case.unclaim", acting, item.case, clocks.today(), item=str(item.pk), step=item.step)
    return item
