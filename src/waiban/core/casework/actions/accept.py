"""受理: state that the application is complete and in our competence."""

import uuid
from datetime import date

from django.utils.translation import gettext as _

from waiban.core.casework.actions.decide import decide
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Decision, WorkItem


def accept(item_id: uuid.UUID, *, opinion: str = "", on: date | None = None) -> Decision:
    if WorkItem.objects.only("kind").get(pk=item_id).kind != "accept":
        raise CannotError(_("这一步不是受理"))
    return decide(item_id, "done", opinion=opinion, on=on)
