"""关注: follow a case that isn't one's work now."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks
from waiban.core.casework.errors import NotAllowedError
from waiban.core.casework.models import Case, Watch
from waiban.core.casework.moves import log


@transaction.atomic
def watch(case_id: uuid.UUID) -> None:
    """A second time changes nothing."""
    case, principal = Case.objects.get(pk=case_id), current_principal()
    if principal.post is None:
        raise NotAllowedError(_("先要有岗位"))
    _watch, made = Watch.objects.get_or_create(case=case, post_id=principal.post, defaults={"readers": case.readers})
    if made:
        log("case.watch", principal, case, clocks.today())


@transaction.atomic
def unwatch(case_id: uuid.UUID) -> None:
    case, principal = Case.objects.get(pk=case_id), current_principal()
    mine = Watch.objects.filter(case=case, post__in=principal.posts)
    if mine.delete()[0]:
        log("case.unwatch", principal, case, clocks.today())
