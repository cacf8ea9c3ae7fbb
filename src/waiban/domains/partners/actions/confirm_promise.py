"""Another post than the owner's looks at the evidence and says whether it is so."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.domains.partners.errors import CannotError
from waiban.domains.partners.models import Promise


@transaction.atomic
def confirm_promise(promise_id: uuid.UUID, *, agree: bool, words: str = "", on: date | None = None) -> Promise:
    """A refusal gives the promise back to its owner, with the reason."""
    item = confirming_item(promise_id)
    if item is None or not may_act(current_principal(), item):
        raise CannotError(_("由另一个岗位核实"))
    decide(item.pk, "agree" if agree else "refuse", opinion=words.strip(), on=on)
    return Promise.objects.get(pk=promise_id)


def confirming_item(promise_id: uuid.UUID) -> WorkItem | None:
    return (
        WorkItem.objects.select_related("case", "post")
        .filter(case__subject_id=promise_id, case__result="", step="confirm", state=WorkItem.State.OPEN)
        .first()
    )
