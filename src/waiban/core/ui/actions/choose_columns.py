"""选列, and which view a list opens with: what one account at one post likes. No act of the office, so no event."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.ui.errors import CannotError
from waiban.core.ui.lists import List, views_of
from waiban.core.ui.models import ListChoice


def choose_columns(wanted: List, columns: Sequence[str]) -> None:
    """None chosen gives the usual ones back."""
    _change(wanted, columns=wanted.known(columns) if columns else [])


def open_with(wanted: List, view_id: UUID | None) -> None:
    """Raises CannotError where the view isn't the account's to see."""
    if view_id is not None and all(view.pk != view_id for view in views_of(current_principal(), wanted.code)):
        raise CannotError(_("这个视图已经不在"))
    _change(wanted, opens_with_id=view_id)


@transaction.atomic
def _change(wanted: List, **values: object) -> None:
    principal = current_principal()
    if principal.account is None or principal.post is None or principal.office is None:
        raise CannotError(_("先要有岗位"))
    ListChoice.objects.update_or_create(
        account_id=principal.account,
        post_id=principal.post,
        list_code=wanted.code,
        defaults=values,
        create_defaults={**values, "readers": readers(principal.office, posts=(principal.post,))},
    )
