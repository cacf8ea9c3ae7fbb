"""Questions about papers. Row security has already said what is seen."""

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, Principal
from waiban.core.papers.models import Paper


def may_draw(principal: Principal) -> bool:
    """The system draws only what a recorded approval from outside sets off."""
    return principal.kind == Kind.SYSTEM or principal.may(Permission.PAPER_DRAW)


def may_void(principal: Principal, paper: Paper) -> bool:
    """The system voids only what a granted change replaces."""
    able = principal.kind == Kind.SYSTEM or principal.may(Permission.PAPER_VOID)
    return able and paper.state != Paper.State.VOID


def may_file_scan(principal: Principal, paper: Paper) -> bool:
    return principal.may(Permission.PAPER_FILE) and paper.state != Paper.State.VOID
