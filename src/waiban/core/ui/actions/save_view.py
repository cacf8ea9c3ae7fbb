"""存为视图: give the list as it stands a name; or write it into a view that there is."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.ui.errors import CannotError
from waiban.core.ui.lists import List, posts_of
from waiban.core.ui.models import SavedView

LONGEST = 20
MOST = 12
"""More tabs than that are no help to anybody."""


@transaction.atomic
def save_view(wanted: List, *, name: str, query: str, columns: Sequence[str], shared: bool = False) -> SavedView:
    principal = current_principal()
    if principal.account is None or principal.post is None or principal.office is None:
        raise CannotError(_("先要有岗位"))
    if SavedView.objects.filter(list_code=wanted.code, account_id=principal.account).count() >= MOST:
        raise CannotError(_("最多存 %(most)d 个视图，请先删掉一个") % {"most": MOST}, "name")
    view = SavedView(
        list_code=wanted.code,
        query=query,
        columns=list(columns),
        account_id=principal.account,
        post_id=principal.post,
        readers=readers(principal.office, posts=(principal.post,)),
    )
    return _written(view, name, shared=shared, new=True)


@transaction.atomic
def change_view(
    view_id: UUID,
    *,
    name: str | None = None,
    shared: bool | None = None,
    query: str | None = None,
    columns: Sequence[str] | None = None,
) -> SavedView:
    """What isn't given stays. A shared view is its post's: whoever holds the post may change it."""
    view = locked(view_id)
    if query is not None:
        view.query = query
    if columns is not None:
        view.columns = list(columns)
    return _written(view, view.name if name is None else name, shared=view.shared if shared is None else shared)


def locked(view_id: UUID) -> SavedView:
    """Raises SavedView.DoesNotExist where it isn't the account's to change."""
    principal = current_principal()
    view = SavedView.objects.select_for_update().get(pk=view_id, post_id__in=posts_of(principal))
    if not view.shared and view.account_id != principal.account:
        raise SavedView.DoesNotExist
    return view


def _written(view: SavedView, name: str, *, shared: bool, new: bool = False) -> SavedView:
    if not name.strip():
        raise CannotError(_("写视图名称"), "name")
    if len(name.strip()) > LONGEST:
        raise CannotError(_("视图名称不超过 20 个字"), "name")
    view.name, view.shared = name.strip(), shared
    try:
        with transaction.atomic():
            view.save(force_insert=new)
    except IntegrityError as error:
        raise CannotError(_("已有视图“%(name)s”，请换一个名称") % {"name": view.name}, "name") from error
    record(
        "view.save", current_principal(), subject=("view", view.pk), readers=view.readers,
        data={"name": view.name, "list": view.list_code, "shared": view.shared},
    )  # fmt: skip
    return view
