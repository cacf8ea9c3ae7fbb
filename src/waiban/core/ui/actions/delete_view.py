"""Delete a saved view; whoever opened the list with it gets the whole list again."""

from uuid import UUID

from django.db import transaction

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.ui.actions.save_view import locked
from waiban.core.ui.models import SavedView


@transaction.atomic
def delete_view(view_id: UUID) -> SavedView:
    view = locked(view_id)
    record(
        "view.delete", current_principal(), subject=("view", view.pk), readers=view.readers,
        data={"name": view.name, "list": view.list_code},
    )  # fmt: skip
    view.delete()
    return view
