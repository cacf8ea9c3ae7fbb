"""End a substitution before its time."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.errors import CannotError
from waiban.core.offices.policies import refuse
from waiban.core.people.models import Substitute
from waiban.core.people.policies import may_name_substitute


@transaction.atomic
def end_substitute(substitute_id: uuid.UUID, *, last_day: date) -> Substitute:
    """`last_day` before its first day means that it never holds: it is kept on record all the same."""
    substitute = Substitute.objects.select_for_update(of=("self",)).select_related("post").get(pk=substitute_id)
    principal, post = current_principal(), substitute.post
    if not may_name_substitute(principal, post):
        refuse("substitute.end", principal, post.office_id)
    if last_day > substitute.until or (substitute.ended_on and substitute.ended_on <= last_day):
        raise CannotError(_("代理本来就在这一天前结束"))
    substitute.ended_on = last_day
    substitute.save(update_fields=["ended_on"])
    record(
        "substitute.end", principal, subject=("post", post.pk), office=post.office_id,
        readers=readers(post.office_id, office=True, units=(post.unit_id,)),
        data={"account": substitute.account_id, "ended_on": last_day},
    )  # fmt: skip
    return substitute
