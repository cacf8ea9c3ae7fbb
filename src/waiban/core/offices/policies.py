"""Questions about who may settle what for an office."""

import uuid
from typing import NoReturn

from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, Principal, current_principal
from waiban.core.audit.models import Event
from waiban.core.audit.record import record_apart
from waiban.core.offices.errors import NotAllowedError


def may(principal: Principal, permission: Permission, office_id: uuid.UUID) -> bool:
    """The platform itself may what is done for one office; a person, what the post allows in its own office."""
    if principal.office != office_id:
        return False
    return principal.kind == Kind.SYSTEM or principal.may(permission)


def require(act: str, permission: Permission, office_id: uuid.UUID) -> Principal:
    principal = current_principal()
    if not may(principal, permission, office_id):
        refuse(act, principal, office_id)
    return principal


def refuse(act: str, principal: Principal, office_id: uuid.UUID, message: str = "") -> NoReturn:
    """A refusal goes into the register on its own connection, so that it outlives the rollback."""
    record_apart(
        act, principal, kind=Event.Kind.REFUSAL, subject=("office", office_id), office=office_id,
        readers=readers(office_id, office=True),
    )  # fmt: skip
    raise NotAllowedError(message or _("您的岗位不能做这件事"))
