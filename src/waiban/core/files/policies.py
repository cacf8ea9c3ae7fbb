"""Who may bring a file in. Who may see it is row security's to say."""

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, Principal

BRINGS = (Permission.FILE_ADD, Permission.CASE_RECORD_FROM_PAPER, Permission.PAPER_FILE)


def may_add_file(principal: Principal) -> bool:
    return principal.kind == Kind.SYSTEM or any(principal.may(permission) for permission in BRINGS)
